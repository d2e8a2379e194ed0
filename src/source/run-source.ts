import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceConfig } from '../config/source-config.ts'
import { asCdcError, type CdcError } from '../core/errors.ts'
import { formatPosition, reaches } from '../core/gtid.ts'
import { createBackoff, type Backoff } from '../lib/backoff.ts'
import type { Logger } from '../lib/logger.ts'
import { openBinlogStream, type BinlogStream } from '../mariadb/binlog-stream.ts'
import { connectMariadb } from '../mariadb/connection.ts'
import { eventTypes, readEventType } from '../mariadb/events/header.ts'
import { checkServer, readServerPosition } from '../mariadb/server-checks.ts'
import type { Relay } from '../relay/relay.ts'
import { checkHistory } from './check-history.ts'
import { GroupFilter } from './group-filter.ts'
import { createStatusReporter, type SourceStatus, type StatusReporter } from './source-status.ts'

export interface RunSourceOptions {
  readonly config: SourceConfig
  readonly relay: Relay
  /** The worker's; the holder of the server id is remembered in it. */
  readonly stateDirectory: string
  readonly signal: AbortSignal
  readonly log: Logger
  onStatus(status: SourceStatus): void
}

/** How long the questions before a stream may take, in connect time-outs. */
const answerTimeouts = 3

interface Run {
  readonly options: RunSourceOptions
  readonly status: StatusReporter
  readonly lockFile: string
  /** Of connections that are over. */
  bytesBefore: number
  groupsBefore: number
  /** Called when something arrived: the next failure is a new one. */
  progress(): void
}

/**
 * Writes what captured databases commit into the relay, from the relay's position on, until the signal is aborted.
 * At the first start the position is that of the server. What may pass is retried for ever.
 * @throws CdcError when somebody must act first (its `retry` is `never`)
 */
export async function runSource(options: RunSourceOptions): Promise<void> {
  const { config, stateDirectory, signal, log } = options
  using status = createStatusReporter((current) => options.onStatus(current))
  const lockFolder = join(stateDirectory, 'server-ids')
  await mkdir(lockFolder, { recursive: true, mode: 0o700 })
  const lockFile = join(lockFolder, `${encodeURIComponent(config.name)}.json`)
  const quick = createBackoff({ firstMs: 500, maxMs: 60_000 })
  const slow = createBackoff({ firstMs: 5000, maxMs: 60_000 })
  const progress = (): void => {
    quick.reset()
    slow.reset()
  }
  const run: Run = { options, status, lockFile, bytesBefore: 0, groupsBefore: 0, progress }
  while (!signal.aborted) {
    try {
      await streamOnce(run)
    } catch (thrown) {
      if (signal.aborted) return
      const error = asCdcError(thrown, config.name)
      if (error.retry === 'never') throw error
      await pause(run, error, error.retry === 'later' ? slow : quick)
    }
  }
  log.debug({ source: config.name }, 'source stopped')
}

async function pause(run: Run, error: CdcError, backoff: Backoff): Promise<void> {
  const { signal, log, config } = run.options
  const { code, what, why } = error
  log.warn({ source: config.name, code, what, why, attempts: backoff.attempts + 1 }, 'will be tried again')
  run.status.update({ phase: 'retrying', error })
  try {
    await backoff.wait(signal)
  } catch (thrown) {
    if (!signal.aborted) throw thrown
  }
}

/** One connection, from its start to its end, which is always an error. */
async function streamOnce(run: Run): Promise<void> {
  const { config, relay, signal, log } = run.options
  run.status.update({ phase: 'connecting', position: relay.position })
  const clockAhead = await prepare(run)
  await using stream = await openBinlogStream({
    ...{ settings: config, serverId: config.serverId, from: relay.position, heartbeatMs: config.heartbeatMs },
    ...{ signal, where: config.name, lockFile: run.lockFile },
  })
  log.info({ source: config.name, from: formatPosition(relay.position) }, 'streaming')
  run.status.update({ phase: 'streaming', error: null })
  const filter = new GroupFilter({
    where: config.name,
    target: relay,
    capturesDatabase: (database) => config.capturesDatabase(database),
  })
  try {
    for await (const batch of stream.events()) {
      await takeBatch(run, { stream, filter, batch })
      report(run, { stream, filter, batch, clockAhead })
    }
  } finally {
    if (filter.isOpen) await relay.discardOpenGroup()
    run.bytesBefore += stream.bytesReceived
    run.groupsBefore += filter.groups
  }
}

/**
 * Looks at the server before the stream, and at the very first start takes its position. Returns by how many
 * milliseconds the server's clock is ahead of ours.
 */
async function prepare(run: Run): Promise<number> {
  const { config, relay, signal, log } = run.options
  await using connection = await connectMariadb(config, { signal, where: config.name })
  // Small questions all of them: a server that does not answer them is as good as lost.
  using _ = timeLimit(config.connectTimeoutMs * answerTimeouts, () => connection.destroy())
  await checkServer(connection)
  const serverPosition = await readServerPosition(connection)
  checkHistory(config.name, relay.position, serverPosition)
  // Not by the position: that of a server without a single transaction is empty.
  if (relay.bytes === 0) {
    await relay.begin(serverPosition)
    log.info(
      { source: config.name, position: formatPosition(serverPosition) },
      'first start: everything after this is kept',
    )
  }
  const hasAll = reaches(relay.position, serverPosition)
  run.status.update({ serverPosition, ...(hasAll ? { behindSeconds: 0 } : {}) })
  const [row] = await connection.query<{ now: string }>('SELECT UNIX_TIMESTAMP(NOW(6)) AS now')
  return Number(row?.now ?? 0) * 1000 - Date.now()
}

function timeLimit(milliseconds: number, end: () => void): Disposable {
  const timer = setTimeout(end, milliseconds)
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

interface Received {
  readonly stream: BinlogStream
  readonly filter: GroupFilter
  readonly batch: readonly Buffer[]
}

/** All groups of a batch become durable together: that is what keeps a flood of small ones fast. */
async function takeBatch(run: Run, { stream, filter, batch }: Received): Promise<void> {
  const { relay } = run.options
  for (const event of batch) {
    const outcome = filter.take(event, stream.checksum)
    if (outcome === 'restarted') await relay.discardOpenGroup()
    if (outcome === 'group-ended' && !relay.hasRoom()) await waitForRoom(run)
  }
  // Also when no group ended: the relay writes its marker when enough foreign ones have passed.
  await relay.flush()
}

async function waitForRoom(run: Run): Promise<void> {
  const { relay, signal, log, config } = run.options
  await relay.flush()
  log.info({ source: config.name, bytes: relay.bytes }, 'the relay is full: waiting for the sinks')
  run.status.update({ phase: 'waiting-for-room', position: relay.position })
  await relay.waitForRoom(signal)
  run.status.update({ phase: 'streaming' })
}

function report(run: Run, { stream, filter, batch, clockAhead }: Received & { readonly clockAhead: number }): void {
  const { relay } = run.options
  const idle = batch.some((event) => readEventType(event, 0) === eventTypes.heartbeat)
  if (idle || filter.groups > 0) run.progress()
  const lastEventAt = filter.lastEventTime === 0 ? run.status.current.lastEventAt : filter.lastEventTime * 1000
  const age = lastEventAt === null ? null : Math.max(0, (Date.now() + clockAhead - lastEventAt) / 1000)
  run.status.update({
    position: relay.position,
    lastEventAt,
    bytesReceived: run.bytesBefore + stream.bytesReceived,
    groups: run.groupsBefore + filter.groups,
    behindSeconds: idle ? 0 : age,
  })
}
