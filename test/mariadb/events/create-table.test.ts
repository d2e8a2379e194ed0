import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CreateTable, StatementContext } from '../../../src/mariadb/events/statement.ts'
import { parseStatement } from '../../../src/mariadb/events/statement.ts'

function create(body: string, changed: Partial<StatementContext> = {}): CreateTable {
  const context = { database: 'd', sqlMode: 0n, databaseCharset: 'utf8mb4', explicitTimestamps: true, ...changed }
  const statement = parseStatement(`create table t ${body}`, context)
  assert.ok(statement.kind === 'create-table', body)
  return statement
}

test('what would need guessing is unreadable, with the reason', () => {
  const cases: readonly (readonly [string, RegExp, Partial<StatementContext>?])[] = [
    ['(a int) with system versioning', /system-versioned/],
    ['(a int, s timestamp(6) generated always as row start) ', /system-versioned/],
    ['(a int with system versioning)', /system-versioned/],
    ['(a int, period for system_time (x, y))', /period/],
    ['(a xmltype)', /xmltype/],
    ['(a varchar(20000))', /varchar\(20000\)/],
    ['(a varchar(5))', /default character set of database d/, { databaseCharset: null }],
    ['(a timestamp)', /explicit_defaults_for_timestamp/, { explicitTimestamps: null }],
    ['(a date)', /sql_mode/, { sqlMode: 0x200n }],
    ["(a int default 'x')", /default/],
    ["(a varchar(5) default _latin1'\u00e9' frobnicate)", /attribute/],
    ['(a varchar(5) charset klingon)', /klingon/],
    ['(a int, key (b))', /b, which is not a column/],
    ["(a enum('\ufffd'))", /cannot be decoded/],
    ['select 1', /SELECT/],
    ['', /no columns/],
    ['(a int', /ends too early|expected/],
    ['(next_not_cached_value bigint) sequence=1', /sequence/],
  ]
  for (const [body, why, changed] of cases) {
    const { definition, unreadable } = create(body, changed)
    assert.equal(definition, null, body)
    assert.match(unreadable ?? '', why, body)
  }
})

test('a character set is the column’s, else the table’s, else the database’s', () => {
  const charsets = (body: string, databaseCharset: string | null): unknown =>
    create(body, { databaseCharset }).definition?.columns.map(({ charset }) => charset)
  const body = "(a text, b text charset latin1, c text collate koi8r_bin, d int, e enum('x'))"
  assert.deepEqual(charsets(body, 'utf8mb4'), ['utf8mb4', 'latin1', 'koi8r', null, 'utf8mb4'])
  assert.deepEqual(charsets(`${body} charset=latin2`, null), ['latin2', 'latin1', 'koi8r', null, 'latin2'])
  assert.deepEqual(charsets(`${body} collate greek_bin`, null), ['greek', 'latin1', 'koi8r', null, 'greek'])
})

test('with explicit_defaults_for_timestamp=OFF a TIMESTAMP is NOT NULL and the first follows the clock', () => {
  const { definition } = create('(a timestamp, b timestamp, c timestamp null, d timestamp(3) default now(3))', {
    explicitTimestamps: false,
  })
  assert.deepEqual(
    definition?.columns.map(({ nullable, defaultExpression }) => [nullable, defaultExpression]),
    [
      [false, 'current_timestamp()'],
      [false, "'0000-00-00 00:00:00'"],
      [true, 'NULL'],
      [false, 'current_timestamp(3)'],
    ],
  )
})

test('the key is the primary one, else the first unique whole one that is NOT NULL', () => {
  const key = (body: string): unknown => create(body).definition?.key
  assert.deepEqual(key('(a int, b int, primary key (b, a))'), ['b', 'a'])
  assert.deepEqual(key('(a int unique, b int not null, unique (b))'), ['b'])
  assert.deepEqual(key('(a varchar(9) not null, unique (a(3)))'), [])
  assert.deepEqual(key('(a varchar(9) not null, unique (a(9)))'), ['a'])
  assert.deepEqual(key('(A int not null, unique key (a))'), ['A'])
  assert.deepEqual(key('(a int)'), [])
})

test('REAL is FLOAT when the mode says so', () => {
  assert.equal(create('(a real)', { sqlMode: 1n }).definition?.columns[0]?.type, 'float')
  assert.equal(create('(a real)').definition?.columns[0]?.type, 'double')
})
