import type { TargetName } from '../config/sink-config.ts'
import { must } from '../core/assert.ts'
import { CdcError } from '../core/errors.ts'
import { emptyPosition, reaches } from '../core/gtid.ts'
import { formatTable, isTransactional, type SourceTable } from '../core/table.ts'
import type { Choices } from '../mapping/casts.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { readTable } from '../mariadb/catalog.ts'
import { beginLoad, readLoad } from '../state/load.ts'
import type { LoadedTable } from '../state/tables.ts'
import { chunkSource, cutOf, type ChunkRange, type Cut } from './chunk-source.ts'
import { totalLosses } from './column-losses.ts'
import { copyChunks, copyWhole, refuseLosses, type CopyTableOptions } from './copy-table.ts'
import type { MigrateOptions } from './load-options.ts'
import { askedOf, mapPlanned } from './load-plan.ts'
import type { LoadSession, SideSessions } from './load-session.ts'
import { probeChoices } from './probe-choices.ts'
import { createProgressMeter } from './progress-meter.ts'
import type { ColumnLosses, LoadedTableReport, LoadPhase } from './progress.ts'
import { exceedsThreshold } from './table-sizes.ts'
import {
  checkReadable,
  lockForReading,
  openSnapshots,
  positionAfterReading,
  touch,
  type LoadPosition,
} from './table-readers.ts'
import { createTarget, finishChunks, finishTarget, markLoading } from './target-build.ts'
import { finishedChunks, MustStartOver, spanOf, type UnfinishedLoad } from './unfinished-load.ts'

/** Below this UNLOGGED saves nothing. */
const smallBytes = 8 * 1024 * 1024

export interface AttemptOptions {
  readonly session: LoadSession
  /** Connections for further readers of the same table. */
  readonly openSideSessions: (count: number, signal: AbortSignal) => Promise<SideSessions>
  readonly source: SourceTable
  readonly target: TargetName
  readonly estimate: { readonly rows: number; readonly bytes: number }
  /** Look at the data before it is copied: the default types have been seen not to hold it. */
  readonly probe: boolean
  /** The load that was broken off and goes on. */
  readonly unfinished: UnfinishedLoad | undefined
  /** GRANTs on the target, to be given again. */
  readonly grants: readonly string[]
  readonly options: MigrateOptions
  readonly onMarked: (state: LoadedTable) => void
  /** The old target is gone, a new one there. */
  readonly onMade: () => void
}

/**
 * Loads one table once, from the mark `loading` to the mark `loaded`.
 * @throws CdcError; CDC-L04 asks for another attempt. MustStartOver when what is unfinished does not fit the source
 */
