// DDL that a real PostgreSQL accepts, beside what a real MariaDB did; and sources that are out of the ordinary.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { must } from '../../src/core/assert.ts'
import { CdcError } from '../../src/core/errors.ts'
import type { SourceTable } from '../../src/core/table.ts'
import { copyHeader, copyTrailer, CopyWriter } from '../../src/mapping/copy-writer.ts'
import {
  addColumnSql,
  addPrimaryKeySql,
  commentSql,
  createIndexSql,
  createTableSql,
  dropColumnSql,
  indexName,
  renameTableSql,
} from '../../src/mapping/ddl.ts'
import { defaultValue } from '../../src/mapping/default-value.ts'
import { mapTable, type MappedTable } from '../../src/mapping/mapped-table.ts'
import { compileBinlogEncoder } from '../../src/mapping/row-encoder.ts'
import { mariadbRowHash, postgresRowHash } from '../../src/mapping/row-text.ts'
import { readTable } from '../../src/mariadb/catalog.ts'
import { connectMariadb } from '../../src/mariadb/connection.ts'
import { connectPostgres } from '../../src/postgres/connection.ts'
import { copyIn } from '../../src/postgres/copy-in.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres, type PostgresServer } from '../harness/start-postgres.ts'
import { readBinlogRows } from './binlog-rows.ts'

let mariadb: MariadbServer
let postgres: PostgresServer

before(async () => {
  ;[mariadb, postgres] = await Promise.all([startMariadb(), startPostgres()])
  await mariadb.createDatabases('shop')
})

