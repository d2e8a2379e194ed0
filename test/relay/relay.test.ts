import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatPosition, parsePosition } from '../../src/core/gtid.ts'
import { eventTypes, readEventType } from '../../src/mariadb/events/header.ts'
import { relayFileError } from '../../src/relay/file-error.ts'
import { begun, gtidsFrom, open, readAll, relayDirectory } from './relay-directory.ts'
import { appendGroup, gtidEvent, gtidOf, groupEvents, rowsEvent, serverFormat, xidEvent } from './relay-events.ts'

test('a reader gets the bytes that were appended, only when the group is whole and durable', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path)
  await using reader = relay.reader(relay.position)
  const [first, second, third] = groupEvents(gtidOf(1))
  assert.ok(first && second && third)
  relay.append(first)
  relay.append(second)
  await relay.flush()
  assert.equal(reader.available(), false)
  relay.append(third)
  relay.endGroup(gtidOf(1))
  assert.equal(reader.available(), false)
  const waiting = reader.read(AbortSignal.timeout(5000))
  await relay.flush()
  const block = await waiting
  assert.deepEqual(block.buffer.subarray(block.start, block.end), Buffer.concat([first, second, third]))
  assert.equal(block.checksum, true)
  assert.equal(formatPosition(relay.position), '0-7-1')
  assert.equal(relay.lastEventTime, 1_700_000_000)
  assert.equal(reader.available(), false)
})

test('the position and the groups are there after closing and opening', async () => {
  using directory = relayDirectory()
  {
    await using relay = await begun(directory.path)
    for (let i = 1; i <= 5; i++) appendGroup(relay, gtidOf(i))
  }
  await using relay = await open(directory.path)
  assert.equal(formatPosition(relay.position), '0-7-5')
  assert.equal(formatPosition(relay.start), '0-7-0')
  assert.equal(relay.lastEventTime, 1_700_000_000)
  assert.deepEqual(await gtidsFrom(relay, '0-7-3'), ['0-7-4', '0-7-5'])
  assert.deepEqual(await gtidsFrom(relay, '0-7-9'), [])
  assert.equal((await gtidsFrom(relay, 'earliest')).length, 5)
  appendGroup(relay, gtidOf(6))
  await relay.flush()
  assert.deepEqual(await gtidsFrom(relay, '0-7-5'), ['0-7-6'])
})

test('an open group is forgotten, and one that comes again is not kept twice', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path)
  appendGroup(relay, gtidOf(1))
  relay.append(gtidEvent(gtidOf(2)))
  relay.append(rowsEvent(3_000_000, 1))
  await relay.discardOpenGroup()
  assert.equal(formatPosition(relay.position), '0-7-1')
  appendGroup(relay, gtidOf(1))
  appendGroup(relay, gtidOf(2))
  await relay.flush()
  assert.deepEqual(await gtidsFrom(relay, 'earliest'), ['0-7-1', '0-7-2'])
})

test('events of a server without checksums get one', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path)
  relay.setFormat(serverFormat({ checksum: false }))
  for (const event of groupEvents(gtidOf(1), 20, false)) relay.append(event)
  relay.endGroup(gtidOf(1))
  await relay.flush()
  await using reader = relay.reader(parsePosition('0-7-0'))
  assert.deepEqual((await readAll(reader)).bytes, Buffer.concat(groupEvents(gtidOf(1))))
})

test('another format begins another file', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path)
  relay.setFormat(serverFormat({ checksum: true, version: '10.11.1-MariaDB' }))
  appendGroup(relay, gtidOf(1))
  await relay.flush()
  relay.setFormat(serverFormat({ checksum: true, version: '10.11.1-MariaDB' }))
  appendGroup(relay, gtidOf(2))
  await relay.flush()
  const before = readdirSync(directory.path).length
  relay.setFormat(serverFormat({ checksum: true, version: '11.4.1-MariaDB' }))
  appendGroup(relay, gtidOf(3))
  await relay.flush()
  assert.equal(readdirSync(directory.path).length, before + 1)
  assert.deepEqual(await gtidsFrom(relay, '0-7-1'), ['0-7-2', '0-7-3'])
})

test('an event larger than a block comes whole, and blocks hold many small events', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path)
  for (let i = 1; i <= 20_000; i++) appendGroup(relay, gtidOf(i))
  appendGroup(relay, gtidOf(20_001), 5_000_000)
  appendGroup(relay, gtidOf(20_002))
  await relay.flush()
  await using reader = relay.reader('earliest')
  const { names, blocks } = await readAll(reader)
  assert.equal(names.filter((name) => !name.startsWith('#')).length, 20_002)
  assert.ok(blocks < 10, String(blocks))
})

