-- Trading: deals between companies, carriers, routes and quotes. 14 tables.
CREATE TABLE T_PORT (
  code CHAR(5) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  name_local VARCHAR(80),
  country CHAR(2) NOT NULL,
  latitude DOUBLE, longitude DOUBLE,
  open_from TIME, open_until TIME
) COMMENT 'UN/LOCODE';
INSERT INTO T_PORT VALUES
  ('DEHAM', 'Hamburg', 'Hamburg', 'DE', 53.5461, 9.9661, '00:00:00', '23:59:59'),
  ('CNSHA', 'Shanghai', '上海港', 'CN', 31.2304, 121.4737, '06:00:00', '22:30:00'),
  ('AEJEA', 'Jebel Ali', 'جبل علي', 'AE', 24.9857, 55.0272, NULL, NULL),
  ('JPYOK', 'Yokohama', '横浜港', 'JP', 35.4437, 139.6380, '07:15:00', '19:45:00'),
  ('GRPIR', 'Piraeus', 'Πειραιάς', 'GR', 37.9475, 23.6371, NULL, '20:00:00'),
  ('RULED', 'St Petersburg', 'Санкт-Петербург', 'RU', 59.9343, 30.3351, '08:00:00', NULL),
  ('INNSA', 'Nhava Sheva', 'न्हावा शेवा', 'IN', 18.9498, 72.9512, '00:00:00', '23:59:59'),
  ('BRSSZ', 'Santos', 'Santos ⚓', 'BR', -23.9608, -46.3336, '05:30:00', '23:00:00');

CREATE TABLE T_CARRIER (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  scac CHAR(4) CHARACTER SET ascii NOT NULL,
  name VARCHAR(120) NOT NULL,
  name_legacy VARCHAR(120) CHARACTER SET latin1,
  active BIT(1) NOT NULL DEFAULT b'1',
  preferred TINYINT(1) NOT NULL DEFAULT 0,
  rating TINYINT(1),
  modes SET('sea','rail','road','barge') NOT NULL DEFAULT 'sea',
  founded YEAR,
  credit_limit DECIMAL(14,2),
  since DATE,
  logo BLOB,
  UNIQUE KEY u_scac (scac),
  KEY k_name (name)
);
INSERT INTO T_CARRIER (scac, name, name_legacy, active, preferred, rating, modes, founded, credit_limit, since, logo)
  SELECT CONCAT(CHAR(65 + seq DIV 26 % 26), CHAR(65 + seq % 26), 'LU'), CONCAT(ELT(1 + seq % 5, 'Nordsee', 'Ægir', 'Pacífico', '海洋', 'Ocean'), ' Lines ', seq),
    CONCAT('Café Müller ', seq), seq % 7 <> 0, seq % 3 = 0, seq % 6, ELT(1 + seq % 4, 'sea', 'sea,rail', 'road,barge', ''), 1901 + seq % 120,
    IF(seq % 9 = 0, NULL, seq * 10000.25), IF(seq % 20 = 0, '0000-00-00', DATE_ADD('1990-01-01', INTERVAL seq * 37 DAY)), UNHEX(SHA2(seq, 256))
  FROM seq_1_to_200;

CREATE TABLE T_VESSEL (
  imo MEDIUMINT UNSIGNED NOT NULL PRIMARY KEY,
  carrier_id INT UNSIGNED NOT NULL,
  name VARCHAR(60) NOT NULL,
  teu SMALLINT UNSIGNED,
  draught FLOAT,
  transponder BINARY(16),
  KEY k_carrier (carrier_id)
);
INSERT INTO T_VESSEL SELECT 9000000 + seq, 1 + seq % 200, CONCAT('MV ', ELT(1 + seq % 4, 'Aurora', 'Εύξεινος', 'Звезда', '青龙'), ' ', seq), 1000 + seq * 17, 8.1 + seq / 7, UNHEX(MD5(seq)) FROM seq_1_to_600;

