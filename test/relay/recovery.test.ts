import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatPosition } from '../../src/core/gtid.ts'
import { begun, gtidsFrom, open, relayDirectory } from './relay-directory.ts'
import { appendGroup, gtidOf } from './relay-events.ts'

const lastFile = (path: string): string => join(path, readdirSync(path).sort().at(-1) ?? '')

test('cut at any byte, the file gives all groups that are whole and goes on from there', async () => {
  using original = relayDirectory()
  const ends: number[] = []
  {
    await using relay = await begun(original.path)
    ends.push(relay.bytes)
    for (let i = 1; i <= 3; i++) {
      appendGroup(relay, gtidOf(i), 10)
      await relay.flush()
      ends.push(relay.bytes)
    }
  }
  const [first = 0] = ends
  for (let size = first; size <= (ends.at(-1) ?? 0); size++) {
    using copy = relayDirectory(original.path)
    truncateSync(lastFile(copy.path), size)
    await using relay = await open(copy.path)
    const whole = ends.filter((end) => end <= size).length - 1
    assert.equal(formatPosition(relay.position), `0-7-${whole}`, `cut at ${size}`)
    assert.equal(statSync(lastFile(copy.path)).size, ends[whole])
    if (size % 10 === 0) appendGroup(relay, gtidOf(whole + 1), 10)
    await relay.flush()
    assert.equal((await gtidsFrom(relay, 'earliest')).length, size % 10 === 0 ? whole + 1 : whole)
  }
})

test('pages of zeros or garbage behind the last whole group are cut off', async () => {
  for (const garbage of [Buffer.alloc(5000), Buffer.alloc(5000, 0xff), Buffer.from('00112233')]) {
    using directory = relayDirectory()
    {
      await using relay = await begun(directory.path)
      appendGroup(relay, gtidOf(1))
    }
    appendFileSync(lastFile(directory.path), garbage)
    await using relay = await open(directory.path)
    assert.equal(formatPosition(relay.position), '0-7-1')
    assert.deepEqual(await gtidsFrom(relay, 'earliest'), ['0-7-1'])
  }
})

test('a changed byte in the last file cuts there; in an older one the reader stops', async () => {
  using directory = relayDirectory()
  {
    await using relay = await begun(directory.path, { fileBytes: 1000 })
    for (let i = 1; i <= 20; i++) {
      appendGroup(relay, gtidOf(i), 100)
      await relay.flush()
    }
  }
  const [oldest = ''] = readdirSync(directory.path).sort()
  const path = join(directory.path, oldest)
  const bytes = readFileSync(path)
  bytes.writeUInt8((bytes[bytes.length - 30] ?? 0) ^ 1, bytes.length - 30)
  writeFileSync(path, bytes)
  await using relay = await open(directory.path, { fileBytes: 1000 })
  assert.equal(formatPosition(relay.position), '0-7-20')
  await assert.rejects(gtidsFrom(relay, 'earliest'), { code: 'CDC-R01' })
  assert.deepEqual(await gtidsFrom(relay, '0-7-18'), ['0-7-19', '0-7-20'])
})

test('a file without a head is damage, unless a power failure left it empty', async () => {
  using directory = relayDirectory()
  {
    await using relay = await begun(directory.path)
    appendGroup(relay, gtidOf(1))
  }
  writeFileSync(join(directory.path, '000002'), '')
  writeFileSync(join(directory.path, '000002.new'), 'half a head')
  {
    await using relay = await open(directory.path)
    assert.equal(formatPosition(relay.position), '0-7-1')
    assert.deepEqual(readdirSync(directory.path), ['000001'])
  }
  writeFileSync(join(directory.path, '000001'), Buffer.alloc(4000, 7))
  await assert.rejects(open(directory.path), { code: 'CDC-R01' })
})

test('a file from before a gap is removed', async () => {
  using directory = relayDirectory()
  {
    await using relay = await begun(directory.path, { fileBytes: 300 })
    for (let i = 1; i <= 6; i++) {
      appendGroup(relay, gtidOf(i), 200)
      await relay.flush()
    }
  }
  rmSync(join(directory.path, '000003'))
  await using relay = await open(directory.path)
  assert.equal(readdirSync(directory.path).includes('000002'), false)
  assert.equal(formatPosition(relay.position), '0-7-6')
})

test('killed while it writes and rotates, it has every group that it had said to be durable', async () => {
  using directory = relayDirectory()
  let durable = 0
  for (let round = 0; round < 6; round++) {
    const child = fork(join(import.meta.dirname, 'relay-writer-process.ts'), [directory.path], { silent: true })
    const enough = durable + 20 + round * 7
    child.on('message', (sequence: number) => {
      durable = sequence
      if (sequence >= enough) child.kill('SIGKILL')
    })
    await once(child, 'exit')
    await using relay = await open(directory.path, { fileBytes: 2000 })
    const position = Number(relay.position.get(0)?.sequence)
    assert.ok(position >= durable, `${position} ${durable}`)
    const gtids = await gtidsFrom(relay, 'earliest')
    assert.deepEqual(
      gtids,
      Array.from({ length: position }, (_, i) => `0-7-${i + 1}`),
    )
    durable = position
  }
})
