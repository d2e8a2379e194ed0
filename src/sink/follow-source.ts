import { setTimeout as sleep } from 'node:timers/promises'
import { CdcError } from '../core/errors.ts'
import { emptyPosition, formatPosition, reaches } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import { startSinkOver } from '../core/start-over.ts'
import { formatTable } from '../core/table.ts'
import { isDataError } from '../postgres/error.ts'
import type { RelayBlock, RelayReader } from '../relay/relay.ts'
import { moveAppliedPosition, readPositions } from '../state/position.ts'
import { ApplySession, BeyondHold, TablesChanged } from './apply-session.ts'
import { SavepointsNeeded, StreamApplier } from './apply-stream.ts'
import type { Progress } from './apply-stream.ts'
import { explainRow, RowRefused } from './row-error.ts'
import type { RunSinkOptions, SinkSource } from './sink-options.ts'
import { reload, TableLoading } from './statement-context.ts'
import type { SinkSourceStatus } from './sink-status.ts'
import { TableRegistry } from './table-registry.ts'
import type { TargetTable } from './target-table.ts'

export interface FollowOptions extends RunSinkOptions {
  readonly source: SinkSource
  readonly epoch: bigint
  /** Called after each commit. */
  onProgress(): void
}

const beatMs = 3000
const waitMs = 50

/** Applies one source's relay in a session of its own until aborted. @throws CdcError */
export async function followSource(options: FollowOptions): Promise<void> {
  const { config, source, owner, epoch, signal, log } = options
  const { postgres: settings, name: connector } = config
  await using session = await ApplySession.open({ settings, connector, owner, epoch, signal })
  const others = options.sources.filter((other) => other.name !== source.name)
  const registry = new TableRegistry(
    config,
    source.config,
    others.map((other) => other.config),
  )
  const report = reporter(options, registry)
  let position = await startPosition(session, options)
  report('starting', { position })
  let carefulUntil: GtidPosition | undefined
  const savepointGroups = new Set<string>()
  let mustWait = false
  let reached = position
  while (!signal.aborted) {
    try {
      await session.look().catch((thrown: unknown) => {
        ignoreTablesChanged(thrown)
        // The load that was in the way may have ended just before: there would be no further change to wait for.
        mustWait = false
      })
      await registry.load(session.connection)
      checkReach(registry, source, position)
      if (mustWait) {
        mustWait = false
        report('waiting-for-load', {})
        await waitForChange(session, signal)
        continue
      }
      await follow({
        ...{ session, registry, options, position, savepointGroups, report, careful: carefulUntil !== undefined },
        onReached: (now) => {
          reached = now
        },
        onCommitted: (progress) => {
          position = progress.position
          savepointGroups.clear()
          if (carefulUntil !== undefined && reaches(position, carefulUntil)) throw new CarefulEnough()
        },
      })
    } catch (thrown) {
      signal.throwIfAborted()
      // What a broken connection says to the ROLLBACK is not what went wrong.
      await session.rollback().catch((lost: unknown) => Promise.reject(thrown instanceof CdcError ? thrown : lost))
      if (thrown instanceof CarefulEnough) carefulUntil = undefined
      else if (thrown instanceof TablesChanged || thrown instanceof BeyondHold) continue
      else if (thrown instanceof TableLoading) mustWait = true
      else if (thrown instanceof SavepointsNeeded) savepointGroups.add(thrown.message)
      else if (thrown instanceof RowRefused) throw await explainRow(thrown, session.connection)
      else if (isDataError(thrown) && carefulUntil === undefined) {
        log.info({ source: source.name, after: formatPosition(position) }, 'a batch was refused: finding the row')
        carefulUntil = reached
      } else if (thrown instanceof CdcError && (await tablesHaveChanged(session))) continue
      else throw thrown
    }
  }
}

/** The place where a batch had been refused is passed: batches may be large again. */
class CarefulEnough extends Error {}

function ignoreTablesChanged(thrown: unknown): void {
  if (!(thrown instanceof TablesChanged)) throw thrown
}

/** A load that began or ended between two looks makes tables seem broken that are not. */
async function tablesHaveChanged(session: ApplySession): Promise<boolean> {
  try {
    await session.look()
    return false
  } catch (thrown) {
    return thrown instanceof TablesChanged
  }
}

