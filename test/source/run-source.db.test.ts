import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { formatPosition, parsePosition } from '../../src/core/gtid.ts'
import { openBinlogStream } from '../../src/mariadb/binlog-stream.ts'
import { eventTypes } from '../../src/mariadb/events/header.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { waitFor } from '../harness/wait-for.ts'
import { relayContents, startSource, type RunningSource } from './running-source.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb({ settings: { max_allowed_packet: '256M' } })
  await server.createDatabases('shop', 'elsewhere')
  await server.query(
    'CREATE TABLE shop.t (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT); CREATE TABLE elsewhere.t (id INT AUTO_INCREMENT PRIMARY KEY)',
  )
})
after(async () => await server[Symbol.asyncDispose]())

const streaming = async (source: RunningSource): Promise<unknown> =>
  await waitFor(() => source.status?.phase === 'streaming', { what: 'the source to stream' })

/** The error that the source stopped with. */
async function stoppedWith(source: RunningSource, code: string): Promise<CdcError> {
  let ended: { readonly thrown: unknown } | undefined
  void source.ended.then((thrown) => (ended = { thrown }))
  const { thrown } = await waitFor(() => ended, {
    what: `the source to stop; it is ${JSON.stringify(source.told.at(-1)?.error)}`,
  })
  return assertCode(thrown, code)
}

function assertCode(thrown: unknown, code: string): CdcError {
  assert.ok(thrown instanceof CdcError, String(thrown))
  assert.equal(thrown.code, code, thrown.message)
  return thrown
}

/** Every transaction after `from` up to `until` (one domain), once. */
function sequence(from: string, until: string): string[] {
  const first = parsePosition(from).get(0)
  const last = parsePosition(until).get(0)
  assert.ok(first !== undefined && last !== undefined)
  const count = Number(last.sequence - first.sequence)
  return Array.from({ length: count }, (_, i) => `0-${last.server}-${first.sequence + BigInt(i) + 1n}`)
}

/** Writes single-row transactions until it is stopped, through whatever happens to the server. */
function startWriter(): { stop(): Promise<void>; written(): number } {
  const end = new AbortController()
  let written = 0
  const done = (async () => {
    while (!end.signal.aborted) {
      try {
        const connection = await server.connect()
        while (!end.signal.aborted) {
          await connection.query("INSERT INTO shop.t (t) VALUES (REPEAT('x', 200))")
          written++
        }
        await connection.end()
      } catch {
        // The server is being restarted; the next connection goes on.
      }
    }
  })()
  const stop = async (): Promise<void> => {
    end.abort()
    await done
  }
  return { stop, written: () => written }
}

test('the first start takes the position, and what follows is kept', async () => {
  const folder = temporaryFolder('source')
  await server.query("INSERT INTO shop.t (t) VALUES ('before')")
  const begin = await server.gtidPosition()
  await using source = await startSource(server, { folder })
  await streaming(source)
  assert.equal(formatPosition(source.relay.start), begin)
  await server.query(
    "INSERT INTO shop.t (t) VALUES ('one'); INSERT INTO elsewhere.t VALUES (DEFAULT); INSERT INTO shop.t (t) VALUES ('two')",
  )
  await server.query(
    "CREATE USER secret@'%' IDENTIFIED BY 'geheim'; DROP USER secret@'%'; INSERT INTO elsewhere.t VALUES (DEFAULT)",
  )
  await source.caughtUp()
  const { gtids } = await relayContents(source.relay)
  const all = sequence(begin, await server.gtidPosition())
  assert.deepEqual(gtids, [all[0], all[2]])
  await waitFor(() => source.status?.behindSeconds === 0, { what: 'the heartbeat' })
  assert.ok((source.status?.bytesReceived ?? 0) > 500)
  assert.equal(source.status?.groups, all.length)
  await source.stop()
  // The second start goes on where the first was.
  await server.query("INSERT INTO shop.t (t) VALUES ('while stopped')")
  await using again = await startSource(server, { folder })
  await again.caughtUp()
  assert.equal((await relayContents(again.relay)).gtids.length, 3)
  for (const name of readdirSync(join(folder, 'relay'))) {
    assert.equal(readFileSync(join(folder, 'relay', name)).includes('geheim'), false)
  }
})

