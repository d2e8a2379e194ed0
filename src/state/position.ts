import { formatPosition, parsePosition } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

/** How far a sink has applied one source. */
export interface AppliedPosition {
  /** Name of the source connector. */
  readonly source: string
  readonly position: GtidPosition
  /** When the last applied transaction was written on the source, ISO text; null: none yet. */
  readonly sourceTime: string | null
  readonly transactions: number
  readonly changes: number
}

/** The positions of a sink, one a source; none before its first batch. */
export async function readPositions(connection: PostgresConnection, connector: string): Promise<AppliedPosition[]> {
  const { rows } = await connection.query<{
    source: string
    position: string
    source_time: string | null
    transactions: string
    changes: string
  }>('SELECT source, position, source_time, transactions, changes FROM cdc.position WHERE connector = $1', [connector])
  return rows.map((row) => ({
    source: row.source,
    position: parsePosition(row.position),
    sourceTime: row.source_time,
    transactions: Number(row.transactions),
    changes: Number(row.changes),
  }))
}

export interface PositionChange {
  readonly connector: string
  readonly source: string
  readonly position: GtidPosition
  /** Seconds since 1970 of the last applied transaction; null leaves it. */
  readonly sourceSeconds: number | null
  readonly transactions: number
  readonly changes: number
}

/** The statement that moves a position on; counts are added to those that stand there. */
export function moveAppliedPosition(change: PositionChange): { text: string; values: unknown[]; name: string } {
  return {
    name: 'cdc_position',
    text: `INSERT INTO cdc.position AS p (connector, source, position, source_time, transactions, changes)
           VALUES ($1, $2, $3, to_timestamp($4::float8), $5, $6)
           ON CONFLICT (connector, source) DO UPDATE SET position = excluded.position,
             source_time = coalesce(excluded.source_time, p.source_time), applied_at = clock_timestamp(),
             transactions = p.transactions + excluded.transactions, changes = p.changes + excluded.changes`,
    values: [
      ...[change.connector, change.source, formatPosition(change.position), change.sourceSeconds],
      ...[change.transactions, change.changes],
    ],
  }
}

/** Sets a position by hand, for a stopped sink. */
export async function writePosition(
  connection: PostgresConnection,
  connector: string,
  source: string,
  position: GtidPosition,
): Promise<void> {
  const { text, values } = moveAppliedPosition({
    ...{ connector, source, position },
    ...{ sourceSeconds: null, transactions: 0, changes: 0 },
  })
  await connection.query(text, values)
}

/** Forgets positions of a stopped sink: it starts from the relay's earliest. */
export async function deletePositions(
  connection: PostgresConnection,
  connector: string,
  source?: string,
): Promise<void> {
  await connection.query('DELETE FROM cdc.position WHERE connector = $1 AND ($2::text IS NULL OR source = $2)', [
    ...[connector, source ?? null],
  ])
}
