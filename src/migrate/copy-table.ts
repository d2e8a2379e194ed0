import { CdcError } from '../core/errors.ts'
import { quoteMariadb, quotePostgres } from '../core/quote.ts'
import { formatTable } from '../core/table.ts'
import { noRealDate } from '../mapping/calendar.ts'
import type { Losses } from '../mapping/column-type.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { compileResultSetEncoder, type RowEncoder } from '../mapping/row-encoder.ts'
import { finishChunk, type LoadKey } from '../state/load.ts'
import { chunkCondition, type Chunk } from './chunk-source.ts'
import { lossesSince, newLosses, sumLosses } from './column-losses.ts'
import { copyRows } from './copy-rows.ts'
import type { LoadSession } from './load-session.ts'
import type { ColumnLosses } from './progress.ts'
import type { ProgressMeter } from './progress-meter.ts'
import { positionAfterReading, type LoadPosition } from './table-readers.ts'

export interface CopyTableOptions {
  readonly mapped: MappedTable
  readonly meter: ProgressMeter
  readonly batchSize: number
  readonly strict: boolean
  readonly signal: AbortSignal
}

type Ends = Pick<LoadSession, 'reader' | 'postgres'>

/** One reader's way from MariaDB to PostgreSQL; its encoder serves all chunks. */
interface Lane {
  readonly losses: readonly Losses[]
  copy(condition: string, onCopied: (rows: number, bytes: number) => void): Promise<void>
}

/** The whole table by one reader. @returns what was lost */
export async function copyWhole(ends: Ends, options: CopyTableOptions): Promise<readonly ColumnLosses[]> {
  const lane = openLane(ends, options)
  await lane.copy('1', () => undefined)
  return sumLosses(options.mapped, lane.losses)
}

export interface CopyChunksOptions extends CopyTableOptions {
  readonly chunks: AsyncGenerator<Chunk, void>
  readonly key: LoadKey
  /** What the snapshots of the readers show. */
  readonly opened: LoadPosition
  /** Ends the work of all readers. */
  readonly stop: AbortController
}

/**
 * Chunk after chunk, shared by several readers. A chunk's rows and the note that it is done are one transaction.
 * All readers have ended when this returns; the first to fail stops the others.
 */
export async function copyChunks(readers: readonly Ends[], options: CopyChunksOptions): Promise<void> {
  const { chunks, stop } = options
  const ended = await Promise.allSettled(
    readers.map(async (ends) => {
      try {
        await copyUntilEnd(ends, options)
      } catch (thrown) {
        stop.abort(thrown)
        throw thrown
      }
    }),
  )
  await chunks.return()
  const failed = ended.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw stop.signal.reason
}

async function copyUntilEnd(ends: Ends, options: CopyChunksOptions): Promise<void> {
  const { reader, postgres } = ends
  const { chunks, key, opened, mapped } = options
  const lane = openLane(ends, options)
  for (;;) {
    const next = await chunks.next()
    if (next.done === true) return
    const { chunk, range } = next.value
    const before = lane.losses.map((losses) => ({ ...losses }))
    let [rows, bytes] = [0, 0]
    await postgres.query('BEGIN')
    await lane.copy(chunkCondition(mapped.source, range), (moreRows, moreBytes) => {
      rows += moreRows
      bytes += moreBytes
    })
    const position = await positionAfterReading(reader, mapped.source, opened)
    await finishChunk(postgres, key, {
      chunk,
      rows,
      bytes,
      ...position,
      losses: lossesSince(mapped, before, lane.losses),
    })
    await postgres.query('COMMIT')
  }
}

function openLane({ reader, postgres }: Ends, options: CopyTableOptions): Lane {
  const { mapped, meter, batchSize, strict, signal } = options
  const { source } = mapped
  const losses = newLosses(mapped)
  const encoder: RowEncoder = compileResultSetEncoder(mapped, losses)
  const columns = mapped.columns.map((column) => quoteMariadb(column.source.name)).join(', ')
  const select = `SELECT ${columns} FROM ${quoteMariadb(source.database, source.table)}`
  const names = mapped.columns.map(({ name }) => quotePostgres(name)).join(', ')
  const sql = `COPY ${quotePostgres(mapped.schema, mapped.name)} (${names}) FROM STDIN (FORMAT binary)`
  return {
    losses,
    async copy(condition, onCopied) {
      await copyRows({
        batches: reader.rows(condition === '1' ? select : `${select} WHERE ${condition}`),
        ...{ encoder, columns: mapped.columns.length, connection: postgres, sql, batchSize, signal },
        onCopied(rows, bytes) {
          if (strict) refuseLosses(mapped, sumLosses(mapped, losses))
          onCopied(rows, bytes)
          meter.add(rows, bytes)
        },
      })
    },
  }
}

/** For `--strict`. @throws CdcError CDC-T06 when a value was changed */
export function refuseLosses(mapped: MappedTable, losses: readonly ColumnLosses[]): void {
  const [first] = losses
  if (first === undefined) return
  throw new CdcError('CDC-T06', {
    where: formatTable(mapped.source),
    what: 'it holds values that PostgreSQL cannot hold as they are',
    details: losses.map(
      ({ column, zeroDates, nulCharacters }) =>
        `${column}: ${[
          zeroDates > 0 ? `zero or partial dates (${zeroDates} so far)` : '',
          nulCharacters > 0 ? `NUL characters (${nulCharacters} so far)` : '',
        ]
          .filter((text) => text !== '')
          .join(', ')}`,
    ),
    fix: findingQuery(mapped, losses),
  })
}

/** Finds the rows. */
function findingQuery({ source }: MappedTable, losses: readonly ColumnLosses[]): string {
  const conditions = losses.map(({ column, zeroDates }) =>
    zeroDates > 0 ? noRealDate(quoteMariadb(column)) : `${quoteMariadb(column)} LIKE '%\\0%'`,
  )
  const name = quoteMariadb(source.database, source.table)
  return `SELECT * FROM ${name} WHERE ${conditions.join(' OR ')};   or load without --strict`
}