CREATE TABLE T_CUSTOMER (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  company VARCHAR(160) NOT NULL,
  contact VARCHAR(120),
  email VARCHAR(190) NOT NULL,
  vat_number VARBINARY(20),
  country CHAR(2) NOT NULL,
  blocked BOOLEAN NOT NULL DEFAULT FALSE,
  preferences JSON,
  created_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY u_email (email)
);
INSERT INTO T_CUSTOMER (company, contact, email, vat_number, country, blocked, preferences, created_at)
  SELECT CONCAT(ELT(1 + seq % 6, 'Contoso', 'Çelik A.Ş.', 'شركة الخليج', '深圳贸易', 'Łódź Sp. z o.o.', 'Smørrebrød ApS'), ' ', seq), IF(seq % 5 = 0, NULL, CONCAT('Person ', seq, ' 🙂')),
    CONCAT('c', seq, '@example.com'), IF(seq % 4 = 0, NULL, CONCAT('VAT', seq)), ELT(1 + seq % 4, 'DE', 'CN', 'AE', 'TR'), seq % 50 = 0,
    JSON_OBJECT('newsletter', seq % 2 = 0, 'language', ELT(1 + seq % 3, 'de', 'en', '中文'), 'limit', seq / 3), '2023-01-01' + INTERVAL seq HOUR + INTERVAL seq * 1234 MICROSECOND
  FROM seq_1_to_4000;

