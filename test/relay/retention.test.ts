import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { parsePosition } from '../../src/core/gtid.ts'
import type { Relay } from '../../src/relay/relay.ts'
import { begun, eventNames, gtidsFrom, open, readAll, relayDirectory } from './relay-directory.ts'
import { appendGroup, gtidEvent, gtidOf, rowsEvent, xidEvent } from './relay-events.ts'

const files = (path: string): string[] => readdirSync(path).sort()

async function fill(relay: Relay, first: number, last: number): Promise<void> {
  for (let i = first; i <= last; i++) {
    appendGroup(relay, gtidOf(i), 100)
    await relay.flush()
  }
}

test('files that every reader has behind it are deleted, and no others', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { fileBytes: 500 })
  await fill(relay, 1, 10)
  const all = files(directory.path)
  assert.ok(all.length > 4, String(all.length))
  await relay.acknowledge('a', parsePosition('0-7-10'))
  assert.deepEqual(files(directory.path), all, 'without readers everything is kept')
  relay.setReaders(['a', 'b'])
  await relay.acknowledge('a', parsePosition('0-7-10'))
  assert.deepEqual(files(directory.path), all, 'b has not said anything')
  await relay.acknowledge('b', parsePosition('0-7-4'))
  assert.ok(files(directory.path).length < all.length)
  assert.ok(Number(relay.start.get(0)?.sequence) <= 4)
  assert.deepEqual(
    await gtidsFrom(relay, '0-7-4'),
    [5, 6, 7, 8, 9, 10].map((i) => `0-7-${i}`),
  )
  await relay.acknowledge('b', parsePosition('0-7-2'))
  await relay.acknowledge('b', parsePosition('0-7-10'))
  assert.equal(files(directory.path).length, 1)
  assert.throws(() => relay.reader(parsePosition('0-7-4')), { code: 'CDC-R03' })
  await fill(relay, 11, 12)
  assert.deepEqual(await gtidsFrom(relay, '0-7-10'), ['0-7-11', '0-7-12'])
})

test('a reader goes over many files while they are written', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { fileBytes: 500 })
  await using reader = relay.reader(relay.position)
  const seen: string[] = []
  const reading = (async () => {
    while (seen.at(-1) !== '0-7-200') {
      const { buffer, start, end } = await reader.read(AbortSignal.timeout(10_000))
      seen.push(...eventNames(buffer, start, end).filter((name) => !name.startsWith('#')))
    }
  })()
  await fill(relay, 1, 200)
  await reading
  assert.deepEqual(
    seen,
    Array.from({ length: 200 }, (_, i) => `0-7-${i + 1}`),
  )
  assert.ok(files(directory.path).length > 50)
  await using again = relay.reader(parsePosition('0-7-150'))
  const { names } = await readAll(again)
  assert.equal(names.filter((name) => !name.startsWith('#')).length, 50)
})

test('an open group moves to the new file', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { fileBytes: 300 })
  appendGroup(relay, gtidOf(1), 400)
  relay.append(gtidEvent(gtidOf(2)))
  relay.append(rowsEvent(600, 1))
  await relay.flush()
  assert.equal(files(directory.path).length, 2)
  relay.append(xidEvent())
  relay.endGroup(gtidOf(2))
  await relay.flush()
  assert.deepEqual(await gtidsFrom(relay, 'earliest'), ['0-7-1', '0-7-2'])
  assert.deepEqual(await gtidsFrom(relay, '0-7-1'), ['0-7-2'])
})

test('when the relay is full the source waits until a sink is done', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { maxBytes: 100_000 })
  relay.setReaders(['sink'])
  let last = 0
  while (relay.hasRoom()) {
    appendGroup(relay, gtidOf(++last), 3000)
    await relay.flush()
  }
  let ready = false
  const waiting = relay.waitForRoom(AbortSignal.timeout(5000)).then(() => (ready = true))
  await relay.acknowledge('sink', parsePosition('0-7-1'))
  assert.equal(ready, false)
  await relay.acknowledge('sink', parsePosition(`0-7-${last}`))
  await waiting
  assert.equal(relay.hasRoom(), true)
})

test('a relay whose one file is full and read goes on in a new one', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { maxBytes: 1000, fileBytes: 1 << 20 })
  relay.setReaders(['sink'])
  appendGroup(relay, gtidOf(1), 2000)
  await relay.flush()
  assert.equal(relay.hasRoom(), false)
  await relay.acknowledge('sink', parsePosition('0-7-1'))
  assert.equal(relay.hasRoom(), true)
  appendGroup(relay, gtidOf(2), 10)
  await relay.flush()
  assert.deepEqual(await gtidsFrom(relay, '0-7-1'), ['0-7-2'])
})

test('waiting for room ends with the signal', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { maxBytes: 10 })
  await assert.rejects(relay.waitForRoom(AbortSignal.timeout(20)), { name: 'TimeoutError' })
})

test('a reader of files that were deleted under it is told', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { fileBytes: 300 })
  await using reader = relay.reader('earliest')
  relay.setReaders(['other'])
  await fill(relay, 1, 10)
  await reader.read(AbortSignal.timeout(1000))
  await relay.acknowledge('other', parsePosition('0-7-10'))
  assert.throws(() => reader.available(), { code: 'CDC-R03' })
})

test('only the last position and the files count after opening again', async () => {
  using directory = relayDirectory()
  {
    await using relay = await begun(directory.path, { fileBytes: 400 })
    relay.setReaders(['sink'])
    await fill(relay, 1, 20)
    await relay.acknowledge('sink', parsePosition('0-7-10'))
  }
  await using relay = await open(directory.path, { fileBytes: 400 })
  const bytes = relay.bytes
  assert.deepEqual(await gtidsFrom(relay, '0-7-18'), ['0-7-19', '0-7-20'])
  relay.setReaders(['sink'])
  await relay.acknowledge('sink', parsePosition('0-7-20'))
  assert.ok(relay.bytes < bytes)
})
