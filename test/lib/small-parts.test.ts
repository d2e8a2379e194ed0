import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { literalMariadb, literalPostgres, quoteMariadb, quotePostgres } from '../../src/core/quote.ts'
import { writeFileAtomic } from '../../src/lib/atomic-file.ts'
import { createBackoff } from '../../src/lib/backoff.ts'
import { createNotifier } from '../../src/lib/notifier.ts'
import { nearestNames } from '../../src/lib/suggestion.ts'

test('names and texts cannot leave their quotes', () => {
  assert.equal(quotePostgres('a"; DROP TABLE x;--', 'b'), '"a""; DROP TABLE x;--"."b"')
  assert.equal(quoteMariadb('a`b'), '`a``b`')
  assert.equal(literalPostgres(`it's`), `'it''s'`)
  assert.equal(literalPostgres(`a\\'b`), ` E'a\\\\''b'`)
  assert.equal(literalMariadb(`a\\'\0`), `'a\\\\''\\0'`)
})

test('a file is replaced as a whole, readable by its owner only', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'cdc-atomic-')), 'state.json')
  await writeFileAtomic(path, 'first')
  await writeFileAtomic(path, 'second')
  assert.equal(readFileSync(path, 'utf8'), 'second')
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a notifier wakes those who wait, and only them', async () => {
  const notifier = createNotifier()
  const signal = new AbortController().signal
  const waiting = notifier.wait(signal)
  notifier.notify()
  await waiting
  await notifier.wait(signal, 1)
  const stop = new AbortController()
  const stopped = notifier.wait(stop.signal)
  stop.abort(new Error('enough'))
  await assert.rejects(stopped, /enough/)
})

test('pauses grow, and begin anew after progress', async () => {
  const backoff = createBackoff({ firstMs: 1, maxMs: 4 })
  const signal = new AbortController().signal
  await backoff.wait(signal)
  await backoff.wait(signal)
  assert.equal(backoff.attempts, 2)
  backoff.reset()
  assert.equal(backoff.attempts, 0)
  await assert.rejects(
    backoff.wait(AbortSignal.abort(new Error('stop'))),
    (error: Error) => error.name === 'AbortError',
  )
})

test('a misspelt name brings up those that look like it', () => {
  assert.deepEqual(nearestNames('tradng', ['trading', 'finance', 'chat']), ['trading'])
  assert.deepEqual(nearestNames('xyz', ['trading', 'finance']), [])
})
