import { formatPosition, parsePosition, type GtidPosition } from '../core/gtid.ts'
import type { TableName } from '../core/table.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

/** The table of one sink. */
export interface LoadKey extends TableName {
  readonly connector: string
}

/** Values of a column that the target could not hold as they were. */
export interface LossCounts {
  readonly zeroDates: number
  readonly nulCharacters: number
}

export interface FinishedChunk {
  readonly rows: number
  readonly bytes: number
  /** Changes at or before `low` are in its rows; none after `high` is. */
  readonly low: GtidPosition
  readonly high: GtidPosition
  /** By source column; only those that lost something. */
  readonly losses: Readonly<Record<string, LossCounts>>
}

/** One part of a table that is loaded in chunks. */
export interface StoredChunk<Range> {
  readonly chunk: number
  readonly range: Range
  /** undefined: not copied. */
  readonly finished: FinishedChunk | undefined
}

/** A load that has not ended: what it made, and how far it is. */
export interface StoredLoad<Range> {
  readonly file: string
  readonly unlogged: boolean
  readonly choices: Readonly<Record<string, string>>
  /** All chunks are known. */
  readonly cut: boolean
  /** In the order in which they were cut. */
  readonly chunks: readonly StoredChunk<Range>[]
}

const isTable = 'connector = $1 AND database = $2 AND "table" = $3'

function keyValues({ connector, database, table }: LoadKey): readonly string[] {
  return [connector, database, table]
}

/** undefined: no load of that table in chunks has begun. */
export async function readLoad<Range>(
  connection: PostgresConnection,
  key: LoadKey,
): Promise<StoredLoad<Range> | undefined> {
  const tables = await connection.query<{ file: string; unlogged: string; choices: string; cut: string }>(
    `SELECT file, unlogged, choices, cut FROM cdc.load_table WHERE ${isTable}`,
    keyValues(key),
  )
  const [table] = tables.rows
  if (table === undefined) return undefined
  const { rows } = await connection.query<ChunkRow>(
    `SELECT chunk, range, state, rows, bytes, low, high, losses FROM cdc.load WHERE ${isTable} ORDER BY chunk`,
    keyValues(key),
  )
  return {
    file: table.file,
    unlogged: table.unlogged === 't',
    cut: table.cut === 't',
    choices: JSON.parse(table.choices) as Record<string, string>,
    chunks: rows.map((row) => ({
      chunk: Number(row.chunk),
      range: JSON.parse(row.range) as Range,
      finished: row.state === 'done' ? finishedChunk(row) : undefined,
    })),
  }
}

interface ChunkRow {
  chunk: string
  range: string
  state: 'pending' | 'done'
  rows: string
  bytes: string
  low: string | null
  high: string | null
  losses: string
}

function finishedChunk(row: ChunkRow): FinishedChunk {
  return {
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    low: parsePosition(row.low ?? ''),
    high: parsePosition(row.high ?? ''),
    losses: JSON.parse(row.losses) as FinishedChunk['losses'],
  }
}

/** Writes down that a target has been made, to be filled in chunks. Replaces what was known of an earlier load. */
export async function beginLoad(
  connection: PostgresConnection,
  key: LoadKey,
  made: Pick<StoredLoad<unknown>, 'file' | 'unlogged' | 'choices'>,
): Promise<void> {
  await forgetLoad(connection, key)
  await connection.query(
    'INSERT INTO cdc.load_table (connector, database, "table", file, unlogged, choices) VALUES ($1, $2, $3, $4, $5, $6)',
    [...keyValues(key), made.file, made.unlogged, JSON.stringify(made.choices)],
  )
}

/** The target has been written anew by the load itself. Part of the caller's transaction. */
export async function moveLoad(connection: PostgresConnection, key: LoadKey, file: string): Promise<void> {
  await connection.query(`UPDATE cdc.load_table SET file = $4, unlogged = false WHERE ${isTable}`, [
    ...keyValues(key),
    file,
  ])
}

export async function addChunk(
  connection: PostgresConnection,
  key: LoadKey,
  { chunk, range }: { readonly chunk: number; readonly range: unknown },
): Promise<void> {
  await connection.query(
    'INSERT INTO cdc.load (connector, database, "table", chunk, range) VALUES ($1, $2, $3, $4, $5)',
    [...keyValues(key), chunk, JSON.stringify(range)],
  )
}

export async function endCutting(connection: PostgresConnection, key: LoadKey): Promise<void> {
  await connection.query(`UPDATE cdc.load_table SET cut = true WHERE ${isTable}`, keyValues(key))
}

/** In the transaction that copied the chunk's rows. */
export async function finishChunk(
  connection: PostgresConnection,
  key: LoadKey,
  { chunk, rows, bytes, low, high, losses }: FinishedChunk & { readonly chunk: number },
): Promise<void> {
  const { rowCount } = await connection.query(
    `UPDATE cdc.load SET state = 'done', rows = $5, bytes = $6, low = $7, high = $8, losses = $9,
       finished_at = clock_timestamp()
     WHERE ${isTable} AND chunk = $4 AND state = 'pending'`,
    [...keyValues(key), chunk, rows, bytes, formatPosition(low), formatPosition(high), JSON.stringify(losses)],
  )
  if (rowCount !== 1) throw new Error(`BUG: chunk ${chunk} of ${key.database}.${key.table} is done already`)
}

/** The load has ended, or starts over. */
export async function forgetLoad(connection: PostgresConnection, key: LoadKey): Promise<void> {
  await connection.query(`DELETE FROM cdc.load_table WHERE ${isTable}`, keyValues(key))
}
