import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { formatTable, type SourceTable } from '../core/table.ts'
import type { Logger } from '../lib/logger.ts'
import { selectTables } from '../lib/table-selection.ts'
import { mapTable, type MappedTable } from '../mapping/mapped-table.ts'
import { readCapturedTables } from '../mariadb/captured-tables.ts'
import { connectMariadb } from '../mariadb/connection.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { readTables as readLoadedTables, type LoadedTable } from '../state/tables.ts'
import { compareRows, type ComparedRows } from './compare-rows.ts'
import { readDefinitions, type Definitions } from './definitions.ts'
import { compareSettling } from './compare-settling.ts'
import { openLooseMoment } from './loose-moment.ts'
import type { Moment } from './moment.ts'
import { openSameMoment } from './same-moment.ts'
import type { VerifiedTable, VerifyEvent, VerifyResult } from './verify-report.ts'

export interface VerifyOptions {
  readonly source: SourceConfig
  readonly sink: SinkConfig
  /** Globs over `table` or `database.table`; left out: all captured tables. */
  readonly tables?: readonly string[] | undefined
  readonly signal: AbortSignal
  readonly log: Logger
  /** How long the sink may take to come up to the source's snapshot; with `settle`, how long rows may be asked again. */
  readonly timeoutMs: number
  /**
   * For a sink that cannot be made to stop at a position: resolves when all that was committed on the source before the
   * call is in the target. What differs is then asked again instead of being compared at one moment.
   */
  readonly settle?: (() => Promise<void>) | undefined
  readonly onEvent?: ((event: VerifyEvent) => void) | undefined
}

/**
 * Compares every value of every captured table on both sides. At exactly one moment, for which the sink pauses as long as
 * it takes to open a snapshot; or, with `settle`, each row at a moment of its own. Nothing is changed.
 * @throws CdcError CDC-L01 (names), CDC-V02 (the sink did not get to the moment, a table was altered meanwhile, or rows
 * kept changing), connection errors; the signal's reason when aborted. Differences are a result, not an error.
 */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  const { source, sink, signal, settle, timeoutMs } = options
  const before = await definitionsBefore(options)
  if (settle === undefined) {
    await using moment = await openSameMoment({
      ...{ source, sink, signal, timeoutMs },
      onWaiting: (position) => options.onEvent?.({ kind: 'waiting', position }),
    })
    return await verifyTables(moment, (mapped) => compareRows(moment, mapped), { ...options, before })
  }
  const settling = {
    openMoment: () => openLooseMoment({ source, sink, signal }),
    settle,
    deadline: performance.now() + timeoutMs,
  }
  await using moment = await settling.openMoment()
  options.onEvent?.({ kind: 'waiting', position: moment.position })
  await settle()
  return await verifyTables(
    moment,
    async (mapped) => {
      const { undecided, ...compared } = await compareSettling(mapped, settling)
      if (undecided > 0 && compared.differences.length === 0) throw keptChanging(mapped, undecided)
      return compared
    },
    { ...options, before },
  )
}

type Compare = (table: MappedTable) => Promise<ComparedRows>

async function verifyTables(
  moment: Moment,
  compare: Compare,
  options: VerifyOptions & { readonly before: Definitions },
): Promise<VerifyResult> {
  const { source, sink, signal, log } = options
  const onEvent = options.onEvent ?? (() => undefined)
  const captured = await readCapturedTables(moment.mariadb, source)
  const wanted = captured.filter(({ database, table }) => sink.matchesTopic(source.topicName(database, table)))
  const chosen = selectTables(wanted, options.tables ?? 'all', source.name)
  const loaded = new Map(
    (await readLoadedTables(moment.postgres, sink.name)).map((table) => [formatTable(table), table]),
  )
  onEvent({ kind: 'plan', tables: chosen.map(formatTable) })
  const tables: VerifiedTable[] = []
  const alterations: CdcError[] = []
  for (const table of chosen) {
    signal.throwIfAborted()
    onEvent({ kind: 'table-start', table: formatTable(table) })
    const context = { loaded: loaded.get(formatTable(table)), compare, options }
    const result = await verifyTable(moment, table, context).catch((thrown: unknown) => {
      const error = undecided(thrown, table)
      alterations.push(error)
      return notRead(table, options, { extraColumns: [], problem: error.what })
    })
    log.debug({ table: result.table, equal: result.equal, rows: result.sourceRows }, 'table compared')
    tables.push(result)
    onEvent({ kind: 'table-done', result })
  }
  // Of those nothing is known; a difference of another table is worth more than that.
  if (alterations.length > 0 && tables.filter(({ equal }) => !equal).length === alterations.length) {
    throw alterations.length === 1 ? alterations[0] : new CdcErrors(alterations)
  }
  return { equal: tables.every(({ equal }) => equal), position: moment.position, tables }
}

interface TableContext {
  readonly loaded: LoadedTable | undefined
  readonly compare: Compare
  readonly options: VerifyOptions & { readonly before: Definitions }
}

