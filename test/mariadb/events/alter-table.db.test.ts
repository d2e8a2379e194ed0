// What ADD COLUMN is said to give existing rows, against what the server gives them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStatement } from '../../../src/mariadb/events/statement.ts'
import { startMariadb } from '../../harness/start-mariadb.ts'

const definitions = [
  ...['int', 'int not null', 'int not null default 7', "varchar(9) default 'a''b\\\\c'", 'varchar(5) not null'],
  ...[
    'decimal(8,3) not null',
    'decimal(8,3) not null default 1.23456',
    "enum('x','y') not null",
    "set('x','y') not null",
  ],
  ...['date not null', 'datetime(2) not null', "datetime default '2020-1-2'", 'time(3) not null', 'year not null'],
  ...[
    'bit(3) not null',
    "bit(8) default b'101'",
    'bool not null default true',
    'text',
    'blob not null',
    'float not null',
  ],
  ...[
    'double default 1e3',
    'timestamp null',
    'timestamp not null default 0',
    "varbinary(5) default x'4142'",
    'char(3) not null',
  ],
  ...['int(5) zerofill not null default 5', 'bigint unsigned not null', "time default '-12:3:4'", 'int default -5'],
  ...[
    "json default '[]'",
    'longtext not null',
    "text default 'x'",
    "enum('x','y') default 'Y'",
    'float(7,2) default 1.005',
  ],
]

test('existing rows get what is said', async () => {
  await using server = await startMariadb({ settings: { sql_mode: '', explicit_defaults_for_timestamp: 'ON' } })
  await server.query('CREATE DATABASE d; CREATE TABLE d.t (id INT); INSERT INTO d.t VALUES (1)')
  for (const [i, definition] of definitions.entries()) {
    const sql = `ALTER TABLE t ADD COLUMN c${i} ${definition}`
    await server.query(`USE d; ${sql}`)
    const context = { database: 'd', sqlMode: 0n, databaseCharset: null, explicitTimestamps: true }
    const statement = parseStatement(sql, context)
    assert.ok(statement.kind === 'alter-table')
    const [action] = statement.actions
    assert.ok(action?.kind === 'add-column' && action.existingRows !== null, `${definition}: ${JSON.stringify(action)}`)
    // A second column takes the value as an ordinary constant; they must be equal.
    const type = action.column.columnType
    await server.query(
      `USE d; ALTER TABLE t ADD COLUMN k${i} ${type} NULL; UPDATE t SET k${i} = ${action.existingRows}`,
    )
    const [row] = await server.query<{ same: number; a: string }>(
      `SELECT c${i} <=> k${i} AS same, CONCAT(c${i}, ' ', k${i}) AS a FROM d.t`,
    )
    assert.equal(row?.same, 1, `${definition}: ${row?.a ?? 'null'}`)
    const [column] = await server.query<{ COLUMN_DEFAULT: string | null }>(
      `SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_NAME = 't' AND COLUMN_NAME = 'c${i}'`,
    )
    if (!/zerofill|x'4142'/.test(definition))
      assert.equal(action.column.defaultExpression, column?.COLUMN_DEFAULT, definition)
  }
})

test('implicit TIMESTAMP defaults are those of the server', async () => {
  await using server = await startMariadb({ settings: { explicit_defaults_for_timestamp: 'OFF', sql_mode: '' } })
  const bodies = [
    '(a timestamp, b timestamp, c timestamp null, d timestamp(3) default now(3))',
    '(a timestamp null, b timestamp(2), c timestamp not null)',
    '(a timestamp default 0, b timestamp, c timestamp on update now())',
    '(a timestamp not null, b timestamp default null)',
  ]
  await server.query('CREATE DATABASE d')
  for (const [i, body] of bodies.entries()) {
    const sql = `CREATE TABLE t${i} ${body}`
    const created = await server.query(`USE d; ${sql}`).then(
      () => true,
      () => false,
    )
    if (!created) continue
    const context = { database: 'd', sqlMode: 0n, databaseCharset: null, explicitTimestamps: false }
    const statement = parseStatement(sql, context)
    assert.ok(statement.kind === 'create-table')
    const columns = await server.query<{ IS_NULLABLE: string; COLUMN_DEFAULT: string | null }>(
      `SELECT IS_NULLABLE, COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_NAME = 't${i}' ORDER BY ORDINAL_POSITION`,
    )
    assert.deepEqual(
      statement.definition?.columns.map(({ nullable, defaultExpression }) => [
        nullable ? 'YES' : 'NO',
        defaultExpression,
      ]),
      columns.map((column) => [column.IS_NULLABLE, column.COLUMN_DEFAULT]),
      body,
    )
  }
})
