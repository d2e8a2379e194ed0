-- Live: the marketplace that users see. 15 tables.
CREATE TABLE T_COMPANY (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(150) NOT NULL, slug VARCHAR(150) CHARACTER SET ascii NOT NULL, verified BIT(1) NOT NULL, website VARCHAR(200), founded YEAR, revenue DECIMAL(20,2), UNIQUE KEY u_slug (slug));
INSERT INTO T_COMPANY (name, slug, verified, website, founded, revenue) SELECT CONCAT(ELT(1 + seq % 4, 'Hansa ', 'Marché ', '环球 ', 'Σίγμα '), seq), CONCAT('company-', seq), seq % 2, IF(seq % 3, NULL, CONCAT('https://c', seq, '.example.com')), 1950 + seq % 70, seq * 99999.99 FROM seq_1_to_1000;

CREATE TABLE T_USER (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, company_id INT, login VARCHAR(80) NOT NULL, display_name VARCHAR(120), password_hash VARBINARY(64) NOT NULL,
  roles SET('admin','buyer','seller','viewer') NOT NULL DEFAULT 'viewer', locale VARCHAR(10) NOT NULL DEFAULT 'en', last_ip INET6, external_id UUID, last_login DATETIME(3), enabled TINYINT(1) NOT NULL DEFAULT 1, avatar MEDIUMBLOB,
  UNIQUE KEY u_login (login));
INSERT INTO T_USER (company_id, login, display_name, password_hash, roles, locale, last_ip, external_id, last_login, enabled, avatar)
  SELECT IF(seq % 10 = 0, NULL, 1 + seq % 1000), CONCAT('user', seq), ELT(1 + seq % 5, 'José', 'Zoë', 'محمد', '小明', '🚀 Rocket'), UNHEX(SHA2(seq, 512)), 1 + seq % 15, ELT(1 + seq % 3, 'en', 'ar-AE', 'zh-CN'),
    IF(seq % 2, CONCAT('2001:db8::', HEX(seq % 65536)), NULL), CONCAT(LPAD(HEX(seq), 8, '0'), '-1234-4abc-8def-', LEFT(MD5(seq), 12)), IF(seq % 4 = 0, NULL, '2024-06-01 12:00:00.5' + INTERVAL seq MINUTE), seq % 30 <> 0, IF(seq % 25 = 0, REPEAT(UNHEX('89504E47'), 100), NULL) FROM seq_1_to_5000;

CREATE TABLE T_SESSION (token BINARY(32) NOT NULL PRIMARY KEY, user_id BIGINT UNSIGNED NOT NULL, agent VARCHAR(200), started TIMESTAMP(6) NOT NULL, duration TIME);
INSERT INTO T_SESSION SELECT UNHEX(SHA2(CONCAT('s', seq), 256)), 1 + seq % 5000, 'Mozilla/5.0', '2024-06-01' + INTERVAL seq * 777777 MICROSECOND, SEC_TO_TIME(seq % 80000) FROM seq_1_to_3000;

CREATE TABLE T_LOCATION (id INT NOT NULL PRIMARY KEY, parent_id INT, name VARCHAR(100) NOT NULL, latitude DECIMAL(9,6), longitude DECIMAL(9,6), altitude FLOAT);
INSERT INTO T_LOCATION SELECT seq, IF(seq < 10, NULL, seq DIV 10), CONCAT(ELT(1 + seq % 3, 'Yard ', 'Škoda ', '堆场 '), seq), seq % 180 - 90.123456, seq % 360 - 180.000001, seq / 3 FROM seq_1_to_700;

CREATE TABLE T_DEPOT (code VARCHAR(12) NOT NULL PRIMARY KEY, location_id INT NOT NULL, capacity INT UNSIGNED NOT NULL, free_days TINYINT UNSIGNED, opens TIME, closes TIME, public_holidays TEXT);
INSERT INTO T_DEPOT SELECT CONCAT('DEP', seq), 1 + seq % 700, 4000000000 + seq, seq % 255, '06:30:00', SEC_TO_TIME(72000 + seq % 3600), IF(seq % 5, NULL, 'Neujahr; عيد الفطر; 春节') FROM seq_1_to_400;

CREATE TABLE T_CONTAINER (
  number CHAR(11) CHARACTER SET ascii NOT NULL PRIMARY KEY, kind ENUM('20DC','40DC','40HC','45HC','20RF') NOT NULL, built YEAR, tare_kg MEDIUMINT UNSIGNED, owner_company_id INT, depot_code VARCHAR(12), price DECIMAL(10,2), sold TINYINT(1) NOT NULL DEFAULT 0, csc_valid_until DATE, photo_meta JSON,
  KEY k_depot (depot_code));
INSERT INTO T_CONTAINER SELECT CONCAT('XCHU', LPAD(seq, 7, '0')), 1 + seq % 5, 1990 + seq % 35, 2000 + seq % 2500, IF(seq % 12 = 0, NULL, 1 + seq % 1000), IF(seq % 5 = 0, NULL, CONCAT('DEP', 1 + seq % 400)), seq * 0.99, seq % 20 = 0, '2024-02-29' + INTERVAL seq % 1500 DAY,
  IF(seq % 3 = 0, NULL, JSON_ARRAY(seq, CONCAT('photo-', seq, '.jpg'), NULL)) FROM seq_1_to_9000;

CREATE TABLE T_CONTAINER_EVENT (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, container CHAR(11) CHARACTER SET ascii NOT NULL, kind ENUM('gate-in','gate-out','loaded','discharged','damaged','repaired') NOT NULL, at DATETIME(6) NOT NULL, depot_code VARCHAR(12), temperature FLOAT, humidity DOUBLE, payload JSON,
  KEY k_container (container, at));