test('nothing is lost or doubled when the dump is killed, again and again', async () => {
  const begin = await server.gtidPosition()
  await using source = await startSource(server)
  await streaming(source)
  const writer = startWriter()
  for (let round = 0; round < 4; round++) {
    const goal = writer.written() + 50
    await waitFor(() => writer.written() > goal)
    await server.query('FLUSH BINARY LOGS')
    const dumps = await waitFor(async () => {
      const rows = await server.query<{ Id: number; Command: string }>('SHOW PROCESSLIST')
      const found = rows.filter(({ Command }) => Command === 'Binlog Dump')
      return found.length > 0 && found
    })
    const retries = source.told.filter(({ phase }) => phase === 'retrying').length
    for (const { Id } of dumps) await server.query(`KILL ${Id}`)
    await waitFor(() => source.told.filter(({ phase }) => phase === 'retrying').length > retries, { what: 'the retry' })
  }
  await writer.stop()
  await source.caughtUp()
  assert.deepEqual((await relayContents(source.relay)).gtids, sequence(begin, await server.gtidPosition()))
  const errors = source.told.flatMap(({ error }) => (error === null ? [] : [error.code]))
  assert.deepEqual(new Set(errors), new Set(['CDC-M01']))
})

test('nothing is lost or doubled when the server is restarted or killed', async () => {
  const begin = await server.gtidPosition()
  await using source = await startSource(server)
  await streaming(source)
  const writer = startWriter()
  for (const end of ['stop', 'kill9'] as const) {
    const goal = writer.written() + 50
    await waitFor(() => writer.written() > goal)
    await server[end]()
    await waitFor(() => source.status?.phase === 'retrying', { what: 'the source to notice' })
    await server.start()
  }
  const goal = writer.written() + 50
  await waitFor(() => writer.written() > goal)
  await writer.stop()
  await source.caughtUp()
  assert.deepEqual((await relayContents(source.relay)).gtids, sequence(begin, await server.gtidPosition()))
  assert.equal(source.status?.error ?? null, null)
})

test('a 40 MB value and small files pass', async () => {
  const begin = await server.gtidPosition()
  await using source = await startSource(server)
  await streaming(source)
  await server.query(
    "SET GLOBAL max_binlog_size = 4096; FLUSH BINARY LOGS; CREATE TABLE shop.big (id INT PRIMARY KEY, b LONGBLOB); INSERT INTO shop.big VALUES (1, REPEAT('a', 40000000)), (2, REPEAT('b', 16777216))",
  )
  for (let i = 0; i < 30; i++) await server.query("INSERT INTO shop.t (t) VALUES (REPEAT('x', 1000))")
  await server.query('SET GLOBAL max_binlog_size = 1073741824; SET GLOBAL binlog_checksum = NONE; DROP TABLE shop.big')
  await server.query("SET GLOBAL binlog_checksum = CRC32; INSERT INTO shop.t (t) VALUES ('after')")
  await source.caughtUp()
  const { gtids, types } = await relayContents(source.relay)
  assert.deepEqual(gtids, sequence(begin, await server.gtidPosition()))
  assert.equal(types.filter((type) => type === eventTypes.incident).length, 0)
})

