import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { formatGtid, parsePosition } from '../../src/core/gtid.ts'
import { openBinlogStream, type BinlogStream } from '../../src/mariadb/binlog-stream.ts'
import { connectMariadb } from '../../src/mariadb/connection.ts'
import { readGtid } from '../../src/mariadb/events/gtid.ts'
import { eventTypes, readEventType } from '../../src/mariadb/events/header.ts'
import { checkServer, readServerPosition } from '../../src/mariadb/server-checks.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { waitFor } from '../harness/wait-for.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb({ settings: { max_allowed_packet: '256M' } })
  await server.createDatabases('shop')
  await server.query('CREATE TABLE shop.t (id INT PRIMARY KEY, b LONGBLOB)')
})
after(async () => await server[Symbol.asyncDispose]())

interface OpenOptions {
  readonly from?: string
  readonly serverId?: number
  readonly heartbeatMs?: number
  readonly signal?: AbortSignal
  readonly lockFile?: string
  readonly on?: MariadbServer
}

async function open(options: OpenOptions = {}): Promise<BinlogStream> {
  const {
    serverId = 4001,
    heartbeatMs = 10_000,
    signal = new AbortController().signal,
    lockFile,
    on = server,
  } = options
  const from = parsePosition(options.from ?? (await on.gtidPosition()))
  return await openBinlogStream({ settings: on.settings, serverId, from, heartbeatMs, signal, where: 'test', lockFile })
}

/** Reads until `enough`, then leaves. The events are copies. */
async function read(stream: BinlogStream, enough: (event: Buffer) => boolean): Promise<Buffer[]> {
  const events: Buffer[] = []
  for await (const batch of stream.events()) {
    for (const event of batch) {
      events.push(Buffer.from(event))
      if (enough(event)) return events
    }
  }
  throw new Error('the stream ended')
}

const typeIs =
  (type: number) =>
  (event: Buffer): boolean =>
    readEventType(event, 0) === type

async function failure(stream: Promise<BinlogStream> | BinlogStream): Promise<CdcError> {
  try {
    await using opened = await stream
    await read(opened, () => false)
  } catch (thrown) {
    assert.ok(thrown instanceof CdcError, String(thrown))
    return thrown
  }
  return assert.fail('no error')
}

test('a stream begins after the position and gives whole transactions', async () => {
  const from = await server.gtidPosition()
  await server.query("INSERT INTO shop.t VALUES (1, 'x'); INSERT INTO shop.t VALUES (2, 'y')")
  await using stream = await open({ from })
  let xids = 0
  const events = await read(stream, (event) => typeIs(eventTypes.xid)(event) && ++xids === 2)
  const types = events.map((event) => readEventType(event, 0))
  assert.equal(types[0], eventTypes.rotate)
  assert.equal(types[1], eventTypes.formatDescription)
  const group = [eventTypes.gtid, eventTypes.tableMap, eventTypes.writeRowsV1, eventTypes.xid]
  assert.deepEqual(types.slice(types.indexOf(eventTypes.gtid)), [...group, ...group])
  const gtids = events.filter(typeIs(eventTypes.gtid)).map((event) => formatGtid(readGtid(event, 0, event.length)))
  const after = parsePosition(from).get(0)
  assert.deepEqual(
    gtids,
    [1n, 2n].map((n) => `0-${after?.server}-${(after?.sequence ?? 0n) + n}`),
  )
  assert.equal(stream.checksum, true)
})

test('events of 16777213 to 16777217 bytes and of 40 MB come whole', async () => {
  await server.query('CREATE OR REPLACE TABLE shop.big (id INT PRIMARY KEY, b LONGBLOB)')
  const from = await server.gtidPosition()
  // Of a row event without the blob: header 19, table id and flags 8, columns 2, null bitmap 1, id 4, length 4, checksum 4.
  const around = 19 + 8 + 2 + 1 + 4 + 4 + 4
  const lengths = [...[-1, 0, 1, 2, 3].map((more) => 16_777_214 + more), 40_000_000]
  for (const [i, length] of lengths.entries()) {
    await server.query('INSERT INTO shop.big VALUES (?, REPEAT(CHAR(65 + ?), ?))', [i, i, length - around])
  }
  await using stream = await open({ from })
  let xids = 0
  const events = await read(stream, (event) => typeIs(eventTypes.xid)(event) && ++xids === lengths.length)
  const rows = events.filter(typeIs(eventTypes.writeRowsV1))
  assert.deepEqual(
    rows.map((event) => event.length),
    lengths,
  )
  for (const [i, event] of rows.entries()) {
    const blob = event.subarray(around - 4, -4)
    assert.ok(blob.equals(Buffer.alloc(blob.length, 65 + i)), `event ${i}`)
  }
})

