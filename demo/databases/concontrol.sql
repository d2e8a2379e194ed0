-- Container control: inspections and gate moves. 4 tables.
CREATE TABLE T_UNIT (prefix CHAR(4) CHARACTER SET ascii NOT NULL, serial MEDIUMINT UNSIGNED ZEROFILL NOT NULL, iso_type CHAR(4) NOT NULL, max_gross_kg INT NOT NULL, reefer BIT(1) NOT NULL, features BIT(12) NOT NULL, PRIMARY KEY (prefix, serial));
INSERT INTO T_UNIT SELECT ELT(1 + seq % 3, 'CCTU', 'XCHU', 'MSKU'), seq, '45G1', 30480 + seq % 5, seq % 8 = 0, seq % 4096 FROM seq_1_to_4000;

CREATE TABLE T_INSPECTION (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, prefix CHAR(4) CHARACTER SET ascii NOT NULL, serial MEDIUMINT UNSIGNED NOT NULL, inspector VARCHAR(80) CHARACTER SET latin1, passed TINYINT(1), started DATETIME NOT NULL, took TIME(2), report MEDIUMTEXT);
INSERT INTO T_INSPECTION (prefix, serial, inspector, passed, started, took, report) SELECT ELT(1 + seq % 3, 'CCTU', 'XCHU', 'MSKU'), 1 + seq % 4000, ELT(1 + seq % 3, 'Jürgen Groß', 'François', 'Muñoz'), ELT(1 + seq % 3, NULL, 0, 1), '2024-04-01' + INTERVAL seq * 7 MINUTE, SEC_TO_TIME(seq % 4000 + 0.25), REPEAT('Rost an der Tür; 门上有锈。 ', seq % 20) FROM seq_1_to_3000;

CREATE TABLE T_DAMAGE (inspection_id INT NOT NULL, number TINYINT UNSIGNED NOT NULL, severity ENUM('minor','major','total') NOT NULL, cost DECIMAL(9,2), photo BLOB, PRIMARY KEY (inspection_id, number));
INSERT INTO T_DAMAGE SELECT 1 + seq DIV 2, seq % 2, 1 + seq % 3, IF(seq % 5 = 0, NULL, seq * 1.11), IF(seq % 4 = 0, REPEAT(UNHEX(MD5(seq)), 40), NULL) FROM seq_1_to_2500;

CREATE TABLE T_GATE_MOVE (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, prefix CHAR(4) CHARACTER SET ascii NOT NULL, serial MEDIUMINT UNSIGNED NOT NULL, direction ENUM('in','out') NOT NULL, at TIMESTAMP(6) NOT NULL, truck VARCHAR(12), seals SET('line','customs','shipper') NOT NULL, KEY k_unit (prefix, serial));
INSERT INTO T_GATE_MOVE (prefix, serial, direction, at, truck, seals) SELECT ELT(1 + seq % 3, 'CCTU', 'XCHU', 'MSKU'), 1 + seq % 4000, 1 + seq % 2, '2024-05-01' + INTERVAL seq * 45000019 MICROSECOND, IF(seq % 6 = 0, NULL, CONCAT('HH-ÄÖ ', seq % 999)), seq % 8 FROM seq_1_to_8000;
