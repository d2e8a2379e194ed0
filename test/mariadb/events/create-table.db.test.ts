// The definitions read from CREATE TABLE texts against what the server itself says of the tables.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SourceColumn, SourceTable } from '../../../src/core/table.ts'
import { parseStatement } from '../../../src/mariadb/events/statement.ts'
import { startMariadb } from '../../harness/start-mariadb.ts'
import type { MariadbServer } from '../../harness/start-mariadb.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb({ settings: { explicit_defaults_for_timestamp: 'ON', sql_mode: '' } })
})
after(async () => await server[Symbol.asyncDispose]())

const everyType = `a int, b integer unsigned, c bool default true, d serial, e dec, f numeric(5),
  g fixed(7,3) unsigned zerofill, h double precision, i real, j float(7,2), k float(30), l float(20), m character(3),
  n nchar(4), o nvarchar(5), p national varchar(6), q long, r long varbinary, s json, t varchar(9) character set utf8,
  u timestamp, v timestamp not null, w bit, x year, y year(2), z int(5) zerofill, a1 text(10),
  a2 text(300) character set utf8mb4, a3 blob(70000), a4 char(5) binary, a5 char(5) byte, a6 varchar(5) ascii,
  a7 char varying(7), a8 enum('a ','b''c','d\\\\e','f"g'), a9 set('x','y') character set utf8mb4,
  b1 varchar(10) compressed, b2 text compressed, b3 int invisible,
  b4 datetime(3) default now(3) on update current_timestamp(3), b5 int as (a+1) virtual,
  b6 int generated always as (a+2) stored, b7 tinyblob, b8 binary, b9 varbinary(7), c1 uuid, c2 inet6, c3 inet4, c4 point,
  c5 geometrycollection, c6 time(2), c7 date, c8 int1, c9 int8 unsigned, d1 middleint, d2 decimal(65,38), d3 char,
  d4 long varchar, d5 float4, d6 float8, d7 geometry not null, d8 varchar(5) unicode, d9 tinytext collate utf8mb4_bin,
  e1 char(0), e2 text(16000000), e3 longtext check (json_valid(e3)), e5 bigint unsigned default 5 not null comment 'it''s',
  e6 decimal(8,2) default 1, e7 int default '7', e8 varchar(5) default 7, e9 bit(4) default b'101',
  f1 varchar(4) default x'4142', f2 date default '2020-1-2', f3 datetime default '2020-01-02', f4 double default 1e3,
  f5 int default -5, f7 varchar(40) default concat('a','b'), f8 time default 0, f9 enum('a','b') default 'B',
  g1 timestamp null default null, g3 longtext character set latin1 check (json_valid(\`g3\`)), g4 tinyint(1) unsigned,
  g5 varchar(10) charset binary, g6 text charset binary, g7 enum('a','b') charset binary, g8 boolean not null,
  g9 text charset utf8mb4 collate utf8mb4_bin, h1 timestamp(6) default 0, h2 varchar(5) default 'a\\\\b''c',
  h3 bit(3) default 5, h4 float default 1.10, h5 year default 2020, h6 timestamp default '2020-01-02 03:04:05',
  h7 mediumtext binary, h8 nchar varying(3), h9 multipolygon, \`select\` int, \`a\`\`b\` int, \`жяé\` int comment 'жя'`

/** Bodies and options; the tables are called t1, t2, … */
const tables: readonly string[] = [
  `(${everyType}) comment = 'all' engine=myisam`,
  `(id int auto_increment primary key, v varchar(20) unique, w int not null, key (w), unique u (w, v), key pre (v(5) desc))`,
  `(a int, b int not null, c int not null, unique (a), unique key cb (c, b), index using btree (b)) engine=innodb`,
  `(a varchar(300) not null, b text not null, unique (a(10)), unique (b(20)), fulltext ft (b), key (a)) charset=utf8`,
  `(a int not null, b int not null, primary key (b, a), unique (a)) default character set latin2 collate latin2_croatian_ci`,
  `(id bigint unsigned not null, d date not null, x text, primary key(id, d)) partition by range (year(d))
     (partition p0 values less than (2020), partition pm values less than maxvalue)`,
  `(\`id\` int(11) NOT NULL AUTO_INCREMENT, \`x\` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL
     CHECK (json_valid(\`x\`)), PRIMARY KEY (\`id\`), CONSTRAINT \`chk\` CHECK (length(\`x\`) > 0)) ENGINE=InnoDB DEFAULT
     CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci ROW_FORMAT=DYNAMIC`,
  `/*!40101 (a int primary key) */ /*!50705 garbage */ /*M!100100 engine=aria */ -- end`,
  `(p int, q int, foreign key (p) references t2(id) on delete cascade on update set null, constraint fq foreign key (q)
     references t2 (id), key (p, q))`,
  `(a timestamp, b timestamp not null default current_timestamp on update current_timestamp, c datetime(6) not null
     default '2001-02-03 04:05:06.7')`,
  `(a varchar(10) collate utf8mb4_bin not null default '', b enum('x','y') not null, key a_idx (a) comment 'c' ,
     period int, key\`q\`(period)) comment 'it''s' auto_increment=7 stats_persistent=1`,
]

interface ServerColumn {
  readonly COLUMN_NAME: string
  readonly COLUMN_TYPE: string
  readonly DATA_TYPE: string
  readonly CHARACTER_SET_NAME: string | null
  readonly COLLATION_NAME: string | null
  readonly IS_NULLABLE: string
  readonly COLUMN_DEFAULT: string | null
  readonly NUMERIC_PRECISION: number | null
  readonly DATETIME_PRECISION: number | null
  readonly GENERATION_EXPRESSION: string | null
  readonly EXTRA: string
  readonly COLUMN_COMMENT: string
}

