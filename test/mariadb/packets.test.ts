import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { commandPacket, PacketReader, readServerError, SilenceError } from '../../src/mariadb/packets.ts'

const maxPart = 0xff_ffff

function filled(length: number, seed: number): Buffer {
  const payload = Buffer.alloc(length)
  for (let i = 0; i < length; i += 997) payload[i] = (i + seed) & 0xff
  return payload
}

/** What a server would send: the payloads as packets, in chunks of `chunkBytes`. */
async function readBack(payloads: readonly Buffer[], chunkBytes: number): Promise<void> {
  const socket = new PassThrough({ highWaterMark: 64 * 1024 })
  const reader = new PacketReader(socket)
  const bytes = Buffer.concat(payloads.map(commandPacket))
  const written = (async () => {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      if (!socket.write(bytes.subarray(at, at + chunkBytes))) {
        await new Promise((resolve) => socket.once('drain', resolve))
      }
    }
  })()
  for (const [i, payload] of payloads.entries()) {
    await reader.next()
    assert.equal(reader.packetEnd - reader.packetStart, payload.length, `length of packet ${i}`)
    assert.ok(reader.buffer.subarray(reader.packetStart, reader.packetEnd).equals(payload), `packet ${i}`)
  }
  await written
  assert.equal(reader.received, bytes.length)
}

test('packets come out whole however the bytes are cut', async () => {
  const payloads = [filled(0, 1), filled(1, 2), filled(300, 3), filled(70_000, 4), filled(5, 5)]
  for (const chunkBytes of [1, 3, 4, 5, 1000, 1 << 20]) await readBack(payloads, chunkBytes)
})

test('packets of 16 MB and more are joined, and small ones follow', async () => {
  const lengths = [maxPart - 1, maxPart, maxPart + 1, 2 * maxPart, 40 * 1024 * 1024 + 7, 10]
  await readBack(lengths.map(filled), 65_536)
})

test('the socket is paused while nobody takes what has come', async () => {
  const socket = new PassThrough()
  const reader = new PacketReader(socket)
  const packet = commandPacket(filled(100_000, 1))
  for (let i = 0; i < 12; i++) socket.write(packet)
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(socket.isPaused())
  const waiting = reader.received
  assert.ok(waiting >= 1024 * 1024 && waiting < 12 * packet.length, `${waiting} bytes were read ahead`)
  for (let i = 0; i < 12; i++) await reader.next()
  assert.equal(reader.received, 12 * packet.length)
})

test('silence, an error and the end of the socket are told after what came before', async () => {
  const silent = new PacketReader(new PassThrough())
  await assert.rejects(silent.next(20), SilenceError)
  const ending = new PassThrough()
  const reader = new PacketReader(ending)
  ending.write(commandPacket(Buffer.from('last')))
  ending.end()
  await reader.next()
  assert.equal(reader.buffer.toString('utf8', reader.packetStart, reader.packetEnd), 'last')
  await assert.rejects(reader.next(), /the server closed the connection/)
})

test('an ERR packet is read with and without SQLSTATE', () => {
  const withState = Buffer.from('\xff\xd4\x04#HY000nö', 'latin1')
  assert.deepEqual(readServerError(Buffer.from('\xff\x10\x04#08S01gone', 'latin1'), 0, 13), {
    number: 1040,
    message: 'gone',
  })
  assert.equal(readServerError(withState, 0, withState.length).number, 1236)
})