test('checksums may be switched in mid-stream', async () => {
  const from = await server.gtidPosition()
  await server.query("SET GLOBAL binlog_checksum = NONE; INSERT INTO shop.t VALUES (11, 'x')")
  await server.query(
    "SET GLOBAL binlog_checksum = CRC32; INSERT INTO shop.t VALUES (12, 'x'); FLUSH BINARY LOGS; INSERT INTO shop.t VALUES (13, 'x')",
  )
  await using stream = await open({ from })
  const checksums: boolean[] = []
  for await (const batch of stream.events()) {
    for (const event of batch) if (typeIs(eventTypes.xid)(event)) checksums.push(stream.checksum)
    if (checksums.length === 3) break
  }
  assert.deepEqual(checksums, [false, true, true])
})

test('a silent server sends heartbeats, and a dead line is noticed', async () => {
  await using stream = await open({ heartbeatMs: 200 })
  await read(stream, typeIs(eventTypes.heartbeat))
  await using second = await open({ serverId: 4002, heartbeatMs: 400 })
  const failed = failure(second)
  await waitFor(async () => (await server.query('SHOW PROCESSLIST')).some((row) => row['Id'] === second.connectionId))
  process.kill(server.pid, 'SIGSTOP')
  try {
    const error = await failed
    assert.deepEqual([error.code, error.retry], ['CDC-M01', 'by-itself'])
    assert.match(error.what, /fell silent/)
  } finally {
    process.kill(server.pid, 'SIGCONT')
  }
})

test('a killed dump is an error that passes', async () => {
  await using stream = await open()
  await read(stream, typeIs(eventTypes.formatDescription))
  const failed = failure(stream)
  await server.query(`KILL ${stream.connectionId}`)
  assert.equal((await failed).code, 'CDC-M01')
})

test('abort ends the stream with its reason', async () => {
  const stop = new AbortController()
  await using stream = await open({ signal: stop.signal })
  const reading = read(stream, () => false)
  stop.abort(new Error('stopped'))
  await assert.rejects(reading, /stopped/)
  await assert.rejects(open({ signal: stop.signal }), /stopped/)
})

test('positions that the server does not have', async () => {
  const position = parsePosition(await server.gtidPosition()).get(0)
  const ahead = `0-${position?.server}-${(position?.sequence ?? 0n) + 100n}`
  assert.equal((await failure(open({ from: ahead }))).code, 'CDC-M09')
  assert.equal((await failure(open({ from: `0-999999-${position?.sequence}` }))).code, 'CDC-M09')
  const old = await server.gtidPosition()
  await server.query(
    "INSERT INTO shop.t VALUES (21, 'x'); FLUSH BINARY LOGS; INSERT INTO shop.t VALUES (22, 'x'); FLUSH BINARY LOGS",
  )
  const [last] = (await server.query<{ Log_name: string }>('SHOW BINARY LOGS')).slice(-1)
  await waitFor(async () => {
    await server.query(`PURGE BINARY LOGS TO '${last?.Log_name}'`)
    return (await server.query('SHOW BINARY LOGS')).length === 1
  })
  const purged = await failure(open({ from: old }))
  assert.deepEqual([purged.code, purged.retry], ['CDC-M06', 'never'])
  assert.deepEqual(purged.details, [`position: ${old}`])
})

