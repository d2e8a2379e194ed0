import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdcError, CdcErrors } from '../../src/core/errors.ts'
import { selectTables } from '../../src/lib/table-selection.ts'

const tables = [
  'xchange_trading.t_order',
  'xchange_trading.T_ORDER_ITEM',
  'xchange_trading.t-a.b',
  'other.t_order',
].map((name) => {
  const dot = name.indexOf('.')
  return { database: name.slice(0, dot), table: name.slice(dot + 1) }
})

const names = (patterns: 'all' | string[]): string[] =>
  selectTables(tables, patterns, 'mariadb-trading-connector').map((table) => `${table.database}.${table.table}`)

test('all means every captured table', () => assert.equal(names('all').length, 4))

test('a name without a database means the tables of that name in every database', () => {
  assert.deepEqual(names(['t_order']), ['xchange_trading.t_order', 'other.t_order'])
  assert.deepEqual(names(['other.t_order']), ['other.t_order'])
})

test('globs match, and characters of regular expressions mean themselves', () => {
  assert.deepEqual(names(['t_order*']), ['xchange_trading.t_order', 'other.t_order'])
  assert.deepEqual(names(['T_ORDER_?TEM']), ['xchange_trading.T_ORDER_ITEM'])
  assert.deepEqual(names(['t-a.b']), ['xchange_trading.t-a.b'])
  assert.deepEqual(names(['xchange_*.t-*']), ['xchange_trading.t-a.b'])
})

test('letter case counts only where a name exists in that very case', () => {
  assert.deepEqual(names(['t_order_item']), ['xchange_trading.T_ORDER_ITEM'])
})

test('an unknown name is an error that offers the near ones', () => {
  assert.throws(
    () => names(['t_ordr']),
    (error) => error instanceof CdcError && error.code === 'CDC-L01' && error.fix.includes('t_order'),
  )
})

test('several unknown names are named at once', () => {
  assert.throws(
    () => names(['nothing', 't_order', 'nowhere.*']),
    (error) =>
      error instanceof CdcErrors && error.errors.length === 2 && error.errors.every((e) => e.code === 'CDC-L01'),
  )
})

test('a source without captured tables says so', () => {
  assert.throws(
    () => selectTables([], 'all', 'x'),
    (error) => error instanceof CdcError && error.code === 'CDC-L01' && error.what.includes('captured'),
  )
})
