import assert from 'node:assert/strict'
import { test } from 'node:test'
import { netRenames } from '../../src/sink/net-renames.ts'

const name = (table: string): { database: string; table: string } => ({ database: 'd', table })
const rename = (from: string, to: string) => ({ from: name(from), to: name(to) })

test('single renames stay as they are', () => {
  assert.deepEqual(netRenames([rename('a', 'b'), rename('c', 'd')]), [rename('a', 'b'), rename('c', 'd')])
})

test('a swap through a name in between is two renames', () => {
  const swap = netRenames([rename('a', 'tmp'), rename('b', 'a'), rename('tmp', 'b')])
  assert.deepEqual(
    new Set(swap.map((one) => JSON.stringify(one))),
    new Set([rename('a', 'b'), rename('b', 'a')].map((one) => JSON.stringify(one))),
  )
})

test('a table that comes back to its name has not been renamed', () => {
  assert.deepEqual(netRenames([rename('a', 'b'), rename('b', 'a')]), [])
})

test('the usual exchange of a schema change tool', () => {
  const exchange = netRenames([rename('t', '_t_del'), rename('_t_gho', 't')])
  assert.deepEqual(exchange, [rename('t', '_t_del'), rename('_t_gho', 't')])
})
