/** A table of 16 columns of the usual kinds; `rows` are filled by the server itself from its sequence engine. */
export const wideTable = `CREATE TABLE bench.wide (
  id bigint NOT NULL PRIMARY KEY,
  account int unsigned NOT NULL,
  kind smallint NOT NULL,
  amount decimal(18,4) NOT NULL,
  rate double NULL,
  booked datetime(6) NOT NULL,
  changed timestamp(3) NOT NULL DEFAULT current_timestamp(3),
  day date NULL,
  title varchar(120) NOT NULL,
  note text NULL,
  state enum('new','open','done') NOT NULL,
  active bit(1) NOT NULL,
  flags int NOT NULL DEFAULT 0,
  payload json NULL,
  digest varbinary(32) NULL,
  city varchar(60) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/** Column expressions for a row numbered by the SQL expression `n`. */
export function wideRow(n: string): string {
  return [
    n,
    `${n} MOD 50000`,
    `${n} MOD 300`,
    `${n} * 1.2345`,
    `IF(${n} MOD 11 = 0, NULL, ${n} / 7)`,
    `'2024-01-01' + INTERVAL ${n} SECOND`,
    `'2024-06-01' + INTERVAL ${n} MOD 80000 SECOND`,
    `IF(${n} MOD 7 = 0, NULL, '2020-01-01' + INTERVAL ${n} MOD 2000 DAY)`,
    `CONCAT('Position ', ${n}, ' über alles')`,
    `IF(${n} MOD 5 = 0, NULL, CONCAT('note of ', ${n}, REPEAT(' lorem ipsum', ${n} MOD 6)))`,
    `ELT(1 + ${n} MOD 3, 'new', 'open', 'done')`,
    `${n} MOD 2`,
    `${n} MOD 97`,
    `IF(${n} MOD 4 = 0, NULL, CONCAT('{"n": ', ${n}, ', "tags": ["a", "b"]}'))`,
    `UNHEX(MD5(${n}))`,
    `IF(${n} MOD 9 = 0, NULL, CONCAT('Stadt ', ${n} MOD 500))`,
  ].join(', ')
}
