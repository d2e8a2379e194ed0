// What both runtimes are given to copy. Part of it is there before the load, so that columns are made for what they hold;
// the rest arrives as changes.
import { hardColumns } from '../mapping/hard-values.ts'
import type { HardColumn } from '../mapping/hard-values.ts'

/** With these Debezium or its sink does something else or stops: differences.ts says so of each. */
const notForDebezium = ({ type, choice }: HardColumn): boolean =>
  /^inet|^uuid|compressed|^bit\((8|13|64)\)|^enum.*'x,y'/.test(type) || (choice !== undefined && choice !== 'smallint')

/** At a NUL character in text the sink stops. */
function withoutNul(column: HardColumn): HardColumn {
  const kept = column.values.map((value) => !/\\0|CHAR\(0\)/.test(value))
  return {
    ...column,
    values: column.values.filter((_, index) => kept[index]),
    texts: column.texts.filter((_, index) => kept[index]),
  }
}

/** A table of columns that are hard to carry over; several, so that a failure names what it is about. */
interface FamilyTable {
  readonly name: string
  readonly columns: readonly HardColumn[]
}

const families: readonly (readonly [string, RegExp])[] = [
  ['t_integer', /^(tinyint|smallint|mediumint|int|bigint|year|bit)/],
  ['t_number', /^(decimal|float|double)/],
  ['t_time', /^(date|time)/],
  ['t_charset', /character set/],
  ['t_text', /^(char|varchar|tinytext|text|mediumtext|longtext|json)/],
  ['t_member', /^(enum|set)/],
  ['t_bytes', /^(binary|varbinary|tinyblob|blob|mediumblob|longblob|uuid)/],
]

export const familyTables: readonly FamilyTable[] = families.map(([name, pattern], index) => {
  const earlier = families.slice(0, index).map(([, other]) => other)
  const isOurs = ({ type }: HardColumn): boolean =>
    pattern.test(type) &&
    (name === 't_charset' || !/character set/.test(type)) &&
    !earlier.some((p) => p.test(type) && name !== 't_charset')
  return { name, columns: hardColumns.filter((column) => !notForDebezium(column) && isOurs(column)).map(withoutNul) }
})

const columnNames = ({ columns }: FamilyTable): readonly string[] => columns.map((_, index) => `c${index + 1}`)

function createFamily(table: FamilyTable): string {
  const names = columnNames(table)
  const columns = table.columns.map(({ type }, index) => `${names[index]} ${type}`)
  const rows = Array.from({ length: Math.max(...table.columns.map(({ values }) => values.length)) }, (_, row) => row)
  const insert = rows.map((row) => {
    const cells = table.columns.map(({ values }) => values[row] ?? 'NULL')
    return `INSERT INTO ${table.name} VALUES (${row + 1}, ${cells.join(', ')});`
  })
  return `CREATE TABLE ${table.name} (id INT PRIMARY KEY, ${columns.join(', ')}) ROW_FORMAT=DYNAMIC;\n${insert.join('\n')}`
}

/** New rows in one statement, every value moved to another row, rows deleted, keys changed. */
function changeFamily(table: FamilyTable): string {
  const { name } = table
  const names = columnNames(table)
  const moved = names.map((column) => `a.${column} = b.${column}`).join(', ')
  return `
    INSERT INTO ${name} SELECT id + 100, ${names.join(', ')} FROM ${name} WHERE id < 100;
    INSERT INTO ${name} SELECT id + 200, ${names.join(', ')} FROM ${name} WHERE id < 100;
    UPDATE ${name} a JOIN ${name} b ON b.id = a.id - 99 SET ${moved} WHERE a.id BETWEEN 101 AND 199;
    UPDATE ${name} SET ${names.map((column) => `${column} = NULL`).join(', ')} WHERE id = 201;
    UPDATE ${name} SET id = id + 1000 WHERE id BETWEEN 202 AND 299 AND id % 2 = 0;
    DELETE FROM ${name} WHERE id BETWEEN 203 AND 299 AND id % 3 = 0;`
}

