import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SourceColumn, SourceTable } from '../../src/core/table.ts'
import { listTables, readTable, readTables } from '../../src/mariadb/catalog.ts'
import { connectMariadb, type MariadbConnection } from '../../src/mariadb/connection.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'

let server: MariadbServer
let connection: MariadbConnection

before(async () => {
  server = await startMariadb()
  await server.createDatabases('shop', 'other')
  await server.query(`
    CREATE TABLE shop.t (
      id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY COMMENT 'it''s the key', flag TINYINT(1) NOT NULL DEFAULT 0,
      j JSON, k LONGTEXT CHECK (json_valid(k)), plain LONGTEXT, money DECIMAL(10,2) UNSIGNED ZEROFILL, f FLOAT(7,2), d DOUBLE,
      bits BIT(3), e ENUM('A','b''c,','unsigned','x\\\\y','line\\nfeed','é€'), s SET('p','q'), u UUID, i6 INET6,
      dt DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), ti TIME(6), ts TIMESTAMP NULL,
      g INT GENERATED ALWAYS AS (y + 1) VIRTUAL, gs INT AS (y) STORED, inv INT INVISIBLE, y YEAR,
      nv NVARCHAR(5), la VARCHAR(9) CHARACTER SET latin1, vb VARBINARY(9), b BINARY(4), p POINT,
      KEY part (plain(20), y DESC), FULLTEXT KEY ft (nv), UNIQUE KEY uu (u)
    ) COMMENT 'the table';
    CREATE TABLE shop.\`Odd \`\`name\` (a INT NOT NULL, b INT NOT NULL, c INT, UNIQUE KEY nullable (c), UNIQUE KEY good (b, a), KEY plain (a));
    CREATE TABLE shop.prefixed (a VARCHAR(50) NOT NULL, UNIQUE KEY short (a(3)));
    CREATE TABLE shop.keyless (a INT) ENGINE=MyISAM;
    CREATE TABLE shop.v (a INT) WITH SYSTEM VERSIONING; CREATE VIEW shop.vw AS SELECT 1; CREATE SEQUENCE shop.sq;
    CREATE TABLE other.t (id INT PRIMARY KEY);
    INSERT INTO shop.keyless VALUES (1), (2)`)
  connection = await connectMariadb(server.settings, { where: 'test' })
})
after(async () => {
  await connection[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

function column(table: SourceTable | undefined, name: string): SourceColumn {
  const found = table?.columns.find((one) => one.name === name)
  assert.ok(found, `column ${name}`)
  return found
}

test('columns are read with all that a copy needs', async () => {
  const table = await readTable(connection, { database: 'shop', table: 't' })
  assert.equal(table?.comment, 'the table')
  assert.deepEqual(column(table, 'id'), {
    ...{ name: 'id', type: 'bigint', columnType: 'bigint(20) unsigned', unsigned: true, length: 20 },
    ...{ precision: null, scale: null, fraction: 0, charset: null, collation: null, members: [] },
    ...{ nullable: false, defaultExpression: null, generated: null, comment: "it's the key" },
  })
  const types = table?.columns.map(({ name, type }) => `${name} ${type}`).join(', ')
  assert.equal(
    types,
    'id bigint, flag tinyint, j json, k json, plain longtext, money decimal, f float, d double, bits bit, e enum, s set, u uuid, ' +
      'i6 inet6, dt datetime, ti time, ts timestamp, g int, gs int, inv int, y year, nv varchar, la varchar, vb varbinary, b binary, p point',
  )
  const flag = column(table, 'flag')
  assert.deepEqual([flag.length, flag.nullable, flag.defaultExpression], [1, false, '0'])
  const money = column(table, 'money')
  assert.deepEqual([money.precision, money.scale, money.length, money.unsigned], [10, 2, null, true])
  assert.deepEqual([column(table, 'f').precision, column(table, 'f').scale], [7, 2])
  assert.deepEqual([column(table, 'd').scale, column(table, 'bits').length], [null, 3])
  const e = column(table, 'e')
  assert.deepEqual(e.members, ['A', "b'c,", 'unsigned', 'x\\y', 'line\nfeed', 'é€'])
  assert.deepEqual([e.unsigned, e.charset, column(table, 's').members], [false, 'utf8mb4', ['p', 'q']])
  const fractions = ['dt', 'ti', 'ts'].map((name) => column(table, name).fraction)
  assert.deepEqual(fractions, [3, 6, 0])
  assert.equal(column(table, 'dt').defaultExpression, 'current_timestamp(3)')
  assert.deepEqual([column(table, 'g').generated, column(table, 'gs').generated], ['virtual', 'stored'])
  assert.deepEqual([column(table, 'nv').charset, column(table, 'nv').length], ['utf8mb3', 5])
  assert.deepEqual([column(table, 'la').charset, column(table, 'la').collation], ['latin1', 'latin1_swedish_ci'])
  assert.deepEqual([column(table, 'vb').length, column(table, 'b').length, column(table, 'vb').charset], [9, 4, null])
  assert.deepEqual([column(table, 'ts').nullable, column(table, 'ts').defaultExpression], [true, 'NULL'])
})

test('keys and indexes', async () => {
  const tables = new Map((await readTables(connection, 'shop')).map((table) => [table.table, table]))
  assert.deepEqual([...tables.keys()], ['Odd `name', 'keyless', 'prefixed', 't'])
  assert.deepEqual(tables.get('t')?.key, ['id'])
  assert.deepEqual(tables.get('Odd `name')?.key, ['b', 'a'])
  assert.deepEqual(
    tables
      .get('Odd `name')
      ?.indexes.map(({ name }) => name)
      .sort(),
    ['nullable', 'plain'],
  )
  assert.deepEqual(tables.get('prefixed')?.key, [])
  assert.deepEqual([tables.get('keyless')?.key, tables.get('keyless')?.engine], [[], 'MyISAM'])
  const indexes = new Map(tables.get('t')?.indexes.map((index) => [index.name, index]))
  assert.deepEqual(indexes.get('part'), {
    ...{ name: 'part', unique: false, method: 'BTREE' },
    columns: [
      { name: 'plain', prefix: 20, descending: false },
      { name: 'y', prefix: null, descending: true },
    ],
  })
  assert.equal(indexes.get('ft')?.method, 'FULLTEXT')
  assert.equal(indexes.get('uu')?.unique, true)
  assert.equal(indexes.has('PRIMARY'), false)
  assert.deepEqual(JSON.parse(JSON.stringify(tables.get('t'))), tables.get('t'))
})

test('what is no base table is listed apart', async () => {
  const listed = await listTables(connection, 'shop')
  const kinds = Object.fromEntries(listed.map(({ table, kind }) => [table, kind]))
  assert.deepEqual(kinds, {
    ...{ 'Odd `name': 'table', keyless: 'table', prefixed: 'table', t: 'table' },
    ...{ v: 'system-versioned', vw: 'view', sq: 'sequence' },
  })
  assert.equal(listed.find(({ table }) => table === 'keyless')?.rows, 2)
  assert.equal(await readTable(connection, { database: 'shop', table: 'vw' }), undefined)
  assert.equal(await readTable(connection, { database: 'shop', table: 'none' }), undefined)
  assert.deepEqual(await readTables(connection, 'nosuch'), [])
})

test('a user who may only SELECT one table sees its definition whole', async () => {
  await server.query("CREATE USER one@'%' IDENTIFIED BY 'p'; GRANT SELECT ON shop.t TO one@'%'")
  await using poor = await connectMariadb({ ...server.settings, user: 'one', password: 'p' }, { where: 'test' })
  const name = { database: 'shop', table: 't' }
  assert.deepEqual(await readTable(poor, name), await readTable(connection, name))
})