for (const [i, body] of tables.entries()) {
  test(`the definition is the server's: t${i + 1} ${body.slice(0, 50)}`, async () => {
    if (i === 0) await server.query('CREATE DATABASE d CHARACTER SET latin1')
    const table = `t${i + 1}`
    const sql = `create table ${table} ${body}`
    await server.query(`USE d; SET NAMES utf8mb4; ${sql}`)
    const definition = read(sql, 'latin1')
    const columns = await server.query<ServerColumn>(
      'SELECT * FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION',
      ['d', table],
    )
    const checks = await server.query<{ CONSTRAINT_NAME: string }>(
      "SELECT * FROM information_schema.CHECK_CONSTRAINTS WHERE TABLE_NAME = ? AND CHECK_CLAUSE LIKE 'json\\_valid(%'",
      [table],
    )
    const json = checks.map((row) => row.CONSTRAINT_NAME)
    assert.deepEqual(
      definition.columns.map(comparable),
      columns.map((column) => fromServer(column, json.includes(column.COLUMN_NAME))),
    )
    // A collation is only said when the statement says it.
    for (const [n, { collation }] of definition.columns.entries()) {
      if (collation !== null) assert.equal(collation, columns[n]?.COLLATION_NAME)
    }
    assert.deepEqual(await serverIndexes(table), ownIndexes(definition))
    const [info] = await server.query<{ ENGINE: string; TABLE_COMMENT: string }>(
      'SELECT ENGINE, TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
      ['d', table],
    )
    assert.deepEqual([definition.engine, definition.comment], [info?.ENGINE, info?.TABLE_COMMENT])
    // What SHOW CREATE TABLE prints, dumps contain: it must read the same.
    const [shown] = await server.query<Record<string, string>>(`SHOW CREATE TABLE d.${table}`)
    const again = read(shown?.['Create Table'] ?? '', null)
    assert.deepEqual(again.columns.map(comparable), definition.columns.map(comparable))
    assert.deepEqual(again.key, definition.key)
  })
}

function read(sql: string, databaseCharset: string | null): SourceTable {
  const context = { database: 'd', sqlMode: 0n, databaseCharset, explicitTimestamps: true }
  const statement = parseStatement(sql, context)
  assert.equal(statement.kind, 'create-table')
  assert.ok('definition' in statement && statement.definition !== null, JSON.stringify(statement))
  return statement.definition
}

function comparable(column: SourceColumn): Record<string, unknown> {
  const { name, type, columnType, charset, nullable, fraction, precision, generated, comment } = column
  const defaultExpression = column.defaultExpression?.replaceAll(/\s/g, '') ?? null
  return { name, type, columnType, charset, nullable, fraction, precision, generated, comment, defaultExpression }
}

function fromServer(column: ServerColumn, json: boolean): Record<string, unknown> {
  const generated = /STORED/.test(column.EXTRA) ? 'stored' : /VIRTUAL/.test(column.EXTRA) ? 'virtual' : null
  return {
    name: column.COLUMN_NAME,
    type: json ? 'json' : column.DATA_TYPE,
    columnType: column.COLUMN_TYPE,
    charset: column.CHARACTER_SET_NAME,
    nullable: column.IS_NULLABLE === 'YES',
    fraction: column.DATETIME_PRECISION ?? 0,
    precision: column.DATA_TYPE === 'decimal' ? Number(column.NUMERIC_PRECISION) : null,
    generated,
    comment: column.COLUMN_COMMENT,
    defaultExpression: column.COLUMN_DEFAULT?.replaceAll(/\s/g, '') ?? null,
  }
}

async function serverIndexes(table: string): Promise<readonly string[]> {
  const rows = await server.query<{ text: string }>(
    `SELECT CONCAT(INDEX_NAME, IF(NON_UNIQUE, '', ' unique'), ' ', IF(INDEX_TYPE = 'HASH', 'BTREE', INDEX_TYPE), ' ',
       GROUP_CONCAT(COLUMN_NAME, IFNULL(CONCAT('(', SUB_PART, ')'), ''), IF(COLLATION = 'D', ' desc', '')
                    ORDER BY SEQ_IN_INDEX)) AS text
     FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'd' AND TABLE_NAME = ?
     GROUP BY INDEX_NAME, NON_UNIQUE, INDEX_TYPE`,
    [table],
  )
  return rows.map((row) => row.text).sort()
}

/** The key's index, which is not listed, is put back: by the name that the server gave it. */
function ownIndexes(table: SourceTable): readonly string[] {
  const keyNames: Readonly<Record<string, string>> = { t1: 'd', t3: 'cb' }
  const name = keyNames[table.table] ?? 'PRIMARY'
  const keyIndex = table.key.map((column) => ({ name: column, prefix: null, descending: false }))
  const indexes = [...table.indexes]
  if (keyIndex.length > 0) indexes.push({ name, unique: true, columns: keyIndex, method: 'BTREE' })
  return indexes
    .map((index) => {
      const columns = index.columns.map(
        (column) =>
          `${column.name}${column.prefix === null ? '' : `(${column.prefix})`}${column.descending ? ' desc' : ''}`,
      )
      return `${index.name}${index.unique ? ' unique' : ''} ${index.method} ${columns.join(',')}`
    })
    .sort()
}
