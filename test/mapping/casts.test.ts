import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdcErrors } from '../../src/core/errors.ts'
import { parsePostgresType } from '../../src/core/postgres-type.ts'
import { allTypeNames, askedChoices, possibleTypes } from '../../src/mapping/casts.ts'
import { column, table as tableOf } from './sample-table.ts'

const table = tableOf([
  column({ name: 'flag', type: 'tinyint', columnType: 'tinyint(1)', length: 1 }),
  column({ name: 'big', type: 'bigint', columnType: 'bigint(20) unsigned', unsigned: true }),
  column({ name: 'at', type: 'datetime', columnType: 'datetime(3)', fraction: 3 }),
  column({ name: 'name', type: 'varchar', columnType: 'varchar(10)', length: 10 }),
  column({ name: 'amount', type: 'decimal', columnType: 'decimal(10,0)', precision: 10, scale: 0 }),
])

const asked = (types: Readonly<Record<string, string>>) =>
  askedChoices(table, (name) => (types[name] === undefined ? undefined : { type: types[name], where: name }))

test('types are understood in every spelling', () => {
  assert.deepEqual(parsePostgresType('TIMESTAMP (3) WITH TIME ZONE'), { name: 'timestamptz', modifiers: '3' })
  assert.deepEqual(parsePostgresType('decimal(10, 2)'), { name: 'numeric', modifiers: '10,2' })
  assert.deepEqual(asked({ flag: 'int2', big: 'INT8', at: 'timestamp(3) with time zone', amount: 'bigint' }), {
    ...{ flag: 'smallint', big: 'bigint', at: 'timestamptz', amount: 'bigint' },
  })
})

test('the usual type may be asked for too, and is then kept', () => {
  assert.deepEqual(asked({ flag: 'bool', big: 'numeric(20)', at: 'timestamp', name: 'text' }), {
    ...{ flag: 'boolean', big: 'numeric', at: 'timestamp' },
  })
})

test('a type that a column cannot have is refused with those that it can', () => {
  assert.throws(
    () => asked({ flag: 'integer', at: 'timestamptz(6)', name: 'uuid', amount: 'integer' }),
    (thrown) => {
      assert.ok(thrown instanceof CdcErrors)
      assert.deepEqual(
        thrown.errors.map(({ code, where, fix }) => [code, where, fix]),
        [
          ['CDC-T10', 'flag', 'write one of: "boolean", "smallint"'],
          ['CDC-T10', 'at', 'write one of: "timestamp(3)", "timestamptz(3)"'],
          ['CDC-T10', 'name', 'remove the line: it can only be text'],
          ['CDC-T10', 'amount', 'write one of: "numeric(10,0)", "bigint"'],
        ],
      )
      return true
    },
  )
})

test('the types that there are', () => {
  assert.deepEqual(possibleTypes(column({ name: 'x', type: 'time', columnType: 'time(6)', fraction: 6 })), [
    'time(6)',
    'interval(6)',
  ])
  for (const name of ['boolean', 'smallint', 'interval', 'timestamptz', 'text', 'bit']) {
    assert.ok(allTypeNames().includes(name), name)
  }
})
