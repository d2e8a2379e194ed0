import { CdcError } from '../core/errors.ts'
import { quoteMariadb, quotePostgres } from '../core/quote.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { compileResultSetEncoder } from '../mapping/row-encoder.ts'
import { readTable } from '../mariadb/catalog.ts'
import { newLosses } from './column-losses.ts'
import { copyRows } from './copy-rows.ts'
import type { MigrateOptions } from './load-options.ts'
import { mapPlanned, type PlannedTable } from './load-plan.ts'
import { openSession, type LoadSession } from './load-session.ts'

export interface TimeSample {
  /** For copying all of it. */
  readonly seconds: number
  readonly rows: number
}

type Ends = Pick<LoadSession, 'reader' | 'postgres'>

/** A sample is over after so many rows or, where they are large, bytes. */
const [mostRows, mostBytes] = [100_000, 32 * 1024 * 1024]
/** The first rows are slow: they say how a load begins, and nothing of how it goes on. */
const firstRows = 10_000

/**
 * How long the tables take, by the beginning of the biggest one, which is copied into a temporary table, and by what it
 * takes to begin a table at all. undefined: there is nothing to take a sample of.
 */
export async function timeSample(
  tables: readonly PlannedTable[],
  options: MigrateOptions,
): Promise<TimeSample | undefined> {
  for (const table of tables.slice(0, 3)) {
    if (table.rows === 0) continue
    const sample = await sampleOf(table, options)
    if (sample === undefined) continue
    const bytes = tables.reduce((sum, { bytes }) => sum + bytes, 0)
    const share = bytes / Math.max(1, table.bytes)
    // To end a table, with its key and its statistics, takes about as long as to begin it.
    const each = (sample.beginSeconds * 2 * tables.length) / Math.min(options.maxWorkers, tables.length)
    return { seconds: each + sample.rowSeconds * Math.max(table.rows, sample.rows) * share, rows: sample.rows }
  }
  return undefined
}

interface Measured {
  readonly rows: number
  readonly rowSeconds: number
  readonly beginSeconds: number
}

async function sampleOf(table: PlannedTable, options: MigrateOptions): Promise<Measured | undefined> {
  const mapped = mapPlanned(table.source, table.target, options.sink)
  // Its own, because half a result set may be left on it. The temporary table goes away with it.
  await using ends = await openSession(options, options.signal)
  const started = performance.now()
  let rows = 0
  let [warmAt, warmRows] = [started, 0]
  try {
    await begin(ends, mapped)
    const begun = performance.now()
    warmAt = begun
    const limit = Math.ceil(Math.min(mostRows, mostBytes / Math.max(1, table.bytes / table.rows)))
    await copyBeginning(ends, mapped, {
      ...{ options, limit },
      onRows(more) {
        rows += more
        if (warmRows === 0 && rows >= firstRows) [warmAt, warmRows] = [performance.now(), rows]
      },
    })
    if (rows === 0) return undefined
    const ended = performance.now()
    // Too few came after the first ones: all of them count.
    const [since, counted] = rows > warmRows * 2 ? [warmAt, rows - warmRows] : [begun, rows]
    return { rows, rowSeconds: (ended - since) / 1000 / counted, beginSeconds: (begun - started) / 1000 }
  } catch (thrown) {
    // Without the right to make temporary tables, or with values that the default types do not hold.
    if (!(thrown instanceof CdcError) || !['CDC-P03', 'CDC-T02', 'CDC-T03', 'CDC-T08'].includes(thrown.code))
      throw thrown
    return undefined
  }
}

/** What every table takes before its first row comes: a snapshot with its position, its definition, and a target. */
async function begin({ reader, postgres }: Ends, mapped: MappedTable): Promise<void> {
  await reader.snapshot.prepare()
  await reader.snapshot.open()
  await reader.snapshot.position()
  await readTable(reader.connection, mapped.source)
  const columns = mapped.columns.map(({ name, postgresType }) => `${quotePostgres(name)} ${postgresType}`)
  await postgres.query(`CREATE TEMPORARY TABLE cdc_sample (${columns.join(', ')})`)
}

interface CopyOptions {
  readonly options: MigrateOptions
  readonly limit: number
  readonly onRows: (rows: number) => void
}

async function copyBeginning(
  { reader, postgres }: Ends,
  mapped: MappedTable,
  { options, limit, onRows }: CopyOptions,
): Promise<void> {
  const select = mapped.columns.map(({ source }) => quoteMariadb(source.name)).join(', ')
  const from = quoteMariadb(mapped.source.database, mapped.source.table)
  await copyRows({
    batches: reader.rows(`SELECT ${select} FROM ${from} LIMIT ${limit}`),
    encoder: compileResultSetEncoder(mapped, newLosses(mapped)),
    ...{ columns: mapped.columns.length, connection: postgres, batchSize: limit, signal: options.signal },
    sql: 'COPY cdc_sample FROM STDIN (FORMAT binary)',
    onCopied: onRows,
  })
}
