import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceColumn } from '../../src/core/table.ts'
import { mapTable } from '../../src/mapping/mapped-table.ts'
import { castsForDebezium } from '../../src/plan/casts-for-debezium.ts'
import { checkDebeziumColumns } from '../../src/plan/debezium-columns.ts'
import { canWrite, sentBy } from '../../src/plan/debezium-sends.ts'
import { column, table } from '../mapping/sample-table.ts'

const flag = column({ name: 'flag', type: 'tinyint', columnType: 'tinyint(1)', length: 1 })
const kind = column({ name: 'kind', type: 'tinyint', columnType: 'tinyint(1)', length: 1 })
const wide = column({ name: 'wide', type: 'tinyint', columnType: 'tinyint(4)', length: 4 })
const bit = column({ name: 'bit', type: 'bit', columnType: 'bit(1)', length: 1 })
const shipped = {
  converters: 'tinyint1',
  'tinyint1.type': 'io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter',
}

const mapped = (choices: Readonly<Record<string, string>>) =>
  mapTable(table([flag, kind, wide, bit]), { schema: 's', name: 't', quoteIdentifiers: false, choices })
const sent = (config: Readonly<Record<string, string>>, one: SourceColumn) =>
  sentBy(config, one, `shop.orders.${one.name}`)

test('columns of the usual types need nothing but years as they are', () => {
  assert.deepEqual(castsForDebezium(shipped, [mapped({})]), { ...shipped, 'enable.time.adjuster': 'false' })
})

test('a TINYINT(1) that holds numbers is left out of the converter, others and later ones stay booleans', () => {
  const config = castsForDebezium(shipped, [mapped({ kind: 'smallint' })])
  assert.equal(config['tinyint1.selector'], String.raw`(?!(?:shop\.orders\.kind)$).*`)
  assert.deepEqual([sent(config, kind), sent(config, flag)], ['integer', 'boolean'])
  assert.equal(sentBy(config, flag, 'shop.later.flag'), 'boolean')
})

test('a wider TINYINT and a BIT(1) are sent as what is asked for', () => {
  const config = castsForDebezium({}, [mapped({ wide: 'boolean', bit: 'bit' })])
  assert.equal(config['converters'], 'tinyint1,tinyintcast')
  assert.deepEqual([sent(config, wide), sent(config, bit), sent(config, flag)], ['boolean', 'bit', 'boolean'])
  assert.equal(sentBy(config, wide, 'shop.orders.other'), 'integer')
  assert.equal(sentBy(config, bit, 'shop.orders.other'), 'boolean')
  assert.equal(sent({}, flag), 'integer')
})

test('a selector that was written by hand stays', () => {
  const own = { ...shipped, 'tinyint1.selector': String.raw`shop\.orders\.flag` }
  assert.equal(castsForDebezium(own, [mapped({ flag: 'smallint' })])['tinyint1.selector'], own['tinyint1.selector'])
})

test('what cannot be written, or would be written differently, is told with the line to add', () => {
  const good = castsForDebezium({ ...shipped, 'bigint.unsigned.handling.mode': 'precise' }, [mapped({})])
  const told = (one: SourceColumn, target: string, config: Readonly<Record<string, string>> = good) => {
    const { errors } = checkDebeziumColumns([{ source: table([one]), types: { [one.name]: target } }], config, 'shop')
    return errors.map(({ code, where, what, fix }) => `${code} ${where} ${what} | ${fix}`).join('\n')
  }
  const big = column({ name: 'big', type: 'bigint', columnType: 'bigint(20) unsigned', unsigned: true })
  const time = column({ name: 'at', type: 'time', columnType: 'time' })
  assert.equal(told(flag, 'boolean'), '')
  assert.equal(told(big, 'numeric(20,0)'), '')
  assert.equal(told(time, 'time(0) without time zone'), '')
  assert.match(
    told(flag, 'smallint'),
    /CDC-T13 shop\.orders\.flag .*sends tinyint\(1\) as boolean.* smallint \| "shop\.orders\.flag": "smallint" in/,
  )
  assert.match(told(wide, 'boolean'), /as integer, which its sink cannot write into boolean/)
  assert.match(told(big, 'numeric(20,0)', {}), /"bigint\.unsigned\.handling\.mode": "precise"/)
  assert.match(told(time, 'interval(0)'), /"shop\.orders\.at": "time" in connectors\/casts\.json/)
  assert.match(told(time, 'time', { ...good, 'time.precision.mode': 'isostring' }), /adaptive_time_microseconds/)
  assert.match(told(column({ name: 'u', type: 'uuid' }), 'uuid'), /UUIDs that end in a zero byte/)
  assert.match(told(column({ name: 'i', type: 'inet6', columnType: 'inet6' }), 'inet'), /cannot read a table/)
  const packed = column({ name: 'c', type: 'text', columnType: 'text /*M!100301 COMPRESSED*/' })
  assert.match(told(packed, 'text'), /cannot read a COMPRESSED column/)
  assert.match(told(column({ name: 'b', type: 'bit', length: 13 }), 'bit(13)'), /turns round the bytes/)
  assert.equal(told(column({ name: 'b', type: 'bit', length: 7 }), 'bit(7)'), '')
  assert.match(told(column({ name: 'e', type: 'enum', members: ['a', 'x,y'] }), 'text'), /'x,y'/)
})

test('what the load could not take over is said of the columns where Debezium does something else', () => {
  const name = column({ name: 'name', type: 'varchar' })
  const day = column({ name: 'day', type: 'date', nullable: false })
  const losses = { name: { zeroDates: 0, nulCharacters: 2 }, day: { zeroDates: 1, nulCharacters: 0 } }
  const tables = [{ source: table([name, day]), types: { name: 'text', day: 'date' }, losses }]
  const { errors, notes } = checkDebeziumColumns(tables, shipped, 'shop')
  assert.deepEqual(errors, [])
  assert.match(notes.join('\n'), /orders\.name: .*NUL[^]*orders\.day: .*1970-01-01/)
})

test('which target takes what', () => {
  assert.ok(canWrite('decimal', 'bigint') && canWrite('text', 'json') && canWrite('integer', 'numeric'))
  assert.ok(!canWrite('boolean', 'smallint') && !canWrite('bytes', 'text') && !canWrite('time', 'interval'))
})
