import { isDeepStrictEqual } from 'node:util'
import { furthest, nearest } from '../core/gtid.ts'
import { quotePostgres } from '../core/quote.ts'
import type { SourceTable } from '../core/table.ts'
import type { Choices } from '../mapping/casts.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { readLoad, type FinishedChunk, type LoadKey, type StoredLoad } from '../state/load.ts'
import type { ChunkRange } from './chunk-source.ts'
import type { PreviousLoad } from './previous-load.ts'
import type { LoadPosition } from './table-readers.ts'

export type UnfinishedLoad = StoredLoad<ChunkRange>

/** Thrown when a load that was broken off turns out not to fit what is found now. */
export class MustStartOver extends Error {
  override readonly name = 'MustStartOver'
}

export interface UnfinishedOptions {
  readonly key: LoadKey
  readonly previous: PreviousLoad
  readonly source: SourceTable
  readonly target: { readonly schema: string; readonly name: string }
  /** Names of the target's columns. */
  readonly columns: readonly string[]
  /** Casts that the user asks for now. */
  readonly asked: Choices
}

/**
 * The load of a table that was broken off, if it can go on.
 *
 * The lock waits for what a vanished process may have left behind: a chunk whose transaction is just being committed is
 * seen as done, or not at all.
 * @returns undefined: nothing of it is worth keeping
 * @throws MustStartOver with the reason why it cannot go on
 */
export async function findUnfinished(
  connection: PostgresConnection,
  options: UnfinishedOptions,
): Promise<UnfinishedLoad | undefined> {
  const { key, previous, source, target, columns, asked } = options
  const load = await readLoad<ChunkRange>(connection, key)
  if (load === undefined) return undefined
  if (!isDeepStrictEqual(previous.definition, plain(source))) {
    throw new MustStartOver(`the definition of the table has changed: ${definitionChange(previous.definition, source)}`)
  }
  const moved = previous.targetSchema !== target.schema || previous.targetTable !== target.name
  const other = Object.keys(asked).find((column) => asked[column] !== load.choices[column])
  if (other !== undefined) throw new MustStartOver(`another type is asked for column ${other}`)
  if (moved) throw new MustStartOver(`it went to ${previous.targetSchema}.${previous.targetTable}`)
  await connection.query('BEGIN')
  try {
    const found = await lockTarget(connection, target)
    const now = await readLoad<ChunkRange>(connection, key)
    if (found === undefined || now === undefined) throw new MustStartOver('the target table is gone')
    const hasRows = now.chunks.some(({ finished }) => finished !== undefined && finished.rows > 0)
    if (found.file !== now.file) throw new MustStartOver('the target table was truncated or rewritten since')
    // PostgreSQL empties UNLOGGED tables when it restarts after a crash.
    if (hasRows && found.bytes === 0) throw new MustStartOver('PostgreSQL has crashed, which empties UNLOGGED tables')
    if (columns.toSorted().join('\0') !== found.columns.toSorted().join('\0')) {
      throw new MustStartOver('the target table has other columns')
    }
    return now.chunks.some(({ finished }) => finished !== undefined) ? now : undefined
  } finally {
    await connection.query('ROLLBACK')
  }
}

async function lockTarget(
  connection: PostgresConnection,
  target: UnfinishedOptions['target'],
): Promise<{ readonly file: string; readonly bytes: number; readonly columns: readonly string[] } | undefined> {
  const facts = `SELECT pg_relation_filenode(c.oid) AS file, pg_relation_size(c.oid) AS bytes,
      (SELECT json_agg(attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)::text AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r'`
  const names = [target.schema, target.name]
  if ((await connection.query(facts, names)).rowCount === 0) return undefined
  await connection.query(`LOCK TABLE ${quotePostgres(target.schema, target.name)} IN ACCESS EXCLUSIVE MODE`)
  const { rows } = await connection.query<{ file: string; bytes: string; columns: string }>(facts, names)
  const [row] = rows
  if (row === undefined) return undefined
  return { file: row.file, bytes: Number(row.bytes), columns: JSON.parse(row.columns) as string[] }
}

/** As it comes back from the database that keeps it. */
function plain(source: SourceTable): unknown {
  return JSON.parse(JSON.stringify(source))
}

/** What differs, in a few words. */
export function definitionChange(before: SourceTable, now: SourceTable): string {
  const old = new Map(before.columns.map((column) => [column.name, column]))
  const names = new Set(now.columns.map(({ name }) => name))
  const parts = [
    ...now.columns.filter(({ name }) => !old.has(name)).map(({ name }) => `column ${name} is new`),
    ...before.columns.filter(({ name }) => !names.has(name)).map(({ name }) => `column ${name} is gone`),
    ...now.columns
      .filter((column) => old.has(column.name) && !isDeepStrictEqual(old.get(column.name), plainColumn(column)))
      .map(({ name, columnType }) => `column ${name} is ${columnType} now, or has other properties`),
  ]
  if (!isDeepStrictEqual(before.key, [...now.key])) parts.push('another key')
  return parts.length > 0 ? parts.join(', ') : 'its indexes, its engine, its comment or the order of its columns'
}

function plainColumn(column: SourceTable['columns'][number]): unknown {
  return JSON.parse(JSON.stringify(column))
}

/** The chunks that are done, taken together. */
export function finishedChunks(load: UnfinishedLoad): readonly FinishedChunk[] {
  return load.chunks.flatMap(({ finished }) => finished ?? [])
}

/** Between the first chunk's moment and the last one's. */
export function spanOf(chunks: readonly LoadPosition[]): LoadPosition {
  const [first, ...others] = chunks
  if (first === undefined) throw new Error('BUG: a table without chunks')
  return others.reduce(
    (span, { low, high }) => ({ low: nearest(span.low, low), high: furthest(span.high, high) }),
    first,
  )
}