const otherTables = `
  CREATE TABLE T_Key (Region CHAR(4) CHARACTER SET latin1, Port VARCHAR(30), at DATETIME(3), amount DECIMAL(12,3), raw VARBINARY(8),
    big BIGINT UNSIGNED, n INT, note VARCHAR(50), PRIMARY KEY (Region, Port, at, amount, raw, big));
  INSERT INTO T_Key VALUES ('eu', 'Größe', '2024-01-01 00:00:00.001', 1.500, x'00ff', 18446744073709551615, 1, 'a');
  CREATE TABLE t_default (id INT PRIMARY KEY, a INT DEFAULT 5, b VARCHAR(20) DEFAULT 'preset', c DATETIME DEFAULT '2001-02-03 04:05:06',
    d TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP, e DECIMAL(5,2) DEFAULT 1.25, f TINYINT(1) DEFAULT 1, g BIT(1) DEFAULT b'1', h ENUM('x','y') DEFAULT 'y',
    i JSON DEFAULT '{}', j BIGINT UNSIGNED DEFAULT 18446744073709551615, k DATE DEFAULT '2001-02-03', l VARBINARY(4) DEFAULT 'ab');
  INSERT INTO t_default (id) VALUES (1);
  CREATE TABLE t_zero (id INT PRIMARY KEY, day DATE NOT NULL, at DATETIME NOT NULL, ts TIMESTAMP NOT NULL DEFAULT '0000-00-00 00:00:00', day_or_null DATE);
  INSERT INTO t_zero VALUES (1, '0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00'), (2, '2020-00-10', '2020-10-00 10:00:00', '2020-01-01 00:00:00', '2020-00-10');
  CREATE TABLE t_large (id INT PRIMARY KEY, body LONGTEXT, raw LONGBLOB);
  INSERT INTO t_large VALUES (1, 'x', 'x');
  CREATE TABLE t_truncated (id INT PRIMARY KEY, n INT);
  INSERT INTO t_truncated SELECT seq, seq FROM seq_1_to_20;
  CREATE TABLE t_added (id INT PRIMARY KEY, name VARCHAR(20));
  INSERT INTO t_added SELECT seq, CONCAT('n', seq) FROM seq_1_to_5;
  CREATE TABLE t_dropped_column (id INT PRIMARY KEY, gone VARCHAR(20), kept INT);
  INSERT INTO t_dropped_column SELECT seq, 'g', seq FROM seq_1_to_5;
  CREATE TABLE t_generated (id INT PRIMARY KEY, a INT, b INT AS (a * 2) STORED, c INT AS (a * 3) VIRTUAL, d INT INVISIBLE DEFAULT 7);
  INSERT INTO t_generated (id, a) SELECT seq, seq FROM seq_1_to_5;
  CREATE TABLE t_unique (id INT PRIMARY KEY, code VARCHAR(10) UNIQUE, n INT);
  INSERT INTO t_unique VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);
  CREATE TABLE t_no_primary (code VARCHAR(10) NOT NULL UNIQUE, n INT);
  INSERT INTO t_no_primary VALUES ('a', 1), ('b', 2);
  CREATE TABLE t_bits (id INT PRIMARY KEY, few BIT(7));
  INSERT INTO t_bits VALUES (1, 0);
  CREATE TABLE t_parent (id INT PRIMARY KEY, n INT);
  INSERT INTO t_parent VALUES (1, 1), (2, 2), (3, 3);
  CREATE TABLE t_child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES t_parent (id) ON DELETE CASCADE ON UPDATE CASCADE);
  INSERT INTO t_child VALUES (10, 1), (20, 2), (30, 3);
  CREATE TABLE t_many (id INT AUTO_INCREMENT PRIMARY KEY, n INT, s VARCHAR(100));
  INSERT INTO t_many (n, s) SELECT seq, CONCAT('row ', seq) FROM seq_1_to_2000;`

/** Columns that Kafka Connect must refuse; only the embedded runtime copies this table. */
export const refusedColumns = ['id', 'wide', 'word', 'packed', 'address', 'long']

const refusedTable = `
  CREATE TABLE r_refused (id UUID PRIMARY KEY, wide BIT(63), word ENUM('a','x,y'), packed TEXT COMPRESSED, address INET6, \`long\` TIME);
  INSERT INTO r_refused VALUES ('123e4567-e89b-12d3-a456-426655440000', 5, 'x,y', 'text', '::1', '-100:00:00');`

export const before = `SET sql_mode = ''; ${familyTables.map(createFamily).join('\n')}\n${otherTables}\n${refusedTable}`