/** @throws CdcError CDC-V02 and what `undecided` knows, when nothing can be said of the table */
async function verifyTable(moment: Moment, source: SourceTable, context: TableContext): Promise<VerifiedTable> {
  const { compare, options } = context
  const seen = await lookAtTable(moment, source, context)
  const { extraColumns } = seen
  const result: VerifiedTable =
    'problem' in seen
      ? notRead(source, options, seen)
      : { ...namesOf(source, options), ...(await compare(seen.mapped)), extraColumns }
  // The definition is that of now: what differs may be older than the last ALTER TABLE, or of another table by a RENAME.
  if (!result.equal && !(await isAsBefore(moment, source, options))) throw altered(source, undefined)
  return result
}

function namesOf(source: SourceTable, options: VerifyOptions): Pick<VerifiedTable, 'table' | 'target'> {
  const topic = options.source.topicName(source.database, source.table)
  const target = options.sink.targetName(source.database, source.table, topic)
  return { table: formatTable(source), target: `${target.schema}.${target.table}` }
}

function notRead(
  source: SourceTable,
  options: VerifyOptions,
  why: Pick<VerifiedTable, 'extraColumns' | 'problem'>,
): VerifiedTable {
  const nothing = { sourceRows: null, targetRows: null, equal: false, differences: [], more: false }
  return { ...namesOf(source, options), ...nothing, ...why }
}

async function definitionsBefore({ source, signal }: VerifyOptions): Promise<Definitions> {
  await using connection = await connectMariadb(source, { signal, where: source.name })
  return await readDefinitions(connection, source)
}

/** Whether what was found differs by itself: the definition of the moment cannot be asked for, that before it is known. */
async function isAsBefore(moment: Moment, source: SourceTable, { before, source: config }: TableContext['options']) {
  const now = await readDefinitions(moment.mariadb, config)
  return now.get(formatTable(source)) === before.get(formatTable(source))
}

function altered(source: SourceTable, cause: CdcError | undefined): CdcError {
  return new CdcError('CDC-V02', {
    where: formatTable(source),
    what: 'the table was altered on the source while it was compared',
    why: cause?.why,
    fix: 'run the same command again',
    cause,
  })
}

/** ER_BAD_FIELD_ERROR, ER_NO_SUCH_TABLE: the names were read from the catalog a moment before. */
const gone = new Set<unknown>([1054, 1146])

/** The error that says why nothing is known of one table while the others can be compared. @throws every other error */
function undecided(thrown: unknown, source: SourceTable): CdcError {
  if (!(thrown instanceof CdcError)) throw thrown
  const { code, cause } = thrown
  if (code === 'CDC-V02') return thrown
  if (code === 'CDC-L04' || (cause instanceof Error && 'errno' in cause && gone.has(cause.errno))) {
    return altered(source, thrown)
  }
  throw thrown
}

type SeenTable =
  | { readonly extraColumns: readonly string[]; readonly problem: string }
  | { readonly extraColumns: readonly string[]; readonly mapped: MappedTable }

/** Whether the rows can be compared at all. */
async function lookAtTable(moment: Moment, source: SourceTable, { loaded, options }: TableContext): Promise<SeenTable> {
  if (loaded === undefined) return { extraColumns: [], problem: 'the table has not been loaded' }
  if (loaded.state === 'loading') {
    return { extraColumns: [], problem: 'the table is being loaded, or its load was broken off' }
  }
  const mapped = mapTable(source, {
    ...{ schema: loaded.targetSchema, name: loaded.targetTable, choices: loaded.choices },
    quoteIdentifiers: options.sink.quoteIdentifiers,
  })
  const { missing, extra } = await compareColumns(moment.postgres, mapped)
  return missing === undefined ? { extraColumns: extra, mapped } : { extraColumns: extra, problem: missing }
}

function keptChanging(table: MappedTable, rows: number): CdcError {
  return new CdcError('CDC-V02', {
    where: formatTable(table.source),
    what: `${rows} ${rows === 1 ? 'row' : 'rows'} or more changed each time they were looked at`,
    why: 'the target was behind each time; all other rows are equal',
    fix: 'run the same command with a longer --timeout, or when less is written',
  })
}

/** Whether the target has the columns that are to be compared, and which others. */
async function compareColumns(
  connection: PostgresConnection,
  table: MappedTable,
): Promise<{ missing: string | undefined; extra: readonly string[] }> {
  const { rows } = await connection.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [table.schema, table.name],
  )
  if (rows.length === 0) return { missing: 'the target table does not exist', extra: [] }
  const there = new Set(rows.map(({ name }) => name))
  const wanted = new Set(table.columns.map(({ name }) => name))
  const missing = [...wanted].filter((name) => !there.has(name))
  const extra = [...there].filter((name) => !wanted.has(name))
  return { missing: missing.length === 0 ? undefined : `the target lacks columns: ${missing.join(', ')}`, extra }
}
