import { join } from 'node:path'
import type { SourceConfig } from '../../src/config/source-config.ts'
import { formatGtid, formatPosition } from '../../src/core/gtid.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { readGtid } from '../../src/mariadb/events/gtid.ts'
import { eventTypes, readEventLength, readEventType } from '../../src/mariadb/events/header.ts'
import { openRelay, type Relay } from '../../src/relay/relay.ts'
import { runSource } from '../../src/source/run-source.ts'
import type { SourceStatus } from '../../src/source/source-status.ts'
import type { MariadbServer } from '../harness/start-mariadb.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { waitFor } from '../harness/wait-for.ts'

export interface RunningSource extends AsyncDisposable {
  readonly relay: Relay
  readonly status: SourceStatus | undefined
  /** Every status that was told. */
  readonly told: readonly SourceStatus[]
  /** What the source stopped with; undefined when it was aborted. */
  readonly ended: Promise<unknown>
  /** Waits until the relay holds all that the server has committed. */
  caughtUp(): Promise<void>
  stop(): Promise<void>
}

export interface StartOptions {
  /** Relay and state live here; the next source with it goes on where this one was. */
  readonly folder?: string
  readonly serverId?: number
  readonly password?: string
  readonly relayMaxBytes?: number
  readonly heartbeatMs?: number
}

/** One that was stopped is gone for the server only at its next heartbeat. */
let nextServerId = 6001

/** A source of database `shop` in this process, with its relay. */
export async function startSource(server: MariadbServer, options: StartOptions = {}): Promise<RunningSource> {
  const {
    folder = temporaryFolder('source'),
    serverId = nextServerId++,
    relayMaxBytes = 1 << 30,
    heartbeatMs = 500,
  } = options
  const config: SourceConfig = {
    ...server.settings,
    password: options.password ?? server.settings.password,
    ...{ name: 'mariadb-shop-connector', connectorClass: '', serverId, topicPrefix: 'shop' },
    capturesDatabase: (database) => database === 'shop',
    capturesTable: (database) => database === 'shop',
    topicName: (database, table) => `shop.${database}.${table}`,
    ...{ databaseInclude: ['shop'], tableInclude: [], snapshotMode: 'no_data', heartbeatMs, relayMaxBytes },
    ...{ notices: [], raw: {} },
  }
  const log = createLogger('silent')
  const relay = await openRelay({ directory: join(folder, 'relay'), maxBytes: relayMaxBytes, log })
  const abort = new AbortController()
  const told: SourceStatus[] = []
  const ended: Promise<unknown> = runSource({
    ...{ config, relay, stateDirectory: folder, signal: abort.signal, log },
    onStatus: (status) => told.push(status),
  }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const stop = async (): Promise<void> => {
    abort.abort()
    await ended
    await relay[Symbol.asyncDispose]()
  }
  return {
    ...{ relay, told, ended, stop },
    get status() {
      return told.at(-1)
    },
    async caughtUp() {
      const goal = await server.gtidPosition()
      await waitFor(() => formatPosition(relay.position) === goal, {
        what: `the relay to reach ${goal}`,
        timeoutMs: 60_000,
      })
    },
    [Symbol.asyncDispose]: stop,
  }
}

/** The transactions in the relay, in order, and its events by type. */
export async function relayContents(relay: Relay): Promise<{ gtids: string[]; types: number[] }> {
  await using reader = relay.reader('earliest')
  const gtids: string[] = []
  const types: number[] = []
  while (reader.available()) {
    const { buffer, start, end, checksum } = await reader.read(AbortSignal.timeout(10_000))
    for (let at = start; at < end; at += readEventLength(buffer, at)) {
      const type = readEventType(buffer, at)
      types.push(type)
      const eventEnd = at + readEventLength(buffer, at) - (checksum ? 4 : 0)
      if (type === eventTypes.gtid) gtids.push(formatGtid(readGtid(buffer, at, eventEnd)))
    }
  }
  return { gtids, types }
}
