import { CdcError } from '../core/errors.ts'
import { formatTable, type SourceTable } from '../core/table.ts'
import { nearestNames } from '../lib/suggestion.ts'
import { selectTables } from '../lib/table-selection.ts'
import { readCapturedTables } from '../mariadb/captured-tables.ts'
import { connectMariadb, type MariadbConnection } from '../mariadb/connection.ts'
import { mariadbLimit, type ConnectionLimit } from './connection-limits.ts'
import { checkCasts } from './check-casts.ts'
import type { MigrateOptions } from './load-options.ts'
import { planLoad, type PlannedTable } from './load-plan.ts'
import { listSource, type NotCopied } from './table-sizes.ts'
import { yearColumn } from './year-ranges.ts'

export interface LoadPlan {
  /** Biggest first. */
  readonly planned: readonly PlannedTable[]
  readonly notCopied: readonly NotCopied[]
  /** Names on the list of tables that nothing answers to. */
  readonly notFound: readonly string[]
  /** Connections that the source allows. */
  readonly limit: ConnectionLimit
}

/**
 * What is to be loaded. One connection, and a few queries a database; nothing is written.
 * @throws CdcError, CdcErrors: CDC-L01, CDC-C06, CDC-T09, and as `planLoad`
 */
export async function readPlan(options: MigrateOptions): Promise<LoadPlan> {
  const { source, sink, signal } = options
  await using connection = await connectMariadb(source, { signal, where: source.name })
  const captured = await readCapturedTables(connection, source)
  const wanted = captured.filter(({ database, table }) => sink.matchesTopic(source.topicName(database, table)))
  checkCasts(sink.casts, captured)
  const chosen = await chooseTables(connection, wanted, options)
  const { sizes, notCopied } = await listSource(connection, new Set(chosen.map(({ database }) => database)), source)
  const planned = planLoad(chosen, sizes, options)
  checkYearColumn(options, planned)
  const known = new Set([...captured.map(formatTable), ...notCopied.map(({ table }) => table)])
  const notFound = options.tables === 'all' ? namesWithoutTable(source.tableInclude, known) : []
  return { planned, notCopied, notFound, limit: await mariadbLimit(connection) }
}

/**
 * Entries of the list that are names, not expressions, and are misspelt, or tables that the user may not see: they would
 * be missing without a word. It is no error, because a table may be made later.
 */
function namesWithoutTable(entries: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const names = entries.map((entry) => entry.replaceAll('\\.', '.'))
  const there = new Set([...known].map((name) => name.toLowerCase()))
  return names.filter((name) => /^[\w$ -]+\.[\w$ -]+$/.test(name) && !there.has(name.toLowerCase()))
}

/** For the user. */
export function notFoundText(notFound: readonly string[], user: string): string {
  return `${notFound.join(', ')}: on the list of tables, but not in the database, or not visible to '${user}'`
}

/** @throws CdcError, CdcErrors CDC-L01; what has the name and is no table that can be copied is called what it is */
async function chooseTables(
  connection: MariadbConnection,
  wanted: readonly SourceTable[],
  { source, tables }: MigrateOptions,
): Promise<readonly SourceTable[]> {
  try {
    return selectTables(wanted, tables, source.name)
  } catch (thrown) {
    if (tables === 'all') throw thrown
    const { notCopied } = await listSource(connection, new Set(wanted.map(({ database }) => database)), source)
    const named = notCopied.find(({ table }) => tables.some((name) => table === name || table.endsWith(`.${name}`)))
    if (named === undefined) throw thrown
    throw new CdcError('CDC-L01', {
      where: source.name,
      what: `${named.table} is not copied: it is a ${named.kind === 'system-versioned' ? 'system-versioned table' : named.kind}`,
      fix: 'leave it out of --tables',
    })
  }
}

/** Tables without the column are cut by their keys; when none has it, it is misspelt. */
function checkYearColumn({ chunkBy }: MigrateOptions, planned: readonly PlannedTable[]): void {
  if (typeof chunkBy !== 'object') return
  const { year } = chunkBy
  if (planned.some(({ source }) => yearColumn(source, year) !== undefined)) return
  const names = planned.flatMap(({ source }) =>
    source.columns.flatMap(({ name }) => yearColumn(source, name)?.name ?? []),
  )
  const near = nearestNames(year, [...new Set(names)])
  throw new CdcError('CDC-C06', {
    where: '--chunk-by',
    what: `none of the tables has a column "${year}" of type DATE, DATETIME, TIMESTAMP or YEAR`,
    fix: near.length > 0 ? `perhaps --chunk-by year:${near.join(' or year:')}` : '--chunk-by primary-key',
  })
}