const otherChanges = `
  INSERT INTO T_Key VALUES ('eu', 'groß ', '2024-01-01 00:00:00.002', -1.500, x'', 0, 2, NULL), ('us', '', '9999-12-31 23:59:59.999', 0, x'00', 1, 3, 'b');
  UPDATE T_Key SET note = 'changed' WHERE Region = 'eu';
  UPDATE T_Key SET big = big - 1, amount = amount + 1 WHERE Region = 'eu' AND Port = 'Größe';
  DELETE FROM T_Key WHERE Region = 'us';
  INSERT INTO t_default (id) VALUES (2);
  INSERT INTO t_default VALUES (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  UPDATE t_default SET a = NULL, b = NULL, c = NULL, d = NULL, e = NULL, f = NULL, g = NULL, h = NULL, i = NULL, j = NULL, k = NULL, l = NULL WHERE id = 1;
  INSERT INTO t_zero VALUES (3, '0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00'), (4, '2020-00-10', '2020-10-00 10:00:00', '2020-01-01 00:00:00', '2020-00-10');
  UPDATE t_zero SET day_or_null = '2024-01-01' WHERE id = 1;
  INSERT INTO t_large VALUES (2, REPEAT('ß', 200000), REPEAT(x'00ff', 100000));
  UPDATE t_large SET body = REPEAT('y', 300000) WHERE id = 1;
  TRUNCATE TABLE t_truncated;
  INSERT INTO t_truncated VALUES (7, 7);
  ALTER TABLE t_added ADD COLUMN price DECIMAL(10,2), ADD COLUMN flag TINYINT(1) DEFAULT 1, ADD COLUMN at DATETIME(3), ADD COLUMN doc JSON, ADD COLUMN word VARCHAR(10) NOT NULL DEFAULT 'w';
  INSERT INTO t_added VALUES (6, 'n6', 12.50, 0, '2024-01-01 00:00:00.123', '{"a":1}', 'v');
  UPDATE t_added SET price = 1.00 WHERE id = 1;
  ALTER TABLE t_dropped_column DROP COLUMN gone;
  INSERT INTO t_dropped_column VALUES (6, 6);
  UPDATE t_dropped_column SET kept = 100 WHERE id = 1;
  CREATE TABLE t_created (id INT PRIMARY KEY, name VARCHAR(20), flag TINYINT(1), ok BOOLEAN, bits BIT(1), amount DECIMAL(10,2) NOT NULL, at DATETIME(3),
    ts TIMESTAMP NULL, doc JSON, raw BLOB, kind ENUM('x','y'), n BIGINT UNSIGNED, f FLOAT, t TIME, y YEAR);
  INSERT INTO t_created VALUES (1, 'é', 1, 0, b'1', 1.50, '2024-01-01 00:00:00.123', '2024-01-01 00:00:00', '{"a": 1}', x'00ff', 'y', 18446744073709551615, 0.1, '12:00:00', 2024), (2, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  UPDATE t_created SET name = 'changed' WHERE id = 2;
  INSERT INTO t_generated (id, a, d) VALUES (6, 6, 8);
  UPDATE t_generated SET a = a + 100 WHERE id < 3;
  UPDATE t_unique SET code = 'x' WHERE id = 1; UPDATE t_unique SET code = 'a' WHERE id = 2; UPDATE t_unique SET code = 'b' WHERE id = 1;
  REPLACE INTO t_unique VALUES (4, 'c', 4);
  INSERT INTO t_unique VALUES (5, 'b', 5) ON DUPLICATE KEY UPDATE n = n + 50;
  UPDATE t_no_primary SET code = 'z', n = 9 WHERE code = 'a'; DELETE FROM t_no_primary WHERE code = 'b'; INSERT INTO t_no_primary VALUES ('y', NULL);
  INSERT INTO t_bits VALUES (2, 64), (3, 127); UPDATE t_bits SET few = 1 WHERE id = 1;
  DELETE FROM t_parent WHERE id = 1; UPDATE t_parent SET id = 22 WHERE id = 2;
  START TRANSACTION;
  INSERT INTO t_many (n, s) SELECT n, s FROM t_many;
  UPDATE t_many SET n = n * 2 WHERE id % 3 = 0; DELETE FROM t_many WHERE id % 7 = 0; UPDATE t_many SET id = id + 100000 WHERE id BETWEEN 500 AND 600;
  SAVEPOINT a; DELETE FROM t_many WHERE id < 400; ROLLBACK TO a;
  COMMIT;
  START TRANSACTION; DELETE FROM t_many; ROLLBACK;
  INSERT INTO t_many (id, n) VALUES (1000000, 1); UPDATE t_many SET n = 2 WHERE id = 1000000; DELETE FROM t_many WHERE id = 1000000; INSERT INTO t_many (id, n) VALUES (1000000, 3);`

export const changes = `SET sql_mode = ''; ${familyTables.map(changeFamily).join('\n')}\n${otherChanges}`