CREATE TABLE T_COMMODITY (
  hs_code VARCHAR(10) CHARACTER SET ascii NOT NULL,
  language CHAR(2) NOT NULL,
  description TEXT NOT NULL,
  dangerous TINYINT(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (hs_code, language)
);
INSERT INTO T_COMMODITY SELECT LPAD(seq DIV 3, 6, '0'), ELT(1 + seq % 3, 'en', 'de', 'zh'), CONCAT(ELT(1 + seq % 3, 'Goods of kind ', 'Güter der Art ', '商品种类 '), seq DIV 3), seq % 11 = 0 FROM seq_3_to_1502;

CREATE TABLE T_ROUTE (
  origin CHAR(5) CHARACTER SET ascii NOT NULL,
  destination CHAR(5) CHARACTER SET ascii NOT NULL,
  carrier_id INT UNSIGNED NOT NULL,
  transit_days TINYINT UNSIGNED NOT NULL,
  weekly_departures TINYINT NOT NULL DEFAULT 1,
  cutoff TIME(3),
  PRIMARY KEY (origin, destination, carrier_id)
);
INSERT INTO T_ROUTE SELECT a.code, b.code, c.seq, 5 + (c.seq * 7) % 40, 1 + c.seq % 3, SEC_TO_TIME(c.seq * 700.125)
  FROM T_PORT a JOIN T_PORT b ON a.code <> b.code JOIN seq_1_to_40 c;

CREATE TABLE T_DEAL (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  reference CHAR(36) CHARACTER SET ascii NOT NULL,
  customer_id BIGINT UNSIGNED NOT NULL,
  carrier_id INT UNSIGNED,
  status ENUM('draft','offered','agreed','shipped','closed','cancelled') NOT NULL DEFAULT 'draft',
  price DECIMAL(12,2) NOT NULL,
  currency CHAR(3) NOT NULL DEFAULT 'USD',
  containers INT NOT NULL,
  pickup_date DATE,
  agreed_at DATETIME(6),
  urgent BIT(1) NOT NULL DEFAULT b'0',
  terms JSON,
  remark TEXT,
  updated_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  KEY k_customer (customer_id), KEY k_status (status, updated_at), KEY k_remark (remark(30))
);
INSERT INTO T_DEAL (reference, customer_id, carrier_id, status, price, currency, containers, pickup_date, agreed_at, urgent, terms, remark, updated_at)
  SELECT INSERT(INSERT(INSERT(INSERT(MD5(seq), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'), 1 + seq % 4000, IF(seq % 13 = 0, NULL, 1 + seq % 200),
    1 + seq % 6, seq * 7.35, ELT(1 + seq % 3, 'USD', 'EUR', 'CNY'), 1 + seq % 30, IF(seq % 8 = 0, NULL, DATE_ADD('2022-01-01', INTERVAL seq % 900 DAY)),
    IF(seq % 3 = 0, NULL, '2022-03-01 08:00:00' + INTERVAL seq * 61000001 MICROSECOND), seq % 17 = 0,
    IF(seq % 4 = 0, NULL, JSON_OBJECT('incoterm', ELT(1 + seq % 3, 'FOB', 'CIF', 'EXW'), 'days', seq % 60)),
    ELT(1 + seq % 6, NULL, '', 'handle with care', 'Vorsicht: zerbrechlich — größte Sorgfalt', 'يرجى الاتصال قبل التسليم', '请小心轻放 📦🚢'), '2024-01-01' + INTERVAL seq SECOND
  FROM seq_1_to_25000;

CREATE TABLE T_DEAL_LEG (
  deal_id BIGINT UNSIGNED NOT NULL,
  leg TINYINT UNSIGNED NOT NULL,
  origin CHAR(5) CHARACTER SET ascii NOT NULL,
  destination CHAR(5) CHARACTER SET ascii NOT NULL,
  vessel_imo MEDIUMINT UNSIGNED,
  departs DATETIME,
  cost DECIMAL(10,3) NOT NULL,
  PRIMARY KEY (deal_id, leg)
);
INSERT INTO T_DEAL_LEG SELECT 1 + (seq - 1) DIV 2, 1 + seq % 2, ELT(1 + seq % 3, 'DEHAM', 'CNSHA', 'AEJEA'), ELT(1 + seq % 3, 'JPYOK', 'INNSA', 'BRSSZ'), IF(seq % 6 = 0, NULL, 9000001 + seq % 600),
  '2022-01-01' + INTERVAL seq MINUTE, seq * 1.125 FROM seq_1_to_30000;

CREATE TABLE T_DEAL_STATUS_HISTORY (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  deal_id BIGINT UNSIGNED NOT NULL,
  status VARCHAR(20) NOT NULL,
  changed_at DATETIME(6) NOT NULL,
  changed_by VARCHAR(60),
  KEY k_deal (deal_id)
);
INSERT INTO T_DEAL_STATUS_HISTORY (deal_id, status, changed_at, changed_by)
  SELECT seq, 'draft', '2022-01-01' + INTERVAL seq * 1000003 MICROSECOND, IF(seq % 3 = 0, NULL, CONCAT('user', seq % 90)) FROM seq_1_to_10000;

CREATE TABLE T_DEAL_NOTE (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  deal_id BIGINT UNSIGNED NOT NULL,
  body MEDIUMTEXT NOT NULL,
  pinned BOOL NOT NULL DEFAULT 0
);
INSERT INTO T_DEAL_NOTE (deal_id, body, pinned) SELECT seq * 5, REPEAT(ELT(1 + seq % 4, 'note ', 'Notiz ü ', 'ملاحظة ', '备注😀 '), 1 + seq % 40), seq % 10 = 0 FROM seq_1_to_2000;

CREATE TABLE T_QUOTE (
  id BINARY(16) NOT NULL PRIMARY KEY,
  customer_id BIGINT UNSIGNED NOT NULL,
  valid_until DATE NOT NULL,
  total DECIMAL(20,6) NOT NULL,
  accepted TINYINT(1)
);
INSERT INTO T_QUOTE SELECT UNHEX(MD5(CONCAT('quote', seq))), 1 + seq % 4000, DATE_ADD('2024-01-01', INTERVAL seq % 400 DAY), seq * 12345.654321, ELT(1 + seq % 3, NULL, 0, 1) FROM seq_1_to_3000;

CREATE TABLE T_QUOTE_LINE (
  quote_id BINARY(16) NOT NULL,
  line SMALLINT NOT NULL,
  description VARCHAR(200) NOT NULL,
  quantity MEDIUMINT NOT NULL,
  unit_price DECIMAL(14,4) NOT NULL,
  amount DECIMAL(20,4) AS (quantity * unit_price) STORED,
  PRIMARY KEY (quote_id, line)
);
INSERT INTO T_QUOTE_LINE (quote_id, line, description, quantity, unit_price)
  SELECT UNHEX(MD5(CONCAT('quote', 1 + (seq - 1) DIV 2))), seq % 2, CONCAT('40ft HC × ', seq), CAST(seq % 100 AS SIGNED) - 5, seq * 0.0625 FROM seq_1_to_6000;

CREATE TABLE T_CONTRACT (
  number VARCHAR(30) NOT NULL PRIMARY KEY,
  customer_id BIGINT UNSIGNED NOT NULL,
  starts DATE NOT NULL, ends DATE,
  document LONGBLOB,
  signed_at DATETIME(3)
);
INSERT INTO T_CONTRACT SELECT CONCAT('C-', LPAD(seq, 6, '0')), seq, '2020-02-29' + INTERVAL seq DAY, IF(seq % 2, NULL, '2030-12-31'), IF(seq % 3 = 0, NULL, REPEAT(UNHEX(MD5(seq)), seq % 50)), '2020-02-28 12:00:00.125' + INTERVAL seq HOUR FROM seq_1_to_800;

CREATE TABLE T_SURCHARGE (
  carrier_id INT UNSIGNED NOT NULL,
  kind ENUM('BAF','CAF','THC','ISPS') NOT NULL,
  valid_from DATE NOT NULL,
  amount DECIMAL(8,2) NOT NULL,
  PRIMARY KEY (carrier_id, kind, valid_from)
);
INSERT INTO T_SURCHARGE SELECT 1 + seq % 200, 1 + seq DIV 200, '2024-01-01', seq * 1.5 FROM seq_0_to_799;