test('a full relay makes the source wait, not fail', async () => {
  const begin = await server.gtidPosition()
  await using source = await startSource(server, { relayMaxBytes: 300_000 })
  source.relay.setReaders(['sink'])
  await streaming(source)
  const writer = startWriter()
  await waitFor(() => source.status?.phase === 'waiting-for-room', { what: 'the relay to be full' })
  await writer.stop()
  const goal = await server.gtidPosition()
  let known = ''
  const passed = new Set<string>()
  while (known !== goal) {
    for (const gtid of (await relayContents(source.relay)).gtids) passed.add(gtid)
    known = formatPosition(source.relay.position)
    await source.relay.acknowledge('sink', source.relay.position)
    if (known !== goal) await waitFor(() => formatPosition(source.relay.position) !== known)
  }
  for (const gtid of (await relayContents(source.relay)).gtids) passed.add(gtid)
  assert.deepEqual([...passed], sequence(begin, goal))
  assert.equal(source.status?.error ?? null, null)
})

test('a wrong password is tried again, and goes on once it is right', async () => {
  await using source = await startSource(server, { password: 'later-right' })
  const status = await waitFor(() => source.status?.phase === 'retrying' && source.status)
  assert.equal(status.error?.code, 'CDC-M02')
  await server.query("SET PASSWORD FOR cdc@'%' = PASSWORD('later-right')")
  try {
    await streaming(source)
    await waitFor(() => source.status?.error === null)
  } finally {
    await server.query(`SET PASSWORD FOR cdc@'%' = PASSWORD('${server.settings.password}')`)
  }
})

test('a second worker with the same server id stops, and the first goes on', async () => {
  await using first = await startSource(server, { serverId: 6010 })
  await streaming(first)
  await using second = await startSource(server, { serverId: 6010 })
  await stoppedWith(second, 'CDC-M07')
  await server.query("INSERT INTO shop.t (t) VALUES ('still there')")
  await first.caughtUp()
})

test('a replica that takes our server id stops us', async () => {
  await using source = await startSource(server, { serverId: 6020 })
  await streaming(source)
  const from = parsePosition(await server.gtidPosition())
  const { signal } = new AbortController()
  await using replica = await openBinlogStream({
    settings: server.settings,
    serverId: 6020,
    from,
    heartbeatMs: 5000,
    signal,
    where: 'replica',
  })
  const error = await stoppedWith(source, 'CDC-M07')
  assert.match(error.fix, /"database.server.id": "106020"/)
  assert.ok(replica.connectionId > 0)
})

test('MIXED format is refused with the statement that ends it', async () => {
  await server.query("SET GLOBAL binlog_format = 'MIXED'")
  try {
    await using source = await startSource(server)
    assert.match((await stoppedWith(source, 'CDC-M04')).fix, /SET GLOBAL binlog_format = 'ROW'/)
  } finally {
    await server.query("SET GLOBAL binlog_format = 'ROW'")
  }
})

test('stopping is quick, whatever the source is doing', async () => {
  const source = await startSource(server)
  await streaming(source)
  const started = Date.now()
  await source.stop()
  await using unreachable = await startSource({ ...server, settings: { ...server.settings, port: 1 } })
  await waitFor(() => unreachable.status?.phase === 'retrying')
  await unreachable.stop()
  assert.equal(await unreachable.ended, undefined)
  assert.ok(Date.now() - started < 3000)
})

test('a position that was purged, and one of another history, stop the source', async () => {
  const folder = temporaryFolder('source')
  const first = await startSource(server, { folder })
  await streaming(first)
  await first.stop()
  await server.query(
    "INSERT INTO shop.t (t) VALUES ('x'); FLUSH BINARY LOGS; INSERT INTO shop.t (t) VALUES ('y'); FLUSH BINARY LOGS",
  )
  const [last] = (await server.query<{ Log_name: string }>('SHOW BINARY LOGS')).slice(-1)
  await waitFor(async () => {
    await server.query(`PURGE BINARY LOGS TO '${last?.Log_name}'`)
    return (await server.query('SHOW BINARY LOGS')).length === 1
  })
  await using purged = await startSource(server, { folder })
  await stoppedWith(purged, 'CDC-M06')
  await purged.stop()
  await server.query('RESET MASTER')
  await using reset = await startSource(server, { folder })
  await stoppedWith(reset, 'CDC-M09')
})