interface FollowPass {
  readonly session: ApplySession
  readonly registry: TableRegistry
  readonly options: FollowOptions
  readonly position: GtidPosition
  readonly careful: boolean
  readonly savepointGroups: ReadonlySet<string>
  readonly report: Report
  /** How far it had come when it was made to start over. */
  onReached(position: GtidPosition): void
  onCommitted(progress: Progress): void
}

/** Reads and applies from a position on, until something makes it start over (thrown). */
async function follow(pass: FollowPass): Promise<void> {
  const { session, registry, options, report } = pass
  const { config: sink, source, signal, log, onProgress } = options
  await using reader = source.relay.reader(pass.position)
  const applier = new StreamApplier({
    ...{ session, registry, sink, source: source.config, position: pass.position },
    ...{ defaultCharset: source.defaultCharset },
    ...{ careful: pass.careful, savepointGroups: pass.savepointGroups },
    async onCommitted(progress) {
      onProgress()
      report('applying', progress)
      await source.relay.acknowledge(sink.name, progress.position)
      pass.onCommitted(progress)
    },
    onForgotten(tables) {
      const names = tables.map(formatTable)
      log.warn({ source: source.name, tables: names }, 'left the list and changed since: to be loaded again when back')
    },
  })
  try {
    while (!signal.aborted) {
      const block = await nextBlock(reader, session, applier, signal)
      let at = await applier.apply(block, block.start)
      while (at < block.end) {
        await waitAtHold(session, applier, report, signal)
        at = await applier.apply(block, at)
      }
      if (!reader.available()) {
        await applier.commit()
        report('idle', {})
      }
    }
  } finally {
    pass.onReached(applier.reached)
  }
}

/** Waits for data; says meanwhile that the owner lives. */
async function nextBlock(
  reader: RelayReader,
  session: ApplySession,
  applier: StreamApplier,
  signal: AbortSignal,
): Promise<RelayBlock> {
  const read = reader.read(signal)
  read.catch(() => undefined)
  for (;;) {
    const stop = new AbortController()
    const pause = sleep(beatMs, 'beat' as const, { signal: stop.signal }).catch(() => 'beat' as const)
    const first = await Promise.race([read, pause])
    stop.abort()
    if (first !== 'beat') return first
    signal.throwIfAborted()
    if (applier.isClean && !session.isOpen) {
      await session.beat()
      // A table that was loaded is taken up also while nothing changes.
      await session.look()
    }
  }
}

/** The stream has come to the hold: everything before it is committed, and it stays there until it is let go. */
async function waitAtHold(
  session: ApplySession,
  applier: StreamApplier,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { hold } = session
  if (hold === null) return
  applier.reachHold(hold)
  await applier.commit()
  report('held', {})
  for (let waited = 0; session.hold !== null; waited += waitMs) {
    await sleep(waitMs, undefined, { signal })
    await session.look()
    if (waited % beatMs === 0) await session.beat()
  }
}

/** A load is running: its end changes cdc.tables. */
async function waitForChange(session: ApplySession, signal: AbortSignal): Promise<void> {
  for (let waited = 0; ; waited += waitMs) {
    try {
      await session.look()
    } catch (thrown) {
      ignoreTablesChanged(thrown)
      return
    }
    await sleep(waitMs, undefined, { signal })
    if (waited % beatMs === 0) await session.beat()
  }
}

/**
 * Where the sink goes on: its position in PostgreSQL, else the relay's earliest, which is noted at once: a quiet source is
 * followed too, and can be verified. @throws CdcError CDC-R03
 */
async function startPosition(session: ApplySession, { config, source }: FollowOptions): Promise<GtidPosition> {
  const positions = await readPositions(session.connection, config.name)
  const known = positions.find((position) => position.source === source.name)
  if (known === undefined) {
    const { start } = source.relay
    const nothing = { sourceSeconds: null, transactions: 0, changes: 0 }
    await session.begin()
    await session.commit(
      moveAppliedPosition({ connector: config.name, source: source.name, position: start, ...nothing }),
    )
    return start
  }
  if (reaches(known.position, source.relay.start)) {
    checkAhead(config.name, source, known.position)
    return known.position
  }
  throw new CdcError('CDC-R03', {
    where: config.name,
    what: `the relay of ${source.name} begins after the position that was applied last`,
    why: 'the changes in between are not there any more',
    fix: startSinkOver(config.name),
    details: [`applied: ${formatPosition(known.position)}`, `relay: ${formatPosition(source.relay.start)}`],
  })
}

