import { asCdcError, CdcError } from '../core/errors.ts'
import { formatTable, type SourceTable } from '../core/table.ts'
import { createBackoff, type Backoff } from '../lib/backoff.ts'
import { readTable } from '../mariadb/catalog.ts'
import { readLoad } from '../state/load.ts'
import { readTableState, type LoadedTable } from '../state/tables.ts'
import { attemptLoad } from './load-attempt.ts'
import { guardTable } from './load-guard.ts'
import type { MigrateOptions } from './load-options.ts'
import { askedOf, mapPlanned, type PlannedTable } from './load-plan.ts'
import { nameMisfits } from './name-misfits.ts'
import { openSideSessions, type LoadSession, type SessionHolder } from './load-session.ts'
import { readPreviousLoad, whyLost, type PreviousLoad } from './previous-load.ts'
import type { LoadedTableReport } from './progress.ts'
import { abandonTarget, unmarkLoading } from './target-build.ts'
import { checkReplaceable, readTarget } from './target-table.ts'
import { findUnfinished, finishedChunks, MustStartOver, type UnfinishedLoad } from './unfinished-load.ts'

/** Altered under the load, or cut off from a server: so often a table is tried again without getting any further. */
const maxAttempts = 8

export interface LoadTableOptions extends MigrateOptions {
  /** Whether the run that goes on has loaded a table before it was broken off: `--replace` does not mean it then. */
  readonly loadedByThisRun: (previous: PreviousLoad) => boolean
}

/**
 * Loads one table, unless it is loaded already; tries again after what passes by itself, going on from the chunks that
 * are done. When it fails for good, nothing half is left. @throws CdcError; the signal's reason when aborted
 */
export async function loadTable(
  holder: SessionHolder,
  planned: PlannedTable,
  options: LoadTableOptions,
): Promise<LoadedTableReport> {
  const { signal, log } = options
  const table = formatTable(planned.source)
  const run: TableRun = {
    ...{ planned, options, source: planned.source, probe: false, marked: undefined, before: undefined, made: false },
    ...{ startOver: options.resume === 'never', chunksDone: 0 },
    backoff: createBackoff({ firstMs: 200, maxMs: 10_000 }),
  }
  for (;;) {
    try {
      return await loadOnce(await holder.session(), run)
    } catch (thrown) {
      // A snapshot, a lock or half a result set may be left on the connections.
      await holder.discard()
      signal.throwIfAborted()
      if (thrown instanceof MustStartOver) {
        startOver(run, thrown.message)
        continue
      }
      const error = asCdcError(thrown, table)
      const outlier = error.code === 'CDC-T02' && !run.probe
      if (!outlier && (error.retry !== 'by-itself' || run.backoff.attempts + 1 >= maxAttempts)) {
        await abandon(holder, run, { keepChunks: error.retry !== 'never' || error.code === 'CDC-M17' })
        throw error.code === 'CDC-T08' ? await withRows(holder, run, error) : error
      }
      log.debug({ table, code: error.code, err: error.cause }, 'the table is tried again')
      if (outlier) [run.probe, run.startOver] = [true, true]
      else {
        options.onEvent({ kind: 'table-retried', table, error })
        await run.backoff.wait(signal)
      }
    }
  }
}

/** Whoever is to correct a row must be able to find it; what cannot be looked up is told without. */
async function withRows(holder: SessionHolder, { planned, source, options }: TableRun, error: CdcError) {
  try {
    const { reader } = await holder.session()
    return await nameMisfits(reader.connection, mapPlanned(source, planned.target, options.sink), error)
  } catch {
    return error
  }
}

interface TableRun {
  readonly planned: PlannedTable
  readonly options: LoadTableOptions
  source: SourceTable
  probe: boolean
  /** Forget the chunks that are done. */
  startOver: boolean
  /** Begins anew whenever it got any further. */
  readonly backoff: Backoff
  /** Chunks that were done when it was last tried. */
  chunksDone: number
  /** Set once the table has been marked as loading: from there on it is ours. */
  marked: LoadedTable | undefined
  /** The table as it was loaded before, as long as its target has not been made anew. */
  before: LoadedTable | undefined
  /** The target is this load's, or was made by one that was broken off. */
  made: boolean
}

/** @throws CdcError CDC-L08 when that was forbidden */
function startOver(run: TableRun, why: string): void {
  const table = formatTable(run.source)
  if (run.options.resume === 'required') {
    throw new CdcError('CDC-L08', { where: table, what: 'the load that was broken off cannot go on', why })
  }
  run.options.onEvent({ kind: 'table-restarted', table, why })
  run.startOver = true
}

