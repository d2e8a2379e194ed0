import type { TargetName } from '../config/sink-config.ts'
import { must } from '../core/assert.ts'
import { CdcError } from '../core/errors.ts'
import { emptyPosition } from '../core/gtid.ts'
import { quoteMariadb, quotePostgres } from '../core/quote.ts'
import { formatTable, isTransactional, type SourceTable } from '../core/table.ts'
import type { Losses } from '../mapping/column-type.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { compileResultSetEncoder } from '../mapping/row-encoder.ts'
import { readTable } from '../mariadb/catalog.ts'
import type { LoadedTable } from '../state/tables.ts'
import { newLosses, sumLosses } from './column-losses.ts'
import { copyRows } from './copy-rows.ts'
import { keyLiterals, keyRanges, rangeCondition, type KeyRange } from './key-ranges.ts'
import type { MigrateOptions } from './load-options.ts'
import { mapPlanned } from './load-plan.ts'
import type { LoadSession, SideSessions } from './load-session.ts'
import { probeChoices } from './probe-choices.ts'
import { createProgressMeter, type ProgressMeter } from './progress-meter.ts'
import type { LoadedTableReport, LoadPhase } from './progress.ts'
import { exceedsThreshold } from './table-sizes.ts'
import { lockForReading, openSnapshots, positionAfterReading, touch, type LoadPosition } from './table-readers.ts'
import { createTarget, finishTarget, markLoading } from './target-build.ts'

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
  /** GRANTs on the target, to be given again. */
  readonly grants: readonly string[]
  readonly options: MigrateOptions
  readonly onMarked: (state: LoadedTable) => void
}

/** Loads one table once, from the mark `loading` to the mark `loaded`. @throws CdcError; CDC-L04 asks for another attempt */
export async function attemptLoad(attempt: AttemptOptions): Promise<LoadedTableReport> {
  const { session, source, target, options } = attempt
  const { connector, table } = { connector: options.sink.name, table: formatTable(source) }
  options.onEvent({ kind: 'table-start', table })
  const loading: LoadedTable = {
    ...{ connector, database: source.database, table: source.table },
    ...{ targetSchema: target.schema, targetTable: target.table, state: 'loading', definition: source },
    ...{ low: emptyPosition, high: emptyPosition, choices: {}, rows: 0, losses: {}, followed: false },
  }
  await markLoading(session.postgres, loading)
  attempt.onMarked(loading)

  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const started = performance.now()
  const onPhase = (phase: LoadPhase): void => options.onEvent({ kind: 'phase', table, phase })
  const meter = createProgressMeter(table, options.onEvent)
  await using side = await openSide(attempt, signal)
  const opened = await openAt(attempt, side)
  await checkDefinition(attempt)
  await Promise.all(side.sessions.map(async ({ reader }) => await touch(reader, source)))
  const default_ = mapPlanned(source, target, options.sink, {})
  const choices = attempt.probe ? await probeChoices(session.reader.connection, default_) : {}
  const mapped = attempt.probe ? mapPlanned(source, target, options.sink, choices) : default_
  const unlogged = session.unloggedPays && attempt.estimate.bytes > smallBytes
  await createTarget(session.postgres, mapped, { unlogged, grants: attempt.grants })

  onPhase('copy')
  const losses = await copyTable({ attempt, side, mapped, meter, stop, signal })
  const position = await positionAfterReading(session.reader, source, opened)
  await session.reader.closeSnapshot()
  await Promise.all(side.sessions.map(async ({ reader }) => await reader.closeSnapshot()))
  meter.flush()
  const copied = performance.now()

  const lost = sumLosses(mapped, losses)
  const loaded: LoadedTable = {
    ...loading,
    ...{ state: 'loaded', ...position, choices, rows: meter.rows },
    losses: Object.fromEntries(lost.map(({ column, ...counts }) => [column, counts])),
  }
  await finishTarget(session.postgres, mapped, { unlogged, state: loaded, onPhase })
  options.onEvent({
    ...{ kind: 'table-done', table, rows: meter.rows, bytes: meter.bytes, ...position },
    copySeconds: (copied - started) / 1000,
    indexSeconds: (performance.now() - copied) / 1000,
  })
  return {
    ...{ table, target: `${target.schema}.${target.table}`, state: 'loaded', why: undefined, losses: lost, choices },
    ...{ rows: meter.rows, bytes: meter.bytes, ...position },
  }
}

