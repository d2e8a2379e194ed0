import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextRestart, pauseBefore, type Failures } from '../../src/connect/auto-restart.ts'

test('a failed connector is restarted at once, then after longer and longer pauses', () => {
  let failures: Failures | undefined
  const restarts: number[] = []
  for (let second = 0; second <= 45; second++) {
    const step = nextRestart(failures, 'FAILED', true, second * 1000)
    failures = step.failures
    if (step.restart) restarts.push(second)
  }
  assert.deepEqual(restarts, [0, 2, 8, 20, 40])
  assert.equal(pauseBefore(1000), 600_000)
})

test('what runs for five minutes begins anew; what is paused, stopped or about to start is left alone', () => {
  const failures: Failures = { restarts: 7, nextAt: 0, okSince: undefined }
  const running = nextRestart(failures, 'OK', false, 1000)
  assert.deepEqual(running, { failures: { ...failures, okSince: 1000 }, restart: false })
  assert.equal(nextRestart(running.failures, 'OK', false, 300_000).failures?.restarts, 7)
  assert.equal(nextRestart(running.failures, 'OK', false, 301_000).failures, undefined)
  for (const state of ['PAUSED', 'STOPPED', 'DEGRADED'] as const) {
    assert.deepEqual(nextRestart(undefined, state, false, 5), { failures: undefined, restart: false })
  }
})
