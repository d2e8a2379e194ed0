-- Claims: damages and their settlement. 4 tables.
CREATE TABLE T_CLAIM (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, reference UUID NOT NULL, state ENUM('reported','assessed','settled','rejected') NOT NULL, amount DECIMAL(12,2), insured BIT(1) NOT NULL, reported DATE NOT NULL, story TEXT, UNIQUE KEY u_reference (reference));
INSERT INTO T_CLAIM (reference, state, amount, insured, reported, story) SELECT CONCAT(LPAD(HEX(seq), 8, '0'), '-c1a1-4abc-8def-', LEFT(MD5(seq), 12)), 1 + seq % 4, IF(seq % 5 = 0, NULL, seq * 55.55), seq % 2, '2023-12-31' + INTERVAL seq % 300 DAY, REPEAT(ELT(1 + seq % 3, 'wet cargo ', 'ضرر بالبضاعة ', '货物受损 '), 1 + seq % 30) FROM seq_1_to_3000;

CREATE TABLE T_CLAIM_LINE (claim_id INT UNSIGNED NOT NULL, line SMALLINT UNSIGNED NOT NULL, item VARCHAR(120) NOT NULL, amount DECIMAL(12,2) NOT NULL, accepted TINYINT(1), PRIMARY KEY (claim_id, line));
INSERT INTO T_CLAIM_LINE SELECT 1 + seq DIV 2, seq % 2, CONCAT('Position ', seq), seq * 1.01, ELT(1 + seq % 3, NULL, 0, 1) FROM seq_1_to_5000;

CREATE TABLE T_CLAIM_DOCUMENT (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, claim_id INT UNSIGNED NOT NULL, name VARCHAR(255) NOT NULL, content LONGBLOB, uploaded_from INET6);
INSERT INTO T_CLAIM_DOCUMENT SELECT 18446744073709551615 - seq, seq, CONCAT('Gutachten №', seq, '.pdf'), REPEAT(UNHEX(SHA2(seq, 512)), seq % 100), CONCAT('2001:db8:0:', HEX(seq), '::1') FROM seq_1_to_500;

CREATE TABLE T_CLAIM_EVENT (claim_id INT UNSIGNED NOT NULL, at DATETIME(6) NOT NULL, kind VARCHAR(30) NOT NULL, data JSON, PRIMARY KEY (claim_id, at));
INSERT INTO T_CLAIM_EVENT SELECT 1 + seq % 3000, '2024-01-01' + INTERVAL seq * 86000003 MICROSECOND, 'state', JSON_OBJECT('to', seq % 4, 'by', 'Jörg') FROM seq_1_to_6000;
