import { CdcError } from '../core/errors.ts'
import { formatTable, type SourceTable } from '../core/table.ts'
import { createIndexSql } from '../mapping/ddl.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import { readLoad } from '../state/load.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { cutOf, type ChunkRange, type Cut } from './chunk-source.ts'
import { checkLoadOptions, type MigrateOptions } from './load-options.ts'
import { mapPlanned, type PlannedTable } from './load-plan.ts'
import { openSession, type LoadSession } from './load-session.ts'
import { readPreviousLoad, whyLost } from './previous-load.ts'
import { notFoundText, readPlan } from './read-plan.ts'
import { exceedsThreshold, type NotCopied } from './table-sizes.ts'
import { checkReadable } from './table-readers.ts'
import { checkReplaceable, readTarget } from './target-table.ts'
import { timeSample } from './time-sample.ts'
import { finishedChunks } from './unfinished-load.ts'
import { yearColumn, yearRanges } from './year-ranges.ts'

/** What a load would do with one table. */
export interface TablePreview {
  readonly table: string
  readonly target: string
  /** `refuse`: see `why`. */
  readonly action: 'load' | 'resume' | 'skip' | 'refuse'
  readonly why: string | undefined
  /** Estimates of the source's statistics. */
  readonly rows: number
  readonly bytes: number
  /** About; 1: read in one piece. */
  readonly chunks: number
  /** Whether rows that are in the target now would be gone. */
  readonly overwrites: boolean
  readonly columns: readonly { readonly name: string; readonly from: string; readonly to: string }[]
  /** Indexes of the source that PostgreSQL has nothing like. */
  readonly indexesLeftOut: readonly string[]
}

export interface LoadPreview {
  readonly tables: readonly TablePreview[]
  readonly notCopied: readonly NotCopied[]
  readonly notes: readonly string[]
  /** For the copying, by the speed of a sample; undefined when none could be taken. */
  readonly copySeconds: number | undefined
  readonly sampleRows: number
}

/** Looks at everything a load would look at, and writes nothing but a temporary table. @throws as `migrate` */
export async function dryRun(options: MigrateOptions): Promise<LoadPreview> {
  checkLoadOptions(options)
  const { planned, notCopied, notFound } = await readPlan(options)
  const notes = notFound.length > 0 ? [notFoundText(notFound, options.source.user)] : []
  await using session = await openSession(options, options.signal)
  const hasState = await stateExists(session.postgres)
  const tables: TablePreview[] = []
  for (const table of planned) tables.push(await preview(session, table, { options, hasState }))
  const toCopy = planned.filter((_, i) => tables[i]?.action === 'load' || tables[i]?.action === 'resume')
  const sample = await timeSample(toCopy, options)
  return { tables, notCopied, notes, copySeconds: sample?.seconds, sampleRows: sample?.rows ?? 0 }
}

async function stateExists(connection: PostgresConnection): Promise<boolean> {
  const { rows } = await connection.query<{ version: string }>(
    `SELECT count(*) AS version FROM pg_tables WHERE schemaname = 'cdc' AND tablename = 'load'`,
  )
  return rows[0]?.version === '1'
}

async function preview(
  { reader, postgres }: LoadSession,
  planned: PlannedTable,
  { options, hasState }: { readonly options: MigrateOptions; readonly hasState: boolean },
): Promise<TablePreview> {
  const { source, target, rows, bytes } = planned
  const mapped = mapPlanned(source, target, options.sink)
  const key = { connector: options.sink.name, database: source.database, table: source.table }
  const previous = hasState ? await readPreviousLoad(postgres, key.connector, source) : undefined
  const existing = await readTarget(postgres, { schema: target.schema, name: target.table })
  const stored = hasState ? await readLoad<ChunkRange>(postgres, key) : undefined
  const common = {
    ...{ table: formatTable(source), target: `${target.schema}.${target.table}`, rows, bytes },
    columns: mapped.columns.map(({ name, source: from, postgresType }) => ({
      name,
      from: from.columnType,
      to: postgresType,
    })),
    indexesLeftOut: source.indexes
      .filter((index) => createIndexSql(mapped, index) === undefined)
      .map(({ name }) => name),
    chunks: await countChunks(reader.connection, planned, options),
  }
  const answer = (action: TablePreview['action'], why?: string): TablePreview => ({
    ...{ ...common, action, why },
    overwrites: action === 'load' && existing?.hasRows === true,
  })
  const lost =
    previous?.state === 'loaded'
      ? await whyLost(postgres, previous, { schema: target.schema, name: target.table })
      : undefined
  if (previous?.state === 'loaded' && lost === undefined && !options.replace) return answer('skip', 'already loaded')
  if (previous?.state === 'loading' && stored !== undefined && options.resume !== 'never') {
    const done = finishedChunks(stored)
    if (done.length > 0) return answer('resume', `${done.length} chunks are done`)
  }
  try {
    await checkReadable(reader.connection, source)
    if (existing === undefined) return answer('load', lost)
    const ours = previous?.targetSchema === target.schema && previous.targetTable === target.table
    checkReplaceable(existing, mapped, { ours, replace: options.replace, where: common.table })
    return answer('load', lost)
  } catch (thrown) {
    if (!(thrown instanceof CdcError)) throw thrown
    return answer('refuse', [`${thrown.code} ${thrown.what}`, ...thrown.details].join('; '))
  }
}

async function countChunks(
  connection: MariadbConnection,
  { source, rows }: PlannedTable,
  { chunkBy, threshold, chunkWorkers }: MigrateOptions,
): Promise<number> {
  const cut = cutOf(source, chunkBy)
  if (cut === undefined || !(await exceedsThreshold(connection, source, { estimate: rows, threshold }))) return 1
  if (cut.by === 'year') return (await countYears(connection, source, cut)) ?? 1
  const expected = Math.max(rows, threshold)
  return Math.ceil(expected / Math.min(threshold, Math.ceil(expected / (chunkWorkers * 4))))
}

async function countYears(
  connection: MariadbConnection,
  source: SourceTable,
  cut: Extract<Cut, { by: 'year' }>,
): Promise<number | undefined> {
  const column = yearColumn(source, cut.column)
  if (column === undefined) return undefined
  const query = async (sql: string): Promise<readonly (readonly string[])[]> =>
    (await connection.query<Record<string, string>>(sql)).map((row) => Object.values(row))
  return (await yearRanges(source, column, query)).length
}