async function loadOnce(session: LoadSession, run: TableRun): Promise<LoadedTableReport> {
  const { planned, options } = run
  const { sink } = options
  const table = formatTable(planned.source)
  const target = { schema: planned.target.schema, name: planned.target.table }
  await using _guard = await guardTable(session.postgres, target, table)
  const previous = await readPreviousLoad(session.postgres, sink.name, planned.source)
  if (previous?.state === 'loaded' && (!options.replace || options.loadedByThisRun(previous))) {
    const lost = await whyLost(session.postgres, previous, target)
    if (lost === undefined) return skipped(planned, previous)
    startOver(run, lost)
  }

  // Tried again: what was planned may be what has changed.
  const now =
    run.marked === undefined && !run.probe ? run.source : await readTable(session.reader.connection, run.source)
  if (now === undefined) throw new CdcError('CDC-L01', { where: table, what: 'the table has been dropped meanwhile' })
  run.source = now
  const mapped = mapPlanned(run.source, planned.target, sink)
  const unfinished = await unfinishedLoad(session, run, previous)
  countProgress(run, unfinished)
  if (previous?.state === 'loading' && run.marked === undefined) run.made = true
  if (previous?.state === 'loaded') run.before = await readTableState(session.postgres, sink.name, run.source)
  const existing = unfinished === undefined ? await readTarget(session.postgres, target) : undefined
  if (existing !== undefined) {
    const ours = previous?.targetSchema === target.schema && previous.targetTable === target.name
    checkReplaceable(existing, mapped, { ours, replace: options.replace, where: table })
  }
  return await attemptLoad({
    ...{ session, options, source: run.source, target: planned.target, estimate: planned, probe: run.probe },
    unfinished,
    grants: existing?.grants ?? [],
    openSideSessions: async (count, signal) => await openSideSessions(options, count, signal),
    onMarked(state) {
      run.marked = state
      run.startOver = false
    },
    onMade() {
      run.before = undefined
      run.made = true
    },
  })
}

/** A load of many hours may well be cut off more often than it may fail at one place. */
function countProgress(run: TableRun, unfinished: UnfinishedLoad | undefined): void {
  const done = unfinished === undefined ? 0 : finishedChunks(unfinished).length
  if (done > run.chunksDone) run.backoff.reset()
  run.chunksDone = done
}

/** @throws MustStartOver */
async function unfinishedLoad(
  { postgres }: LoadSession,
  { planned, options, source, startOver: anew }: TableRun,
  previous: PreviousLoad | undefined,
): Promise<UnfinishedLoad | undefined> {
  if (previous?.state !== 'loading' || anew) return undefined
  const target = { schema: planned.target.schema, name: planned.target.table }
  const columns = mapPlanned(source, planned.target, options.sink).columns.map(({ name }) => name)
  const key = { connector: options.sink.name, database: source.database, table: source.table }
  const asked = askedOf(source, options.sink)
  return await findUnfinished(postgres, { key, previous, source, target, columns, asked })
}

function skipped({ source, target }: PlannedTable, previous: PreviousLoad): LoadedTableReport {
  return {
    ...{ table: formatTable(source), target: `${target.schema}.${target.table}`, state: 'skipped' },
    why: previous.finishedAt === null ? 'already loaded' : `already loaded at ${previous.finishedAt}`,
    ...{ rows: previous.rows, bytes: 0, low: previous.low, high: previous.high, losses: [], choices: {}, asked: {} },
  }
}

/**
 * Takes the mark and the half table away, so that a running sink goes on with the other tables. Chunks that are done are
 * kept after what may pass: the next run goes on with them. What was in the target before stays, unless the load had
 * come so far as to make it anew.
 */
async function abandon(
  holder: SessionHolder,
  { marked, before, made, options }: TableRun,
  { keepChunks }: { readonly keepChunks: boolean },
): Promise<void> {
  if (marked === undefined) return
  try {
    const { postgres } = await holder.session()
    await using _guard = await guardTable(
      postgres,
      { schema: marked.targetSchema, name: marked.targetTable },
      formatTable(marked),
    )
    if (keepChunks) {
      const load = await readLoad(postgres, marked)
      if (load?.chunks.some(({ finished }) => finished !== undefined) === true) return
    }
    if (made) await abandonTarget(postgres, marked)
    else await unmarkLoading(postgres, before ?? marked)
  } catch (thrown) {
    const { message } = asCdcError(thrown, formatTable(marked))
    options.log.warn({ table: formatTable(marked), error: message }, 'the half-loaded table could not be removed')
  }
}
