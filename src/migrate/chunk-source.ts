import { must } from '../core/assert.ts'
import type { SourceTable } from '../core/table.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { addChunk, endCutting, type LoadKey, type StoredLoad } from '../state/load.ts'
import { keyLiterals, keyRanges, rangeCondition, type KeyRange, type QueryTexts } from './key-ranges.ts'
import type { ChunkBy } from './load-options.ts'
import { yearColumn, yearRanges, type WhereRange } from './year-ranges.ts'

/** What is in a chunk, as it is stored in cdc.load. */
export type ChunkRange = KeyRange | WhereRange

export interface Chunk {
  readonly chunk: number
  readonly range: ChunkRange
}

/** How a table is cut. */
export type Cut = { readonly by: 'key' } | { readonly by: 'year'; readonly column: string }

/** undefined: it is read in one piece. Chunks may be read at different moments, which takes a key to put right. */
export function cutOf(table: SourceTable, chunkBy: ChunkBy): Cut | undefined {
  if (table.key.length === 0) return undefined
  if (typeof chunkBy === 'object') {
    const column = yearColumn(table, chunkBy.year)
    if (column !== undefined) return { by: 'year', column: column.name }
  }
  return keyLiterals(table) === undefined ? undefined : { by: 'key' }
}

/** The condition for WHERE; `1` for all rows. */
export function chunkCondition(table: SourceTable, range: ChunkRange): string {
  if ('where' in range) return range.where
  return rangeCondition(
    (keyLiterals(table) ?? []).map(({ column }) => column),
    range,
  )
}

export interface ChunkSourceOptions {
  readonly table: SourceTable
  readonly cut: Cut
  /** What is known of the load already. */
  readonly stored: StoredLoad<ChunkRange>
  readonly key: LoadKey
  /** Walks the key. */
  readonly source: MariadbConnection
  /** Writes the chunks down; no transaction is open on it. */
  readonly state: PostgresConnection
  readonly rows: number
  readonly rowsPerChunk: number
}

/**
 * The chunks that are still to be copied: those that were cut before, then new ones, each written down before it is
 * given out. They come while the table is still being cut.
 */
export async function* chunkSource(options: ChunkSourceOptions): AsyncGenerator<Chunk, void> {
  const { stored, cut } = options
  for (const { chunk, range, finished } of stored.chunks) if (finished === undefined) yield { chunk, range }
  if (stored.cut) return
  // Years are written down all at once: where there are chunks, they are of the key.
  if (cut.by === 'year' && stored.chunks.length === 0) yield* await yearChunks(options, cut.column)
  else yield* keyChunks(options)
}

async function yearChunks(options: ChunkSourceOptions, name: string): Promise<readonly Chunk[]> {
  const { table, key, state } = options
  const column = must(yearColumn(table, name), 'column to cut by')
  const chunks = (await yearRanges(table, column, queryTexts(options))).map((range, chunk) => ({ chunk, range }))
  await state.query('BEGIN')
  for (const chunk of chunks) await addChunk(state, key, chunk)
  await endCutting(state, key)
  await state.query('COMMIT')
  return chunks
}

/** Ranges of a key follow each other: cutting goes on behind the last one. */
async function* keyChunks(options: ChunkSourceOptions): AsyncGenerator<Chunk, void> {
  const { table, stored, rows, rowsPerChunk, key, state } = options
  const last = stored.chunks.at(-1)?.range
  const from = last !== undefined && 'to' in last ? last.to : null
  let chunk = stored.chunks.length
  // A last range with an open end: nothing is behind it.
  if (last === undefined || from !== null) {
    const query = queryTexts(options)
    for await (const range of keyRanges({ table, rows, rowsPerRange: rowsPerChunk, query, from })) {
      await addChunk(state, key, { chunk, range })
      yield { chunk, range }
      chunk++
    }
  }
  await endCutting(state, key)
}

function queryTexts({ source }: ChunkSourceOptions): QueryTexts {
  return async (sql) => (await source.query<Record<string, string>>(sql)).map((row) => Object.values(row))
}
