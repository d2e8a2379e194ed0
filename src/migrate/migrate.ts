import { asCdcError, CdcError, errorKinds } from '../core/errors.ts'
import { formatTable } from '../core/table.ts'
import { connectPostgres } from '../postgres/connection.ts'
import { ensureState } from '../state/schema.ts'
import { fitWorkers, postgresLimit, type ConnectionLimit, type Workers } from './connection-limits.ts'
import { finishRun } from './finish-run.ts'
import { checkLoadOptions, type MigrateOptions } from './load-options.ts'
import type { PlannedTable } from './load-plan.ts'
import { holdSession, loadApplicationName } from './load-session.ts'
import { openLoadRun } from './load-run.ts'
import { loadTable, type LoadTableOptions } from './load-table.ts'
import type { LoadedTableReport } from './progress.ts'
import { notFoundText, readPlan } from './read-plan.ts'
import { ensureSchemas } from './target-schema.ts'

export interface MigrateResult {
  /** In the order of the plan. */
  readonly tables: readonly LoadedTableReport[]
}

/**
 * The bulk load: copies tables as they are at a known position of the stream of changes, and records that position, so
 * that the sink goes on from there. Can be run again after anything: what is loaded is skipped, chunks that are done are
 * kept, the rest starts over.
 *
 * Nothing is written before all options, names and types are known to be good.
 * @throws CdcError, CdcErrors: CDC-C01, CDC-C06 (options), CDC-L01 (names), CDC-T01, CDC-T04, CDC-T05 (mapping),
 * CDC-P03, CDC-P04, connection errors; at the end CDC-L07 when tables have failed. The signal's reason when aborted.
 */
export async function migrate(asked: MigrateOptions): Promise<MigrateResult> {
  checkLoadOptions(asked)
  asked.signal.throwIfAborted()
  const { planned, notCopied, notFound, limit } = await readPlan(asked)
  const limits = { mariadb: limit, postgres: await prepareTarget(asked, planned) }
  const workers = workersThatFit(asked, planned, limits)
  await using run = await openLoadRun(asked)
  const options: LoadTableOptions = {
    ...asked,
    ...workers,
    loadedByThisRun: (previous) => run.loadedByThisRun(previous),
    onEvent(event) {
      run.add(event)
      asked.onEvent(event)
    },
  }
  options.onEvent({
    kind: 'plan',
    tables: planned.map(({ source, target, rows, bytes }) => ({
      ...{ table: formatTable(source), target: `${target.schema}.${target.table}`, rows, bytes },
    })),
    notCopied,
  })
  if (notFound.length > 0) options.onEvent({ kind: 'note', text: notFoundText(notFound, asked.source.user) })
  const reports = new Map<PlannedTable, LoadedTableReport>()
  const failures: { table: string; error: CdcError }[] = []
  const queue = planned.values()
  const working = Array.from({ length: Math.min(options.maxWorkers, planned.length) }, async () => {
    await using holder = holdSession(options, options.signal)
    for (const table of queue) {
      try {
        options.signal.throwIfAborted()
        reports.set(table, tell(await loadTable(holder, table, options), options))
      } catch (thrown) {
        options.signal.throwIfAborted()
        const error = asCdcError(thrown, formatTable(table.source))
        failures.push({ table: formatTable(table.source), error })
        options.onEvent({ kind: 'table-failed', table: formatTable(table.source), error })
      }
    }
  })
  const ended = await Promise.allSettled(working)
  options.signal.throwIfAborted()
  await run.end()
  const broken = ended.find((result) => result.status === 'rejected')
  if (broken !== undefined) throw broken.reason
  if (failures.length > 0) throw loadFailed(options, failures, planned.length)
  await finishRun(
    options,
    planned.flatMap((table) => {
      const report = reports.get(table)
      return report === undefined ? [] : [{ planned: table, report }]
    }),
  )
  return { tables: planned.flatMap((table) => reports.get(table) ?? []) }
}

async function prepareTarget(
  { sink, signal, createSchema }: MigrateOptions,
  planned: readonly PlannedTable[],
): Promise<ConnectionLimit> {
  const applicationName = loadApplicationName(sink)
  await using connection = await connectPostgres(sink.postgres, { applicationName, where: sink.name, signal })
  const limit = await postgresLimit(connection)
  await ensureState(connection)
  const schemas = new Set(planned.map(({ target }) => target.schema))
  await ensureSchemas(connection, schemas, { create: createSchema })
  return limit
}

/** Fewer workers where the servers have no connections for more. */
function workersThatFit(
  options: MigrateOptions,
  tables: readonly PlannedTable[],
  limits: Parameters<typeof fitWorkers>[2],
): Workers {
  const cut = tables.filter(({ source, rows }) => rows > options.threshold / 2 && source.key.length > 0).length
  const workers = fitWorkers(options, { all: tables.length, cut }, limits)
  const fewer = (['maxWorkers', 'chunkWorkers'] as const).filter((name) => workers[name] < options[name])
  if (fewer.length > 0) {
    const flags = { maxWorkers: '--max-workers', chunkWorkers: '--chunk-workers' }
    const text = fewer.map((name) => `${flags[name]} ${workers[name]} instead of ${options[name]}`).join(', ')
    options.onEvent({ kind: 'note', text: `${text}: ${limits.mariadb.why}; ${limits.postgres.why}` })
  }
  return workers
}

function tell(report: LoadedTableReport, { onEvent }: MigrateOptions): LoadedTableReport {
  const { table } = report
  if (report.state === 'skipped') onEvent({ kind: 'table-skipped', table, why: report.why ?? 'already loaded' })
  return report
}

function loadFailed(
  { sink, log }: MigrateOptions,
  failures: readonly { readonly table: string; readonly error: CdcError }[],
  total: number,
): CdcError {
  for (const { table, error } of failures) log.debug({ table, code: error.code, err: error.cause }, error.message)
  return new CdcError('CDC-L07', {
    where: sink.name,
    what: `${failures.length} of ${total} tables could not be loaded`,
    ...(failures.every(({ error }) => error.code === 'CDC-L02' && error.fix === errorKinds['CDC-L02'].fix)
      ? { fix: 'run the same command with --replace: these tables are then loaded anew, and what they hold is lost' }
      : {}),
    details: failures.flatMap(({ table, error }) => [
      `${table}: ${error.code} ${error.what}`,
      ...(error.why === undefined ? [] : [`  why: ${error.why}`]),
      `  fix: ${error.fix.replaceAll('\n', '\n       ')}`,
      ...error.details.map((detail) => `  ${detail.replaceAll('\n', '\n    ')}`),
    ]),
    cause: failures[0]?.error,
  })
}
