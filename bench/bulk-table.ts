/** A table of 16 columns of all common kinds, NULLs among them, for the bulk load; about 258 bytes a row as text. */
export const bulkTable = `CREATE TABLE bench.t (
  id bigint NOT NULL PRIMARY KEY,
  account int NOT NULL,
  visits int unsigned NULL,
  grade smallint NOT NULL,
  amount decimal(18,4) NOT NULL,
  ratio double NULL,
  booked datetime(6) NOT NULL,
  changed timestamp NOT NULL,
  title varchar(120) NOT NULL,
  city varchar(60) NULL,
  note text NULL,
  kind enum('new','open','done') NOT NULL,
  active bit(1) NOT NULL,
  flags bit(16) NULL,
  payload json NULL,
  digest varbinary(32) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/** For SELECT from a sequence. */
export const bulkRow = `seq, seq MOD 50000, IF(seq MOD 13 = 0, NULL, seq * 2), seq MOD 30000, seq * 1.2345,
  IF(seq MOD 11 = 0, NULL, seq / 7), '2024-01-01' + INTERVAL seq * 1.000123 SECOND, '2024-06-01' + INTERVAL seq SECOND,
  CONCAT('Position ', seq, ' über alles'), IF(seq MOD 9 = 0, NULL, CONCAT('Stadt ', seq MOD 500)),
  IF(seq MOD 5 = 0, NULL, CONCAT('note of ', seq, REPEAT(' lorem ipsum', seq MOD 8))),
  ELT(1 + seq MOD 3, 'new', 'open', 'done'), seq MOD 2, IF(seq MOD 3 = 0, NULL, seq MOD 4096),
  IF(seq MOD 4 = 0, NULL, CONCAT('{"n": ', seq, ', "tags": ["a", "b"]}')), IF(seq MOD 17 = 0, NULL, UNHEX(SHA2(seq, 256)))`

/** The target of a pipe of the two clients, in the types that a load makes too. */
export const pipedTable = `CREATE TABLE mp_cdc.piped (id bigint NOT NULL, account integer NOT NULL, visits bigint,
  grade smallint NOT NULL, amount numeric(18,4) NOT NULL, ratio double precision, booked timestamp(6) NOT NULL,
  changed timestamptz(0) NOT NULL, title text NOT NULL, city text, note text, kind text NOT NULL, active boolean NOT NULL,
  flags bit(16), payload json, digest bytea)`

/** What `mariadb -B` prints of it is the text format of COPY: \\N is NULL, bytes are hexadecimal digits. */
export const pipedSelect = `SELECT id, account, visits, grade, amount, ratio, booked, changed, title, city, note, kind,
  active + 0, LPAD(BIN(flags), 16, '0'), payload, CONCAT('\\\\x', HEX(digest)) FROM t`
