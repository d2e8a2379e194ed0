-- Finance: accounts, invoices, the ledger. 8 tables, one of them without a key.
CREATE TABLE T_CURRENCY (
  code CHAR(3) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  symbol VARCHAR(4) NOT NULL,
  minor_digits TINYINT NOT NULL
);
INSERT INTO T_CURRENCY VALUES ('EUR', 'Euro', '€', 2), ('USD', 'US Dollar', '$', 2), ('CNY', '人民币', '¥', 2), ('AED', 'درهم', 'د.إ', 2), ('JPY', '円', '¥', 0), ('TRY', 'Türk Lirası', '₺', 2), ('INR', 'रुपया', '₹', 2);

CREATE TABLE T_EXCHANGE_RATE (
  base CHAR(3) CHARACTER SET ascii NOT NULL, quote CHAR(3) CHARACTER SET ascii NOT NULL, day DATE NOT NULL,
  rate DECIMAL(18,9) NOT NULL, mid DOUBLE NOT NULL, spread FLOAT,
  PRIMARY KEY (base, quote, day)
);
INSERT INTO T_EXCHANGE_RATE SELECT a.code, b.code, '2023-01-01' + INTERVAL d.seq DAY, 0.5 + (d.seq * 7919 % 100003) / 100003, 1 / (d.seq + 3), d.seq / 1000
  FROM T_CURRENCY a JOIN T_CURRENCY b ON a.code <> b.code JOIN seq_1_to_60 d;

CREATE TABLE T_TAX_CODE (
  id SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
  country CHAR(2) NOT NULL,
  rate DECIMAL(5,3) NOT NULL,
  reverse_charge BIT(1) NOT NULL,
  label VARCHAR(100) CHARACTER SET latin1 NOT NULL
);
INSERT INTO T_TAX_CODE SELECT seq, ELT(1 + seq % 3, 'DE', 'FR', 'ES'), seq % 25, seq % 2, CONCAT('Sätze für Übersee ', seq, ' €') FROM seq_1_to_60;

CREATE TABLE T_ACCOUNT (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  iban VARCHAR(34) CHARACTER SET ascii NOT NULL,
  owner VARCHAR(120) NOT NULL,
  currency CHAR(3) CHARACTER SET ascii NOT NULL,
  balance DECIMAL(18,2) NOT NULL,
  overdraft BOOLEAN NOT NULL DEFAULT 0,
  flags BIT(8) NOT NULL DEFAULT 0,
  opened DATE NOT NULL,
  closed_at DATETIME,
  version BIGINT UNSIGNED NOT NULL DEFAULT 18446744073709551000,
  UNIQUE KEY u_iban (iban)
);
INSERT INTO T_ACCOUNT (iban, owner, currency, balance, overdraft, flags, opened, closed_at)
  SELECT CONCAT('DE', LPAD(seq, 20, '0')), CONCAT(ELT(1 + seq % 3, 'Müller & Söhne ', '株式会社 ', 'Ltd '), seq), ELT(1 + seq % 3, 'EUR', 'JPY', 'USD'), 1000, seq % 4 = 0, seq % 256, '2015-06-30' + INTERVAL seq DAY, IF(seq % 40 = 0, '2024-02-29 23:59:59', NULL)
  FROM seq_1_to_2000;

CREATE TABLE T_INVOICE (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number VARCHAR(20) NOT NULL,
  account_id INT NOT NULL,
  status ENUM('open','paid','overdue','written off') NOT NULL,
  issued DATE NOT NULL, due DATE,
  net DECIMAL(14,2) NOT NULL, tax DECIMAL(14,2) NOT NULL,
  paid TINYINT(1) NOT NULL DEFAULT 0,
  address JSON,
  pdf_hash VARBINARY(32),
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE KEY u_number (number), KEY k_account (account_id, issued)
);
INSERT INTO T_INVOICE (number, account_id, status, issued, due, net, tax, paid, address, pdf_hash, created_at)
  SELECT CONCAT('R', LPAD(seq, 9, '0')), 1 + seq % 2000, 1 + seq % 4, '2023-01-01' + INTERVAL seq % 700 DAY, IF(seq % 6 = 0, NULL, '2025-01-01' + INTERVAL seq % 90 DAY), seq * 3.19, seq * 0.61, seq % 4 = 1,
    JSON_OBJECT('street', CONCAT('Große Straße ', seq), 'city', ELT(1 + seq % 3, 'Köln', 'دبي', '北京')), UNHEX(SHA2(seq, 256)), '2024-03-31 01:30:00' + INTERVAL seq SECOND
  FROM seq_1_to_8000;

CREATE TABLE T_INVOICE_LINE (
  invoice_id BIGINT NOT NULL, position SMALLINT NOT NULL,
  text VARCHAR(255) NOT NULL, quantity DECIMAL(9,3) NOT NULL, unit_price DECIMAL(12,4) NOT NULL, tax_code SMALLINT UNSIGNED,
  PRIMARY KEY (invoice_id, position)
);
INSERT INTO T_INVOICE_LINE SELECT 1 + (seq - 1) DIV 2, seq % 2, CONCAT('Leistung Nr. ', seq, ' – Fracht'), seq / 8, seq * 0.0001, IF(seq % 9 = 0, NULL, 1 + seq % 60) FROM seq_1_to_16000;

CREATE TABLE T_LEDGER_ENTRY (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id INT NOT NULL,
  transfer CHAR(32) CHARACTER SET ascii,
  amount DECIMAL(18,2) NOT NULL,
  booked_at DATETIME(6) NOT NULL,
  KEY k_account (account_id)
);
INSERT INTO T_LEDGER_ENTRY (account_id, transfer, amount, booked_at) SELECT 1 + seq % 2000, MD5(seq), (seq % 200) - 99.5, '2024-01-01' + INTERVAL seq * 1500017 MICROSECOND FROM seq_1_to_15000;

CREATE TABLE T_BANK_STATEMENT_LINE (
  received DATE NOT NULL,
  amount DECIMAL(12,2) NOT NULL,
  purpose VARCHAR(140),
  raw VARBINARY(60)
) COMMENT 'as the bank sends them: no key, and the same line may come twice';
INSERT INTO T_BANK_STATEMENT_LINE SELECT '2024-05-01' + INTERVAL seq DIV 40 DAY, seq DIV 2 * 1.01, IF(seq % 7 = 0, NULL, CONCAT('Überweisung ', seq DIV 2)), UNHEX(HEX(seq DIV 2)) FROM seq_1_to_1500;