export async function attemptLoad(attempt: AttemptOptions): Promise<LoadedTableReport> {
  const { session, source, target, options, unfinished } = attempt
  const table = formatTable(source)
  const loading: LoadedTable = {
    ...{ connector: options.sink.name, database: source.database, table: source.table },
    ...{ targetSchema: target.schema, targetTable: target.table, state: 'loading', definition: source },
    ...{ low: emptyPosition, high: emptyPosition, choices: {}, rows: 0, losses: {}, followed: false },
  }
  options.onEvent({ kind: 'table-start', table })
  await checkReadable(session.reader.connection, source)
  if (unfinished === undefined) await markLoading(session.postgres, loading)
  attempt.onMarked(loading)

  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const started = performance.now()
  const onPhase = (phase: LoadPhase): void => options.onEvent({ kind: 'phase', table, phase })
  const cut = await chooseCut(attempt)
  await using side = await attempt.openSideSessions(cut === undefined ? 0 : options.chunkWorkers, signal)
  const opened = await openAt(attempt, side)
  await checkDefinition(attempt)
  if (side.control !== undefined) {
    // What walks the key must not get behind a schema change that waits for the readers, which wait for the next chunk.
    await side.control.query('START TRANSACTION READ ONLY')
    await touch({ connection: side.control }, source)
  }
  const { mapped, unlogged, file } = await prepareTarget(attempt, cut)

  onPhase('copy')
  const before = rowsSoFar(attempt)
  const meter = createProgressMeter(table, options.onEvent, before)
  const { batchSize, strict } = options
  const copying: CopyTableOptions = { mapped, meter, batchSize, strict, signal }
  const copied =
    cut === undefined
      ? await copyAtOnce(attempt, copying, opened)
      : await copyInChunks(attempt, copying, { side, opened, stop, cut, key: loading })
  if (strict) refuseLosses(mapped, copied.losses)
  await session.reader.closeSnapshot()
  await Promise.all(side.sessions.map(async ({ reader }) => await reader.closeSnapshot()))
  await side.control?.query('ROLLBACK')
  meter.flush()
  const copiedAt = performance.now()

  const { losses, rows, bytes, low, high } = copied
  const state: LoadedTable = {
    ...{ ...loading, state: 'loaded', low, high, choices: mapped.choices, rows },
    losses: Object.fromEntries(losses.map(({ column, ...counts }) => [column, counts])),
  }
  if (cut === undefined) await finishTarget(session.postgres, mapped, { unlogged, file, state, onPhase })
  else {
    const connections = [session, ...side.sessions].map(({ postgres }) => postgres)
    const { rowsMayRepeat } = copied
    await finishChunks(connections, mapped, { unlogged, file, state, onPhase, rowsMayRepeat })
  }
  const changed = { losses, choices: mapped.choices, asked: askedOf(source, options.sink) }
  options.onEvent({
    ...{ kind: 'table-done', table, rows, bytes, low, high, changed },
    ...(before.rows > 0 ? { resumedRows: before.rows } : {}),
    copySeconds: (copiedAt - started) / 1000,
    indexSeconds: (performance.now() - copiedAt) / 1000,
  })
  return {
    ...{ table, target: `${target.schema}.${target.table}`, state: 'loaded', why: undefined },
    ...{ ...changed, rows, bytes, low, high },
  }
}

/** What goes on is cut already; else a table is when it has more rows than the threshold, and a key. */
async function chooseCut({ session, source, options, estimate, unfinished }: AttemptOptions): Promise<Cut | undefined> {
  const cut = cutOf(source, options.chunkBy)
  if (unfinished !== undefined) return cut ?? { by: 'key' }
  if (cut === undefined) return undefined
  const { threshold } = options
  const big = await exceedsThreshold(session.reader.connection, source, { estimate: estimate.rows, threshold })
  return big ? cut : undefined
}

async function openAt({ session, source, options, unfinished }: AttemptOptions, side: SideSessions) {
  if (!isTransactional(source.engine) && source.key.length === 0) {
    return await lockForReading(session.reader, source, options.log)
  }
  const readers = [session.reader, ...side.sessions.map(({ reader }) => reader)]
  const table = formatTable(source)
  const opened = await openSnapshots({
    ...{ table: source, readers, control: side.control, log: options.log },
    onLocked: (seconds) => options.onEvent({ kind: 'locked', table, seconds, snapshots: readers.length }),
  })
  const before = unfinished === undefined ? undefined : spanOf(finishedChunks(unfinished))
  if (before !== undefined && !reaches(opened.low, before.low)) {
    throw new MustStartOver('the source is behind the chunks that are done, or its binary log was reset')
  }
  return opened
}

/** What has changed since the plan was made would be applied twice. @throws CdcError CDC-L04, CDC-L01 */
async function checkDefinition({ session, source }: AttemptOptions): Promise<void> {
  const now = await readTable(session.reader.connection, source)
  const where = formatTable(source)
  if (now === undefined) throw new CdcError('CDC-L01', { where, what: 'the table has been dropped meanwhile' })
  if (JSON.stringify(now) !== JSON.stringify(source)) {
    throw new CdcError('CDC-L04', { where, what: 'the table was altered between the plan and the snapshot' })
  }
}

interface PreparedTarget {
  readonly mapped: MappedTable & { readonly choices: Choices }
  readonly unlogged: boolean
  readonly file: string
}