test('the same server id of somebody who knows nothing of locks ends the older stream for good', async () => {
  await using older = await open({ serverId: 4010 })
  await read(older, typeIs(eventTypes.formatDescription))
  const failed = failure(older)
  await using newer = await open({ serverId: 4010 })
  await read(newer, typeIs(eventTypes.formatDescription))
  const error = await failed
  assert.deepEqual([error.code, error.retry], ['CDC-M07', 'never'])
  assert.match(error.what, /server id 4010/)
})

test('the lock keeps a second worker out, and lets the successor of a dead one in', async () => {
  const folder = temporaryFolder('locks')
  const ours = join(folder, 'ours.json')
  await using first = await open({ serverId: 4020, heartbeatMs: 400, lockFile: ours })
  await read(first, typeIs(eventTypes.formatDescription))
  const stranger = await failure(open({ serverId: 4020, heartbeatMs: 400, lockFile: join(folder, 'theirs.json') }))
  assert.deepEqual([stranger.code, stranger.retry], ['CDC-M07', 'never'])
  assert.equal(existsSync(join(folder, 'theirs.json')), false)
  // The refused attempt has not disturbed the first.
  await server.query("INSERT INTO shop.t VALUES (31, 'x')")
  await read(first, typeIs(eventTypes.xid))
  // The same worker again: the first connection counts as dead and is ended.
  await using again = await open({ serverId: 4020, heartbeatMs: 400, lockFile: ours })
  await read(again, typeIs(eventTypes.formatDescription))
  assert.equal((await failure(first)).code, 'CDC-M01')
  writeFileSync(ours, 'not JSON')
  assert.equal((await failure(open({ serverId: 4020, heartbeatMs: 400, lockFile: ours }))).code, 'CDC-M07')
})

test('the server is looked at before it is used', async () => {
  await using connection = await connectMariadb(server.settings, { where: 'test' })
  const facts = await checkServer(connection)
  assert.match(facts.version, /MariaDB/)
  assert.deepEqual([facts.rowImage, facts.rowMetadata, facts.gtidStrictMode], ['FULL', 'FULL', true])
  const check = async (): Promise<string> =>
    await checkServer(connection).then(
      () => 'fine',
      (error: unknown) => (error instanceof CdcError ? `${error.code} ${error.fix.split('\n')[0]}` : String(error)),
    )
  await server.query("SET GLOBAL binlog_format = 'MIXED'")
  assert.equal(await check(), "CDC-M04 SET GLOBAL binlog_format = 'ROW';")
  await server.query("SET GLOBAL binlog_format = 'ROW'; SET GLOBAL binlog_row_image = 'MINIMAL'")
  assert.equal(await check(), "CDC-M08 SET GLOBAL binlog_row_image = 'FULL';")
  await server.query(
    "SET GLOBAL binlog_row_image = 'FULL'; SET gtid_domain_id = 5; INSERT INTO shop.t VALUES (41, 'x')",
  )
  assert.deepEqual(
    [...(await readServerPosition(connection)).keys()].toSorted((a, b) => a - b),
    [0, 5],
  )
  await using silent = await startMariadb({ settings: { skip_log_bin: 'ON' } })
  await using other = await connectMariadb(silent.settings, { where: 'test' })
  await assert.rejects(checkServer(other), (error) => error instanceof CdcError && error.code === 'CDC-M05')
})

test('an encrypted binary log is read, as the server decrypts it', async () => {
  const keys = join(temporaryFolder('keys'), 'keys.txt')
  writeFileSync(keys, '1;770A8A65DA156D24EE2A093277530142\n', { mode: 0o644 })
  await using encrypted = await startMariadb({
    settings: { plugin_load_add: 'file_key_management', file_key_management_filename: keys, encrypt_binlog: 'ON' },
  })
  await encrypted.createDatabases('shop')
  const from = await encrypted.gtidPosition()
  await encrypted.query('CREATE TABLE shop.t (id INT PRIMARY KEY); INSERT INTO shop.t VALUES (1)')
  await using stream = await open({ from, on: encrypted })
  const events = await read(stream, typeIs(eventTypes.xid))
  assert.ok(events.some(typeIs(eventTypes.startEncryption)))
  assert.ok(events.some(typeIs(eventTypes.writeRowsV1)))
})
