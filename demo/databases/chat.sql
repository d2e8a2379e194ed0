-- Chat: rooms and messages in every script there is. 4 tables.
CREATE TABLE T_ROOM (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(120) NOT NULL, archived BIT(1) NOT NULL DEFAULT b'0', created DATETIME NOT NULL, topic TEXT);
INSERT INTO T_ROOM (title, archived, created, topic) SELECT CONCAT('Deal room ', seq, ' 💬'), seq % 10 = 0, '2024-01-01' + INTERVAL seq HOUR, IF(seq % 3 = 0, NULL, 'שלום · สวัสดี · Привет') FROM seq_1_to_500;

CREATE TABLE T_ROOM_MEMBER (room_id INT NOT NULL, user_id BIGINT UNSIGNED NOT NULL, muted TINYINT(1) NOT NULL DEFAULT 0, role ENUM('owner','member','guest') NOT NULL DEFAULT 'member', last_read BIGINT, PRIMARY KEY (room_id, user_id));
INSERT INTO T_ROOM_MEMBER SELECT 1 + seq % 500, seq, seq % 5 = 0, 1 + seq % 3, IF(seq % 2, seq, NULL) FROM seq_1_to_2500;

CREATE TABLE T_MESSAGE (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, room_id INT NOT NULL, sender_id BIGINT UNSIGNED NOT NULL, body TEXT, edited TINYINT(1) NOT NULL DEFAULT 0, sent_at DATETIME(6) NOT NULL, reactions JSON, KEY k_room (room_id, sent_at));
INSERT INTO T_MESSAGE (room_id, sender_id, body, edited, sent_at, reactions) SELECT 1 + seq % 500, 1 + seq % 2500, ELT(1 + seq % 7, 'Hello 👋', 'Guten Tag, schöne Grüße', 'السلام عليكم', '你好，请问价格是多少？', 'Здравствуйте', 'ありがとう 🙏🏽', NULL), seq % 40 = 0, '2024-02-01' + INTERVAL seq * 30000003 MICROSECOND, IF(seq % 6 = 0, JSON_OBJECT('👍', seq % 9), NULL) FROM seq_1_to_12000;

CREATE TABLE T_ATTACHMENT (message_id BIGINT NOT NULL, name VARCHAR(200) NOT NULL, content MEDIUMBLOB, bytes INT UNSIGNED NOT NULL, PRIMARY KEY (message_id, name));
INSERT INTO T_ATTACHMENT SELECT seq * 10, CONCAT('файл ', seq, '.pdf'), REPEAT(UNHEX(SHA2(seq, 256)), 1 + seq % 200), 32 * (1 + seq % 200) FROM seq_1_to_600;