INSERT INTO T_CONTAINER_EVENT (container, kind, at, depot_code, temperature, humidity, payload) SELECT CONCAT('XCHU', LPAD(1 + seq % 9000, 7, '0')), 1 + seq % 6, '2024-01-01' + INTERVAL seq * 60000007 MICROSECOND, IF(seq % 4 = 0, NULL, CONCAT('DEP', 1 + seq % 400)), (seq % 90) - 30.7, seq / 30001, IF(seq % 5 = 0, JSON_OBJECT('seq', seq), NULL) FROM seq_1_to_25000;

CREATE TABLE T_LISTING (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, seller_id BIGINT UNSIGNED NOT NULL, title VARCHAR(200) NOT NULL, description TEXT, price DECIMAL(12,2) NOT NULL, quantity SMALLINT NOT NULL, published BIT(1) NOT NULL, expires DATE, views INT UNSIGNED NOT NULL DEFAULT 0);
INSERT INTO T_LISTING (seller_id, title, description, price, quantity, published, expires) SELECT 1 + seq % 5000, CONCAT(seq, ' × 40HC ', ELT(1 + seq % 4, 'Hamburg', 'İstanbul', 'القاهرة', '宁波')), REPEAT('Beschreibung – описание – 描述 ', 1 + seq % 10), 900 + seq, seq % 300, seq % 2, IF(seq % 9 = 0, NULL, '2025-01-01' + INTERVAL seq % 365 DAY) FROM seq_1_to_5000;

CREATE TABLE T_LISTING_IMAGE (listing_id INT NOT NULL, position TINYINT UNSIGNED NOT NULL, mime VARCHAR(30) NOT NULL, thumbnail BLOB, sha CHAR(64) CHARACTER SET ascii NOT NULL, PRIMARY KEY (listing_id, position));
INSERT INTO T_LISTING_IMAGE SELECT 1 + seq DIV 2, seq % 2, 'image/webp', REPEAT(UNHEX(MD5(seq)), 1 + seq % 20), SHA2(seq, 256) FROM seq_1_to_4000;

CREATE TABLE T_BOOKING (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, listing_id INT NOT NULL, buyer_id BIGINT UNSIGNED NOT NULL, status ENUM('new','confirmed','picked up','done','void') NOT NULL, total DECIMAL(14,2) NOT NULL, pickup_window_start TIME, pickup_window_end TIME, created_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), KEY k_listing (listing_id));
INSERT INTO T_BOOKING (listing_id, buyer_id, status, total, pickup_window_start, pickup_window_end, created_at) SELECT 1 + seq % 5000, 1 + seq % 5000, 1 + seq % 5, seq * 17.5, IF(seq % 3, '08:00:00', NULL), IF(seq % 3, '16:30:00', NULL), '2024-10-27 00:59:59.999' + INTERVAL seq MINUTE FROM seq_1_to_8000;

CREATE TABLE T_BOOKING_ITEM (booking_id BIGINT UNSIGNED NOT NULL, container CHAR(11) CHARACTER SET ascii NOT NULL, released BIT(1) NOT NULL DEFAULT b'0', release_code VARCHAR(16), PRIMARY KEY (booking_id, container));
INSERT INTO T_BOOKING_ITEM SELECT 1 + seq % 8000, CONCAT('XCHU', LPAD(1 + seq % 9000, 7, '0')), seq % 2, IF(seq % 2, LEFT(MD5(seq), 8), NULL) FROM seq_1_to_10000;

CREATE TABLE T_NOTIFICATION (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id BIGINT UNSIGNED NOT NULL, body VARCHAR(500) NOT NULL, seen TINYINT(1) NOT NULL DEFAULT 0, at TIMESTAMP NULL);
INSERT INTO T_NOTIFICATION (user_id, body, seen, at) SELECT 1 + seq % 5000, ELT(1 + seq % 3, 'Your booking is confirmed ✅', 'تم تأكيد الحجز', '您的预订已确认'), seq % 2, IF(seq % 6 = 0, NULL, '2024-07-01' + INTERVAL seq MINUTE) FROM seq_1_to_4000;

CREATE TABLE T_TRANSLATION (`key` VARCHAR(100) NOT NULL, locale VARCHAR(10) NOT NULL, text LONGTEXT NOT NULL, PRIMARY KEY (`key`, locale));
INSERT INTO T_TRANSLATION SELECT CONCAT('page.', seq DIV 4), ELT(1 + seq % 4, 'en', 'de', 'ar', 'zh'), ELT(1 + seq % 4, 'Welcome back!', 'Schön, dass Sie wieder da sind', 'مرحبا بعودتك', '欢迎回来') FROM seq_4_to_1203;

CREATE TABLE T_SETTING (name VARCHAR(60) NOT NULL PRIMARY KEY, value TEXT, secret VARBINARY(100), updated DATETIME(6));
INSERT INTO T_SETTING SELECT CONCAT('setting.', seq), IF(seq % 4 = 0, NULL, CONCAT('{"n":', seq, '}')), IF(seq % 5 = 0, UNHEX('DEADBEEF00FF'), NULL), '2024-01-01 00:00:00.000001' FROM seq_1_to_120;

CREATE TABLE T_AUDIT (at DATETIME(6) NOT NULL, sequence BIGINT UNSIGNED NOT NULL, actor VARCHAR(80), action VARCHAR(40) NOT NULL, before_value JSON, after_value JSON, PRIMARY KEY (at, sequence));
INSERT INTO T_AUDIT SELECT '2024-08-01' + INTERVAL seq * 999983 MICROSECOND, 18446744073709000000 + seq, IF(seq % 8 = 0, NULL, CONCAT('user', seq % 5000)), 'update', JSON_OBJECT('v', seq), JSON_OBJECT('v', seq + 1) FROM seq_1_to_5000;
