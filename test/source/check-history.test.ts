import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { parsePosition } from '../../src/core/gtid.ts'
import { checkHistory } from '../../src/source/check-history.ts'

const check = (ours: string, server: string): void => checkHistory('test', parsePosition(ours), parsePosition(server))

test('a server that has all of ours, and more, is fine', () => {
  check('', '')
  check('', '0-1-5')
  check('0-1-5', '0-1-5')
  check('0-1-5,3-1-1', '0-2-9,3-1-1,4-1-1')
})

test('a server that is behind or knows nothing of a domain is refused', () => {
  for (const [ours, server] of [
    ['0-1-5', ''],
    ['0-1-5', '0-1-4'],
    ['0-1-5,3-1-1', '0-1-9'],
  ] as const) {
    assert.throws(
      () => check(ours, server),
      (error) => error instanceof CdcError && error.code === 'CDC-M09' && error.details.length === 2,
    )
  }
})