test('a huge group needs little memory', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { fileBytes: 1 << 20 })
  const rows = rowsEvent(8192, 1)
  const before = process.memoryUsage().arrayBuffers
  relay.append(gtidEvent(gtidOf(1)))
  let most = 0
  for (let i = 0; i < 10_000; i++) {
    relay.append(rows)
    if (i % 1000 === 0) {
      await relay.flush()
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
  }
  assert.ok(most < 8 << 20, `${most} bytes`)
  relay.append(xidEvent())
  relay.endGroup(gtidOf(1))
  await relay.flush()
  assert.equal(formatPosition(relay.position), '0-7-1')
  await using reader = relay.reader('earliest')
  let events = 0
  while (reader.available()) events += (await reader.read(AbortSignal.timeout(1000))).end > 0 ? 1 : 0
  assert.ok(events > 50)
})

test('skipped groups are remembered by markers, which readers see', async () => {
  using directory = relayDirectory()
  {
    await using relay = await begun(directory.path, { markerMs: 3_600_000 })
    await using reader = relay.reader(relay.position)
    relay.skipGroup(gtidOf(1))
    relay.skipGroup(gtidOf(4, 3))
    await relay.flush({ marker: true })
    assert.equal(formatPosition(relay.position), '0-7-1,3-7-4')
    const block = await reader.read(AbortSignal.timeout(1000))
    assert.equal(readEventType(block.buffer, block.start), eventTypes.gtidList)
    relay.skipGroup(gtidOf(2))
    await relay.flush()
    assert.equal(formatPosition(relay.position), '0-7-1,3-7-4', 'not again so soon')
    appendGroup(relay, gtidOf(3))
    await relay.flush()
    assert.equal(formatPosition(relay.position), '0-7-3,3-7-4')
  }
  await using relay = await open(directory.path)
  assert.equal(formatPosition(relay.position), '0-7-3,3-7-4')
  // Nothing in it is behind this position: neither groups nor markers.
  await using reader = relay.reader(parsePosition('0-7-3,3-7-4'))
  assert.equal(reader.available(), false)
})

test('a marker is written by itself a while after the last flush', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { markerMs: 30 })
  relay.skipGroup(gtidOf(1))
  await relay.flush()
  relay.skipGroup(gtidOf(2))
  await relay.flush()
  await using reader = relay.reader(parsePosition('0-7-1'))
  await reader.read(AbortSignal.timeout(5000))
  assert.equal(formatPosition(relay.position), '0-7-2')
})

test('many flushes at once lose nothing', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path, { fileBytes: 3000 })
  const flushes: Promise<void>[] = []
  for (let i = 1; i <= 300; i++) {
    appendGroup(relay, gtidOf(i))
    flushes.push(relay.flush())
    if (i % 10 === 0) await flushes[i - 5]
  }
  await Promise.all(flushes)
  assert.equal((await gtidsFrom(relay, 'earliest')).length, 300)
})

test('a reader before the start is refused', async () => {
  using directory = relayDirectory()
  await using relay = await open(directory.path)
  await relay.begin(parsePosition('0-7-5,3-7-9'))
  assert.throws(() => relay.reader(parsePosition('0-7-5')), { code: 'CDC-R03' })
  assert.throws(() => relay.reader(parsePosition('0-7-4,3-7-9')), { code: 'CDC-R03' })
  await using reader = relay.reader(parsePosition('0-7-5,3-7-9'))
  assert.equal(reader.available(), false)
})

test('a read ends with the signal, also before anything was begun', async () => {
  using directory = relayDirectory()
  await using relay = await open(directory.path)
  await using reader = relay.reader('earliest')
  const stop = new AbortController()
  const waiting = reader.read(stop.signal)
  stop.abort(new Error('stopped'))
  await assert.rejects(waiting, /stopped/)
  await relay.begin(parsePosition(''))
  await relay.begin(parsePosition('0-7-1'))
  appendGroup(relay, gtidOf(2))
  await relay.flush()
  const { names } = await readAll(reader)
  assert.deepEqual(names, ['#163', '0-7-2', '#23', '#16'])
})

test('the directory and its files are for their owner only', async () => {
  using directory = relayDirectory()
  await using relay = await begun(directory.path)
  appendGroup(relay, gtidOf(1))
  await relay.flush()
  assert.equal(statSync(directory.path).mode & 0o777, 0o700)
  for (const name of readdirSync(directory.path)) {
    assert.equal(statSync(join(directory.path, name)).mode & 0o777, 0o600)
  }
})

test('a full disk is tried again, another failure is not', () => {
  const failure = (code: string): Error => Object.assign(new Error(code), { code })
  assert.equal(relayFileError(failure('ENOSPC'), 'f').code, 'CDC-R02')
  assert.equal(relayFileError(failure('EDQUOT'), 'f').retry, 'by-itself')
  assert.equal(relayFileError(failure('EACCES'), 'f').code, 'CDC-C09')
})
