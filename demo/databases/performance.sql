-- Performance: measurements and key figures. 4 tables.
CREATE TABLE T_METRIC (id SMALLINT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(80) NOT NULL, unit VARCHAR(12), higher_is_better BIT(1) NOT NULL);
INSERT INTO T_METRIC SELECT seq, CONCAT('metric ', seq), ELT(1 + seq % 4, '%', 'µs', '€', NULL), seq % 2 FROM seq_1_to_50;

CREATE TABLE T_MEASUREMENT (metric_id SMALLINT UNSIGNED NOT NULL, at TIMESTAMP(6) NOT NULL, value DOUBLE NOT NULL, smoothed FLOAT, samples INT UNSIGNED NOT NULL DEFAULT 1, PRIMARY KEY (metric_id, at));
INSERT INTO T_MEASUREMENT SELECT 1 + seq % 50, '2024-01-01' + INTERVAL seq * 1000001 MICROSECOND, SIN(seq) * seq, COS(seq), seq FROM seq_1_to_20000;

CREATE TABLE T_SCORECARD (company_id INT NOT NULL, year YEAR NOT NULL, quarter TINYINT UNSIGNED NOT NULL, score DECIMAL(6,3), grade CHAR(1), comment VARCHAR(200), PRIMARY KEY (company_id, year, quarter));
INSERT INTO T_SCORECARD SELECT 1 + seq DIV 4, 2024, 1 + seq % 4, IF(seq % 7 = 0, NULL, seq / 31), CHAR(65 + seq % 6), IF(seq % 2, NULL, 'très bien – отлично') FROM seq_0_to_2399;

CREATE TABLE T_KPI_TARGET (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, metric_id SMALLINT UNSIGNED NOT NULL, target DECIMAL(30,10) NOT NULL, valid_from DATE NOT NULL, valid_until DATE, approved TINYINT(1));
INSERT INTO T_KPI_TARGET (metric_id, target, valid_from, valid_until, approved) SELECT 1 + seq % 50, seq * 1234567890.0123456789, '2024-01-01' + INTERVAL seq DAY, IF(seq % 2, NULL, '9999-12-31'), ELT(1 + seq % 3, NULL, 0, 1) FROM seq_1_to_500;