/** Further readers for a table that is big enough to be cut, none for another. */
async function openSide(attempt: AttemptOptions, signal: AbortSignal): Promise<SideSessions> {
  const { session, source, options, estimate } = attempt
  const { chunkWorkers, threshold } = options
  const cuttable = keyLiterals(source) !== undefined
  const big =
    cuttable && (await exceedsThreshold(session.reader.connection, source, { estimate: estimate.rows, threshold }))
  return await attempt.openSideSessions(big ? chunkWorkers : 0, signal)
}

async function openAt({ session, source, options }: AttemptOptions, side: SideSessions): Promise<LoadPosition> {
  if (!isTransactional(source.engine) && source.key.length === 0) {
    return await lockForReading(session.reader, source, options.log)
  }
  const readers = [session.reader, ...side.sessions.map(({ reader }) => reader)]
  return await openSnapshots({ table: source, readers, control: side.control, log: options.log })
}

/**
 * Reads a row in the snapshot, which keeps later schema changes waiting until the rows are read, and compares: what has
 * changed since the plan was made would be applied twice. @throws CdcError CDC-L04, CDC-L01
 */
async function checkDefinition({ session, source }: AttemptOptions): Promise<void> {
  await touch(session.reader, source)
  const now = await readTable(session.reader.connection, source)
  const where = formatTable(source)
  if (now === undefined) throw new CdcError('CDC-L01', { where, what: 'the table has been dropped meanwhile' })
  if (JSON.stringify(now) !== JSON.stringify(source)) {
    throw new CdcError('CDC-L04', { where, what: 'the table was altered between the plan and the snapshot' })
  }
}

interface CopyTableOptions {
  readonly attempt: AttemptOptions
  readonly side: SideSessions
  readonly mapped: MappedTable
  readonly meter: ProgressMeter
  readonly stop: AbortController
  readonly signal: AbortSignal
}

/** All rows, by one reader or by several that share the key ranges. Returns what each lost. */
async function copyTable(options: CopyTableOptions): Promise<readonly (readonly Losses[])[]> {
  const { attempt, side, mapped, meter, stop, signal } = options
  const { database, table } = mapped.source
  const select = mapped.columns.map(({ source }) => quoteMariadb(source.name)).join(', ')
  const from = quoteMariadb(database, table)
  const names = mapped.columns.map(({ name }) => quotePostgres(name)).join(', ')
  const sql = `COPY ${quotePostgres(mapped.schema, mapped.name)} (${names}) FROM STDIN (FORMAT binary)`
  const ranges = side.control === undefined ? wholeTable() : rangesOf(attempt, side.control)
  const keyColumns = (keyLiterals(mapped.source) ?? []).map(({ column }) => column)

  const work = async ({ reader, postgres }: Pick<LoadSession, 'reader' | 'postgres'>): Promise<readonly Losses[]> => {
    const losses = newLosses(mapped)
    const encoder = compileResultSetEncoder(mapped, losses)
    for (;;) {
      const next = await ranges.next()
      if (next.done === true) return losses
      const condition = rangeCondition(keyColumns, next.value)
      await copyRows({
        batches: reader.rows(`SELECT ${select} FROM ${from}${condition === '1' ? '' : ` WHERE ${condition}`}`),
        ...{ encoder, columns: mapped.columns.length, connection: postgres, sql, signal },
        batchSize: attempt.options.batchSize,
        onCopied: (rows, bytes) => meter.add(rows, bytes),
      })
    }
  }
  // The first to fail stops the others; all have ended before anything else is done with their connections.
  const workers = [attempt.session, ...side.sessions].map(async (session) => {
    try {
      return await work(session)
    } catch (thrown) {
      stop.abort(thrown)
      throw thrown
    }
  })
  const ended = await Promise.allSettled(workers)
  await ranges.return(undefined)
  if (stop.signal.aborted) throw stop.signal.reason
  return ended.map((result) => must(result.status === 'fulfilled' ? result.value : undefined, 'losses of a reader'))
}

async function* wholeTable(): AsyncGenerator<KeyRange> {
  yield { from: null, to: null }
}

function rangesOf({ source, estimate, options }: AttemptOptions, control: NonNullable<SideSessions['control']>) {
  const { threshold, chunkWorkers } = options
  // Several ranges for each reader, so that all have work until the end although ranges differ in size.
  const rows = Math.max(estimate.rows, threshold)
  const rowsPerRange = Math.min(threshold, Math.ceil(rows / (chunkWorkers * 4)))
  const query = async (sql: string): Promise<readonly (readonly string[])[]> =>
    (await control.query<Record<string, string>>(sql)).map((row) => Object.values(row))
  return keyRanges({ table: source, rows, rowsPerRange, query })
}