after(async () => {
  await mariadb[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

async function definition(table: string): Promise<SourceTable> {
  await using connection = await connectMariadb(mariadb.admin, { where: 'test' })
  return must(await readTable(connection, { database: 'shop', table }), table)
}

const mapped = (source: SourceTable, name = source.table): MappedTable =>
  mapTable(source, { schema: 'mp_cdc', name, quoteIdentifiers: false, choices: {} })

/** Columns with the defaults that they may have, as MariaDB is told. */
const columnsWithDefaults = [
  "a INT NOT NULL DEFAULT 5, b INT DEFAULT '7', c BIGINT UNSIGNED NOT NULL DEFAULT 18446744073709551615",
  "d DECIMAL(10,2) NOT NULL DEFAULT 1.50, e DOUBLE DEFAULT 1.5e3, f BIT(5) NOT NULL DEFAULT b'101', g BIT DEFAULT b'1'",
  "h TINYINT(1) NOT NULL DEFAULT 1, i VARCHAR(20) NOT NULL DEFAULT 'it''s \\\\ \\n', j CHAR(3) DEFAULT ''",
  "k DATE NOT NULL DEFAULT '2026-01-02', l DATETIME(3) DEFAULT '2026-01-02 03:04:05.678', m TIME DEFAULT '10:00:00'",
  "n TIMESTAMP NOT NULL DEFAULT '2026-01-02 03:04:05', o ENUM('x','y') NOT NULL DEFAULT 'y', p SET('x','y') DEFAULT 'x,y'",
  "q YEAR DEFAULT 2026, r JSON DEFAULT '{}', s BINARY(4) NOT NULL DEFAULT 'ab', t VARBINARY(9) DEFAULT 'ab'",
  "u UUID DEFAULT '123e4567-e89b-12d3-a456-426655440000', v INET4 DEFAULT '1.2.3.4', w INET6 DEFAULT '::1'",
  "x TEXT DEFAULT 'long', y FLOAT NOT NULL DEFAULT -0.5, z DATE DEFAULT NULL",
].join(', ')

/** NOT NULL and no default: MariaDB fills in what it calls the implicit default. */
const columnsWithout = [
  'a INT NOT NULL, b BIGINT UNSIGNED NOT NULL, c DECIMAL(5,2) NOT NULL, d DOUBLE NOT NULL, e BIT(3) NOT NULL, f BIT NOT NULL',
  'g TINYINT(1) NOT NULL, h VARCHAR(9) NOT NULL, i TEXT NOT NULL, j DATE NOT NULL, k DATETIME NOT NULL, l TIME NOT NULL',
  "m TIMESTAMP(3) NOT NULL DEFAULT 0, n ENUM('x','y') NOT NULL, o SET('x','y') NOT NULL, p YEAR NOT NULL, q BINARY(4) NOT NULL",
  'r BLOB NOT NULL, s UUID NOT NULL, t INET4 NOT NULL, u INET6 NOT NULL, v CHAR(4) NOT NULL, w VARBINARY(4) NOT NULL',
].join(', ')

for (const [name, columns] of [
  ['defaults', columnsWithDefaults],
  ['implicit', columnsWithout],
] as const) {
  test(`added columns fill existing rows as MariaDB does: ${name}`, async () => {
    const add = columns.split(/, (?=[a-z] [A-Z])/).map((column) => `ADD COLUMN ${column}`)
    await mariadb.query(
      `SET sql_mode = ''; USE shop; CREATE TABLE ${name} (id INT PRIMARY KEY); INSERT INTO ${name} VALUES (1), (2);
       ALTER TABLE ${name} ${add.join(', ')}`,
    )
    const table = mapped(await definition(name))
    assert.equal(table.columns.length, add.length + 1)
    await postgres.query(
      `CREATE TABLE mp_cdc.${name} (id integer PRIMARY KEY); INSERT INTO mp_cdc.${name} VALUES (1), (2)`,
    )
    for (const column of table.columns.slice(1)) await postgres.query(addColumnSql(table, column))
    await using connection = await connectMariadb(mariadb.admin, { where: 'test' })
    const source = await connection.query<{ hash: string }>(
      `SELECT ${mariadbRowHash(table)} AS hash FROM shop.${name} ORDER BY id`,
    )
    const target = await postgres.query<{ hash: string }>(
      `SELECT ${postgresRowHash(table)} AS hash FROM mp_cdc.${name} ORDER BY id`,
    )
    assert.deepEqual(
      target.map(({ hash }) => hash),
      source.map(({ hash }) => hash),
    )
    // The same columns in a CREATE TABLE, and a row that takes all defaults.
    if (name === 'defaults') {
      const created = mapped(await definition(name), `${name}_created`)
      await postgres.query(createTableSql(created))
      await postgres.query(`INSERT INTO mp_cdc.${name}_created (id) VALUES (1)`)
      const [row] = await postgres.query<{ hash: string }>(
        `SELECT ${postgresRowHash(created)} AS hash FROM mp_cdc.${created.name}`,
      )
      assert.equal(row?.hash, source[0]?.hash)
    }
  })
}

test('defaults that cannot be translated are left out, and refused when a column is added', async () => {
  await mariadb.query(
    `CREATE TABLE shop.odd (id INT PRIMARY KEY, a UUID DEFAULT uuid(), b INT DEFAULT (1 + 1), c DATETIME DEFAULT NOW(),
     d TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), e INT AS (b * 2) STORED)`,
  )
  const table = mapped(await definition('odd'))
  assert.deepEqual(
    table.columns.map((column) => defaultValue(column).kind),
    ['none', 'untranslatable', 'untranslatable', 'now', 'now', 'none'],
  )
  await postgres.query(createTableSql(table))
  await postgres.query('INSERT INTO mp_cdc.odd (id) VALUES (1)')
  const [row] = await postgres.query<{ fresh: boolean }>(
    "SELECT now() at time zone 'utc' - c < '1 minute' AND now() - d < '1 minute' AS fresh FROM mp_cdc.odd",
  )
  assert.equal(row?.fresh, true)
  const added = must(table.columns[1], 'column a')
  assert.throws(
    () => addColumnSql(table, added),
    (error) => error instanceof CdcError && error.code === 'CDC-D01',
  )
})

test('indexes, comments, renames and dropped columns are accepted', async () => {
  await mariadb.query(
    `CREATE TABLE shop.indexed (id INT, name VARCHAR(100), note TEXT, data JSON, raw BLOB, made DATETIME, big VARCHAR(3000),
     PRIMARY KEY (id), UNIQUE by_name (name, made DESC), KEY by_note (note(50)), KEY by_raw (raw(10)), KEY by_data (data(10)),
     KEY by_big (big(20)), UNIQUE whole_note (note), FULLTEXT by_words (note)) COMMENT 'it''s'`,
  )
  await mariadb.query("ALTER TABLE shop.indexed MODIFY name VARCHAR(100) COMMENT 'back\\\\slash'")
  const table = mapped(await definition('indexed'))
  await postgres.query(createTableSql(table, { unlogged: true, withKey: false }))
  await postgres.query(`INSERT INTO mp_cdc.indexed (id, note) VALUES (1, repeat(md5('x'), 1000)), (2, NULL)`)
  await postgres.query(addPrimaryKeySql(table))
  const statements = table.source.indexes.map((index) => [index.name, createIndexSql(table, index)] as const)
  assert.deepEqual(
    statements
      .filter(([, sql]) => sql === undefined)
      .map(([name]) => name)
      .sort(),
    ['by_data', 'by_words'],
  )
  for (const [, sql] of statements) if (sql !== undefined) await postgres.query(sql)
  await postgres.query(commentSql(table))
  const comments = await postgres.query<{ t: string; c: string }>(
    "SELECT obj_description('mp_cdc.indexed'::regclass) AS t, col_description('mp_cdc.indexed'::regclass, 2) AS c",
  )
  assert.deepEqual({ ...comments[0] }, { t: "it's", c: 'back\\slash' })
  await postgres.query(dropColumnSql(table, 'made'))
  await postgres.query(renameTableSql(table, 'renamed'))
  assert.equal((await postgres.query('SELECT id FROM mp_cdc.renamed')).length, 2)
})

test('names of indexes fit and stay different', () => {
  const index = (name: string) => ({ name, unique: false, columns: [], method: 'BTREE' })
  const table = { schema: 's', name: 'ü'.repeat(20) }
  const first = indexName(table, index(`${'ü'.repeat(30)}1`))
  const second = indexName(table, index(`${'ü'.repeat(30)}2`))
  assert.ok(Buffer.byteLength(first) <= 63)
  assert.notEqual(first, second)
})

test('columns of the old temporal format without fraction are read; with a fraction they are refused', async () => {
  await mariadb.query(
    `SET GLOBAL mysql56_temporal_format = OFF; USE shop;
     CREATE TABLE old (id INT PRIMARY KEY, a DATETIME, b TIMESTAMP NULL, c TIME, d DATE);
     INSERT INTO old VALUES (1, '2026-11-22 06:00:01', '2026-11-22 06:00:01', '10:11:12', '2026-11-22'), (2, 0, 0, 0, 0);
     CREATE TABLE older (id INT PRIMARY KEY, a DATETIME(3));
     INSERT INTO older VALUES (1, '2026-11-22 06:00:01.123');
     SET GLOBAL mysql56_temporal_format = ON; FLUSH BINARY LOGS`,
  )
  const table = mapped(await definition('old'))
  const older = mapped(await definition('older'))
  const out = new CopyWriter()
  let refused = 0
  for (const { wire, rows } of readBinlogRows(mariadb.directory)) {
    const losses = Array.from({ length: 5 }, () => ({ zeroDates: 0, nulCharacters: 0 }))
    if (wire.table === 'older') {
      assert.throws(
        () => compileBinlogEncoder(older, wire, losses),
        (error) => error instanceof CdcError && error.code === 'CDC-D02',
      )
      refused++
    }
    if (wire.table !== 'old') continue
    const encoder = compileBinlogEncoder(table, wire, losses)
    for (let at = rows.rowsStart; at < rows.rowsEnd;) at = encoder.encode(rows.buffer, at, out, new Int32Array(6))
  }
  assert.equal(refused, 1)
  await postgres.query(createTableSql(table))
  await using connection = await connectPostgres(postgres.settings, { applicationName: 'test', where: 'test' })
  const bytes = Buffer.concat([copyHeader, out.buffer.subarray(0, out.position), copyTrailer])
  await copyIn(connection, 'COPY mp_cdc.old FROM STDIN (FORMAT binary)', [bytes])
  await using source = await connectMariadb(mariadb.admin, { where: 'test' })
  const ours = await source.query<{ hash: string }>(`SELECT ${mariadbRowHash(table)} AS hash FROM shop.old ORDER BY id`)
  const theirs = await postgres.query<{ hash: string }>(
    `SELECT ${postgresRowHash(table)} AS hash FROM mp_cdc.old ORDER BY id`,
  )
  assert.deepEqual(
    theirs.map(({ hash }) => hash),
    ours.map(({ hash }) => hash),
  )
})

test('values larger than max_allowed_packet still have a hash', async () => {
  await mariadb.query(
    `USE shop; CREATE TABLE huge (id INT PRIMARY KEY, t LONGTEXT, b LONGBLOB);
     INSERT INTO huge VALUES (1, REPEAT('é', 1000000), REPEAT('x', 2000000));
     SET GLOBAL max_allowed_packet = 1048576`,
  )
  const table = mapped(await definition('huge'))
  await using connection = await connectMariadb(mariadb.admin, { where: 'test' })
  const [row] = await connection.query<{ hash: string | null }>(
    `SELECT ${mariadbRowHash(table)} AS hash FROM shop.huge`,
  )
  await postgres.query(createTableSql(table))
  await postgres.query(
    "INSERT INTO mp_cdc.huge VALUES (1, repeat('é', 1000000), convert_to(repeat('x', 2000000), 'UTF8'))",
  )
  const [target] = await postgres.query<{ hash: string }>(`SELECT ${postgresRowHash(table)} AS hash FROM mp_cdc.huge`)
  assert.equal(row?.hash, target?.hash)
})
test('more columns than a PostgreSQL function takes arguments', async () => {
  const names = Array.from({ length: 250 }, (_, i) => `c${i}`)
  await mariadb.query(
    `USE shop; CREATE TABLE broad (${names.map((name) => `${name} INT`).join(', ')});
     INSERT INTO broad VALUES (${names.map((_, i) => (i % 3 === 0 ? 'NULL' : i)).join(', ')})`,
  )
  const table = mapped(await definition('broad'))
  await using connection = await connectMariadb(mariadb.admin, { where: 'test' })
  const [row] = await connection.query<{ hash: string }>(`SELECT ${mariadbRowHash(table)} AS hash FROM shop.broad`)
  await postgres.query(createTableSql(table))
  await postgres.query(
    `INSERT INTO mp_cdc.broad VALUES (${names.map((_, i) => (i % 3 === 0 ? 'NULL' : i)).join(', ')})`,
  )
  const [target] = await postgres.query<{ hash: string }>(`SELECT ${postgresRowHash(table)} AS hash FROM mp_cdc.broad`)
  assert.equal(target?.hash, row?.hash)
})