/** Makes the target anew, or takes what a load that goes on has made. */
async function prepareTarget(attempt: AttemptOptions, cut: Cut | undefined): Promise<PreparedTarget> {
  const { session, source, target, options, unfinished } = attempt
  const map = (choices: Choices): PreparedTarget['mapped'] => ({
    ...mapPlanned(source, target, options.sink, choices),
    choices,
  })
  if (unfinished !== undefined) {
    attempt.onMade()
    const { choices, unlogged, file } = unfinished
    return { mapped: map(choices), unlogged, file }
  }
  const asked = askedOf(source, options.sink)
  const mapped = map(attempt.probe ? await probeChoices(session.reader.connection, map(asked), asked) : asked)
  const pays = session.unloggedPays && attempt.estimate.bytes > smallBytes
  const unlogged = options.loadMode === 'auto' ? pays : options.loadMode === 'unlogged'
  const file = await createTarget(session.postgres, mapped, { unlogged, grants: attempt.grants })
  attempt.onMade()
  if (cut !== undefined) {
    const key = { connector: options.sink.name, database: source.database, table: source.table }
    await beginLoad(session.postgres, key, { file, unlogged, choices: mapped.choices })
  }
  return { mapped, unlogged, file }
}

/** Tells of the load that goes on. */
function rowsSoFar({ unfinished, source, options }: AttemptOptions): { readonly rows: number; readonly bytes: number } {
  const chunks = unfinished === undefined ? [] : finishedChunks(unfinished)
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rows, 0)
  if (unfinished !== undefined) {
    options.onEvent({ kind: 'table-resumed', table: formatTable(source), rows, chunks: chunks.length })
  }
  return { rows, bytes: chunks.reduce((sum, chunk) => sum + chunk.bytes, 0) }
}

interface Copied extends LoadPosition {
  readonly rows: number
  readonly bytes: number
  readonly losses: readonly ColumnLosses[]
  /** A row may be there twice. */
  readonly rowsMayRepeat: boolean
}

async function copyAtOnce(
  { session, source }: AttemptOptions,
  copying: CopyTableOptions,
  opened: LoadPosition,
): Promise<Copied> {
  const losses = await copyWhole(session, copying)
  const position = await positionAfterReading(session.reader, source, opened)
  return { rows: copying.meter.rows, bytes: copying.meter.bytes, losses, ...position, rowsMayRepeat: false }
}

interface InChunks {
  readonly side: SideSessions
  readonly opened: LoadPosition
  readonly stop: AbortController
  readonly cut: Cut
  readonly key: LoadedTable
}

async function copyInChunks(
  attempt: AttemptOptions,
  copying: CopyTableOptions,
  { side, opened, stop, cut, key }: InChunks,
): Promise<Copied> {
  const { session, source, estimate, options } = attempt
  const { threshold, chunkWorkers } = options
  const [control, notes] = [must(side.control, 'control connection'), must(side.notes, 'connection for notes')]
  const stored = must(await readLoad<ChunkRange>(notes, key), 'load')
  // Several ranges for each reader, so that all have work until the end although ranges differ in size.
  const rows = Math.max(estimate.rows, threshold)
  const rowsPerChunk = Math.min(threshold, Math.ceil(rows / (chunkWorkers * 4)))
  const chunks = chunkSource({ table: source, cut, stored, key, source: control, state: notes, rows, rowsPerChunk })
  await copyChunks([session, ...side.sessions], { ...copying, chunks, key, opened, stop })
  const load = must(await readLoad<ChunkRange>(notes, key), 'load')
  const done = finishedChunks(load)
  if (!load.cut || done.length < load.chunks.length) throw new Error(`BUG: ${formatTable(source)} is not copied whole`)
  const position = spanOf(done)
  return {
    ...position,
    rows: done.reduce((sum, chunk) => sum + chunk.rows, 0),
    bytes: done.reduce((sum, chunk) => sum + chunk.bytes, 0),
    losses: totalLosses(done.map((chunk) => chunk.losses)),
    rowsMayRepeat: load.chunks.some(({ range }) => 'where' in range),
  }
}
