import { asCdcError, CdcError } from '../core/errors.ts'
import { formatTable, type SourceTable } from '../core/table.ts'
import { createBackoff } from '../lib/backoff.ts'
import { readTable } from '../mariadb/catalog.ts'
import type { LoadedTable } from '../state/tables.ts'
import { attemptLoad } from './load-attempt.ts'
import { guardTable } from './load-guard.ts'
import type { MigrateOptions } from './load-options.ts'
import { mapPlanned, type PlannedTable } from './load-plan.ts'
import { openSideSessions, type LoadSession, type SessionHolder } from './load-session.ts'
import { readPreviousLoad, type PreviousLoad } from './previous-load.ts'
import type { LoadedTableReport } from './progress.ts'
import { abandonTarget } from './target-build.ts'
import { checkReplaceable, readTarget } from './target-table.ts'

/** Altered under the load, or cut off from a server: so often a table is started over. */
const maxAttempts = 8

/**
 * Loads one table, unless it is loaded already; starts over after what passes by itself. When it fails for good,
 * nothing half is left. @throws CdcError; the signal's reason when aborted
 */
export async function loadTable(
  holder: SessionHolder,
  planned: PlannedTable,
  options: MigrateOptions,
): Promise<LoadedTableReport> {
  const { signal, log } = options
  const table = formatTable(planned.source)
  const backoff = createBackoff({ firstMs: 200, maxMs: 10_000 })
  const run: TableRun = { planned, options, source: planned.source, probe: false, marked: undefined }
  for (let attempt = 1; ; attempt++) {
    try {
      return await loadOnce(await holder.session(), run)
    } catch (thrown) {
      // A snapshot, a lock or half a result set may be left on the connections.
      await holder.discard()
      signal.throwIfAborted()
      const error = asCdcError(thrown, table)
      const outlier = error.code === 'CDC-T02' && !run.probe
      if (!outlier && (error.retry !== 'by-itself' || attempt >= maxAttempts)) {
        await abandon(holder, run)
        throw error
      }
      log.info({ table, attempt, code: error.code, what: error.what, why: error.why }, 'the table is started over')
      if (outlier) run.probe = true
      else await backoff.wait(signal)
    }
  }
}

interface TableRun {
  readonly planned: PlannedTable
  readonly options: MigrateOptions
  source: SourceTable
  probe: boolean
  /** Set once the table has been marked as loading: from there on it is ours. */
  marked: LoadedTable | undefined
}

async function loadOnce(session: LoadSession, run: TableRun): Promise<LoadedTableReport> {
  const { planned, options } = run
  const { sink } = options
  const table = formatTable(planned.source)
  const target = { schema: planned.target.schema, name: planned.target.table }
  await using _guard = await guardTable(session.postgres, target, table)
  const previous = await readPreviousLoad(session.postgres, sink.name, planned.source)
  if (previous?.state === 'loaded' && !options.replace) return skipped(planned, previous)

  // Started over: what was planned may be what has changed.
  const now =
    run.marked === undefined && !run.probe ? run.source : await readTable(session.reader.connection, run.source)
  if (now === undefined) throw new CdcError('CDC-L01', { where: table, what: 'the table has been dropped meanwhile' })
  run.source = now
  const existing = await readTarget(session.postgres, target)
  if (existing !== undefined) {
    const ours = previous?.targetSchema === target.schema && previous.targetTable === target.name
    const mapped = mapPlanned(run.source, planned.target, sink, {})
    checkReplaceable(existing, mapped, { ours, replace: options.replace, where: table })
  }
  return await attemptLoad({
    ...{ session, options, source: run.source, target: planned.target, estimate: planned, probe: run.probe },
    grants: existing?.grants ?? [],
    openSideSessions: async (count, signal) => await openSideSessions(options, count, signal),
    onMarked: (state) => (run.marked = state),
  })
}

function skipped({ source, target }: PlannedTable, previous: PreviousLoad): LoadedTableReport {
  return {
    ...{ table: formatTable(source), target: `${target.schema}.${target.table}`, state: 'skipped' },
    why: previous.finishedAt === null ? 'already loaded' : `already loaded at ${previous.finishedAt}`,
    ...{ rows: previous.rows, bytes: 0, low: previous.low, high: previous.high, losses: [], choices: {} },
  }
}

/** Takes the mark and the half table away, so that a running sink goes on with the other tables. */
async function abandon(holder: SessionHolder, { marked, options }: TableRun): Promise<void> {
  if (marked === undefined) return
  try {
    const { postgres } = await holder.session()
    await using _guard = await guardTable(
      postgres,
      { schema: marked.targetSchema, name: marked.targetTable },
      formatTable(marked),
    )
    await abandonTarget(postgres, marked)
  } catch (thrown) {
    const { message } = asCdcError(thrown, formatTable(marked))
    options.log.warn({ table: formatTable(marked), error: message }, 'the half-loaded table could not be removed')
  }
}
