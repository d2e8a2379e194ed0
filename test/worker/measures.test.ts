import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePosition } from '../../src/core/gtid.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createLoggerLevels } from '../../src/worker/logger-levels.ts'
import { createRateWindow } from '../../src/worker/rate-window.ts'
import { createSinkLag } from '../../src/worker/sink-lag.ts'

test('a rate is over the window, falls to nothing, and survives a restart from zero', () => {
  const rate = createRateWindow(10_000)
  assert.equal(rate.perSecond(0), 0)
  rate.record(0, 0)
  rate.record(100, 1_000)
  assert.equal(rate.perSecond(1_000), 100)
  assert.equal(rate.perSecond(10_000), 10)
  rate.record(300, 12_000)
  assert.equal(rate.perSecond(12_000), 20)
  assert.equal(rate.perSecond(60_000), 0)
  rate.record(5, 61_000)
  assert.equal(rate.perSecond(61_000), 0)
  rate.record(25, 62_000)
  assert.equal(rate.perSecond(62_000), 20)
})

test('lag counts from the moment a sink last had everything, not from its last change', () => {
  const lag = createSinkLag()
  const at = (sequence: number, sourceTime: number) => ({ position: parsePosition(`0-1-${sequence}`), sourceTime })
  const relayPosition = parsePosition('0-1-10')
  assert.equal(lag.seconds({ applied: undefined, relayPosition, behindSeconds: 0, now: 5000 }), null)
  assert.equal(lag.seconds({ applied: at(9, 1000), relayPosition, behindSeconds: 0, now: 5000 }), 4000)
  assert.equal(lag.seconds({ applied: at(10, 1000), relayPosition, behindSeconds: 0, now: 5000 }), 0)
  // A quiet hour later one more transaction arrives.
  assert.equal(
    lag.seconds({ applied: at(10, 1000), relayPosition: parsePosition('0-1-11'), behindSeconds: 0, now: 5002 }),
    2,
  )
  // Everything in the relay is applied, but the relay itself is late, or nobody knows.
  assert.equal(lag.seconds({ applied: at(10, 1000), relayPosition, behindSeconds: 7, now: 5100 }), 7)
  assert.equal(lag.seconds({ applied: at(10, 1000), relayPosition, behindSeconds: null, now: 5100 }), null)
})

test('log levels are changed for a logger, for all below it, and for loggers made later', () => {
  const root = createLogger('silent')
  const levels = createLoggerLevels(root, () => 42)
  const first = levels.logger('connector.a', {})
  assert.deepEqual(levels.list().get('connector.a'), { level: 'OFF', last_modified: null })
  assert.deepEqual(levels.set('connector.a', 'debug'), ['connector.a'])
  assert.equal(first.level, 'debug')
  assert.equal(root.level, 'silent')
  assert.deepEqual(levels.set('connector', 'WARN'), ['connector', 'connector.a'])
  assert.equal(first.level, 'warn')
  assert.equal(levels.logger('connector.b', {}).level, 'warn')
  assert.deepEqual(levels.set('root', 'ERROR'), ['connector', 'connector.a', 'connector.b', 'root'])
  assert.equal(root.level, 'error')
  assert.equal(levels.logger('connector.c', {}).level, 'error')
  assert.deepEqual(levels.list().get('root'), { level: 'ERROR', last_modified: 42 })
})
