import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchTopics } from '../../src/connect/kafka/match-topics.ts'

const existing = [
  '__debezium-heartbeat.xchange_trading',
  'connect-configs',
  'xchange_finance.xchange_finance.T_INVOICE',
  'xchange_trading.schema-history',
  'xchange_trading.xchange_trading.T_CARRIER',
  'xchange_trading.xchange_trading.T_DEAL',
]

test('a sink reads the topics whose whole names match its expression', () => {
  const { matched, near } = matchTopics({ 'topics.regex': String.raw`xchange_trading\.xchange_trading\..*` }, existing)
  assert.deepEqual(matched, ['xchange_trading.xchange_trading.T_CARRIER', 'xchange_trading.xchange_trading.T_DEAL'])
  assert.deepEqual(near, [])
})

test('when nothing matches, the names that look alike are said first', () => {
  const { matched, near } = matchTopics({ 'topics.regex': String.raw`xchange_tradin\.xchange_trading\..*` }, existing)
  assert.deepEqual(matched, [])
  assert.deepEqual(near.slice(0, 2), [
    'xchange_trading.xchange_trading.T_CARRIER',
    'xchange_trading.xchange_trading.T_DEAL',
  ])
  assert.deepEqual(matchTopics({ 'topics.regex': 'x.*' }, []), { matched: [], missing: [], near: [] })
})

test('a list of topics says which of them do not exist', () => {
  const topics = 'xchange_trading.xchange_trading.T_DEAL, xchange_trading.xchange_trading.T_NEW'
  const { matched, missing, near } = matchTopics({ topics }, existing)
  assert.deepEqual(matched, ['xchange_trading.xchange_trading.T_DEAL'])
  assert.deepEqual(missing, ['xchange_trading.xchange_trading.T_NEW'])
  assert.deepEqual(near, [])
})

test('an expression that is none is an error with its place', () => {
  assert.throws(() => matchTopics({ name: 'postgres-sink-trading', 'topics.regex': 'a(b' }, existing), {
    code: 'CDC-C06',
    where: 'postgres-sink-trading',
  })
})
