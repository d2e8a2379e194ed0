-- Payments: money that moves. 4 tables.
CREATE TABLE T_PAYMENT (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, idempotency_key BINARY(16) NOT NULL, payer BIGINT UNSIGNED NOT NULL, amount DECIMAL(18,4) NOT NULL, currency CHAR(3) CHARACTER SET ascii NOT NULL, method ENUM('card','transfer','wallet') NOT NULL, state ENUM('new','authorised','captured','failed') NOT NULL DEFAULT 'new', test TINYINT(1) NOT NULL DEFAULT 0, created_at TIMESTAMP(6) NOT NULL, settled DATE, metadata JSON, UNIQUE KEY u_key (idempotency_key));
INSERT INTO T_PAYMENT (idempotency_key, payer, amount, currency, method, state, test, created_at, settled, metadata) SELECT UNHEX(MD5(CONCAT('pay', seq))), seq % 5000, seq * 1.0001, ELT(1 + seq % 3, 'EUR', 'USD', 'AED'), 1 + seq % 3, 1 + seq % 4, seq % 100 = 0, '2024-01-01' + INTERVAL seq * 90000011 MICROSECOND, IF(seq % 3 = 0, NULL, '2024-06-30' + INTERVAL seq % 90 DAY), IF(seq % 4 = 0, NULL, JSON_OBJECT('order', seq, 'café', TRUE)) FROM seq_1_to_9000;

CREATE TABLE T_PAYMENT_ATTEMPT (payment_id BIGINT UNSIGNED NOT NULL, attempt TINYINT UNSIGNED NOT NULL, answer VARCHAR(200), took_ms INT, at DATETIME(3) NOT NULL, PRIMARY KEY (payment_id, attempt));
INSERT INTO T_PAYMENT_ATTEMPT SELECT 1 + seq % 9000, 1 + seq DIV 9000, ELT(1 + seq % 4, 'ok', 'declined – abgelehnt', 'время вышло', NULL), seq % 3000, '2024-01-01 00:00:00.001' + INTERVAL seq MINUTE FROM seq_0_to_11999;

CREATE TABLE T_REFUND (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, payment_id BIGINT UNSIGNED NOT NULL, amount DECIMAL(18,4) NOT NULL, reason VARCHAR(160) CHARACTER SET latin1, approved BIT(1) NOT NULL DEFAULT b'0');
INSERT INTO T_REFUND (payment_id, amount, reason, approved) SELECT seq * 7, seq * 0.5, IF(seq % 4 = 0, NULL, 'Rückgabe wegen Verspätung'), seq % 2 FROM seq_1_to_1000;

CREATE TABLE T_PAYOUT (day DATE NOT NULL, account VARCHAR(34) NOT NULL, gross DECIMAL(20,4) NOT NULL, fee DECIMAL(10,4) NOT NULL, net DECIMAL(21,4) AS (gross - fee) STORED, sent TINYINT(1) NOT NULL DEFAULT 0, sent_at TIME(6), PRIMARY KEY (day, account));
INSERT INTO T_PAYOUT (day, account, gross, fee, sent, sent_at) SELECT '2024-01-01' + INTERVAL seq DIV 10 DAY, CONCAT('DE', LPAD(seq % 10, 20, '0')), seq * 1000.0001, seq * 0.25, seq % 2, IF(seq % 2, SEC_TO_TIME(seq + 0.000001), NULL) FROM seq_1_to_2000;
