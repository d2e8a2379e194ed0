import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReadingRate } from '../../src/cli/reading-rate.ts'

test('a rate is what was read between the samples of the last seconds', () => {
  let at = 0
  const rate = createReadingRate(() => at)
  const after = (ms: number, reached: bigint): number | null => {
    at += ms
    return rate.add(reached)
  }
  assert.equal(after(0, 100n), null)
  assert.equal(after(2_000, 300n), 100)
  assert.equal(after(2_000, 300n), 50)
  assert.equal(after(17_000, 300n), 0, 'the first sample is too old by now')
  assert.equal(after(1_000, 10n), null, 'topics were made anew')
  assert.equal(after(1_000, 20n), 10)
})