/**
 * A sink may be ahead of a relay that is being filled again from an earlier position. But a server that never had what was
 * applied counts anew from lower numbers: its transactions would be taken for applied ones.
 * @throws CdcError CDC-R03; CDC-R05 while it must wait
 */
function checkAhead(connector: string, source: SinkSource, applied: GtidPosition): void {
  const { relay } = source
  if (reaches(relay.position, applied)) return
  const server = source.serverPosition?.() ?? null
  const details = [`applied: ${formatPosition(applied)}`, `relay: ${formatPosition(relay.position) || '(empty)'}`]
  if (server === null || reaches(server, applied)) {
    const what = `it has applied more than ${source.name} has received by now`
    throw new CdcError('CDC-R05', { where: connector, what, details })
  }
  throw new CdcError('CDC-R03', {
    where: connector,
    what: `the server of ${source.name} never had what was applied`,
    why: 'it was reset, restored, or is another server; or the position was set by hand to one that is not there yet',
    fix: startSinkOver(connector),
    details: [...details, `server: ${formatPosition(server) || '(empty)'}`],
  })
}

/** Between a load and the start of the stream there must be no gap. @throws CdcError CDC-R03 */
function checkReach(registry: TableRegistry, source: SinkSource, position: GtidPosition): void {
  checkRecorded(registry, source)
  for (const { loaded, label } of registry.targets) {
    // It may be another source's that is still to be registered.
    if (!loaded.followed) continue
    // Either the relay holds all that came after the load, or it has been applied from there already.
    if (reaches(loaded.low, source.relay.start) || reaches(position, loaded.low)) continue
    throw new CdcError('CDC-R03', {
      where: label,
      what: 'the table was loaded before the relay begins',
      why: 'changes between the load and the start of the source connector were not recorded',
      fix: reload(loaded, { name: loaded.connector }),
      details: [`loaded: ${formatPosition(loaded.low)}`, `relay: ${formatPosition(source.relay.start)}`],
    })
  }
}

/**
 * The source may have had another list of databases for a while; its relay then holds nothing of their tables from that
 * time. @throws CdcError CDC-R03
 */
function checkRecorded(registry: TableRegistry, source: SinkSource): void {
  const gap = ({ loaded }: TargetTable): GtidPosition | undefined => {
    const since = loaded.followed ? source.recordedSince?.(loaded.database) : undefined
    return since === undefined || reaches(loaded.low, since) ? undefined : since
  }
  const missed = registry.targets.filter((table) => gap(table) !== undefined)
  const first = missed[0]
  if (first === undefined) return
  const { connector, database } = first.loaded
  throw new CdcError('CDC-R03', {
    where: missed.map(({ label }) => label).join(', '),
    what: `changes of database ${database} were not recorded for a while after the load`,
    why: `${source.name} did not capture that database until its list was widened`,
    fix: reload(
      missed.map(({ loaded }) => loaded),
      { name: connector },
    ),
    details: missed.map((table) => {
      const [low, since] = [table.loaded.low, gap(table) ?? emptyPosition].map(formatPosition)
      return `${table.label}: loaded at ${low}, recorded since ${since}`
    }),
  })
}

type Report = (phase: SinkSourceStatus['phase'], progress: Partial<Progress>) => void

/** Sums up what the commits tell. */
function reporter({ source, onStatus }: FollowOptions, registry: TableRegistry): Report {
  let status: SinkSourceStatus = {
    ...{ source: source.name, phase: 'starting', position: new Map(), sourceSeconds: null },
    ...{ transactions: 0, changes: 0, unloaded: [], error: null },
  }
  return (phase, progress) => {
    status = {
      ...status,
      phase,
      position: progress.position ?? status.position,
      sourceSeconds: progress.sourceSeconds ?? status.sourceSeconds,
      transactions: status.transactions + (progress.transactions ?? 0),
      changes: status.changes + (progress.changes ?? 0),
      unloaded: [...registry.unloaded],
    }
    onStatus(status)
  }
}
