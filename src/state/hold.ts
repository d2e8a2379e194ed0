import { formatPosition, parsePosition } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import { CdcError } from '../core/errors.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

/** What a sink reads at the start of every transaction. */
export interface SinkRow {
  readonly epoch: bigint
  readonly owner: string | null
  readonly tablesVersion: bigint
  /** The sink must not go beyond it; null: no hold, or one that has run out. */
  readonly hold: GtidPosition | null
}

/** Locks against `freezeSink` and a new owner, not against the sink's own other transactions. */
export const lockSinkRow = {
  name: 'cdc_sink_row',
  text: `SELECT epoch, owner, tables_version,
           CASE WHEN hold_until > clock_timestamp() THEN hold_position END AS hold
         FROM cdc.sink WHERE connector = $1 FOR SHARE`,
} as const

/** The same without a lock, for waiting. */
export const readSinkRow = { text: lockSinkRow.text.replace(' FOR SHARE', '') } as const

/** Reads the answer of the two statements above. @throws CdcError CDC-S02 when the row is gone. */
export function sinkRow(connector: string, rows: readonly Record<string, unknown>[]): SinkRow {
  const row = rows[0] as
    | { epoch: string; owner: string | null; tables_version: string; hold: string | null }
    | undefined
  if (row === undefined) {
    throw new CdcError('CDC-S02', {
      where: connector,
      what: 'the row of this sink in cdc.sink has been deleted',
      fix: 'restart the connector: it makes a new one',
    })
  }
  return {
    epoch: BigInt(row.epoch),
    owner: row.owner,
    tablesVersion: BigInt(row.tables_version),
    hold: row.hold === null ? null : parsePosition(row.hold),
  }
}

/**
 * Opens a transaction in which the sink cannot begin a batch: everything it has read so far was committed on the source
 * before this returned. Ends with COMMIT or ROLLBACK on the same connection.
 * @returns false when there is no such sink.
 */
export async function freezeSink(connection: PostgresConnection, connector: string): Promise<boolean> {
  await connection.query('BEGIN')
  const { rowCount } = await connection.query('SELECT 1 FROM cdc.sink WHERE connector = $1 FOR UPDATE', [connector])
  return rowCount === 1
}

/** From the next batch on the sink stops exactly at that position, for so long at most. */
export async function setHold(
  connection: PostgresConnection,
  connector: string,
  position: GtidPosition,
  seconds: number,
): Promise<void> {
  await connection.query(
    `UPDATE cdc.sink SET hold_position = $2, hold_until = clock_timestamp() + make_interval(secs => $3)
     WHERE connector = $1`,
    [connector, formatPosition(position), seconds],
  )
}

/** Lets the sink go on. */
export async function clearHold(connection: PostgresConnection, connector: string): Promise<void> {
  await connection.query('UPDATE cdc.sink SET hold_position = NULL, hold_until = NULL WHERE connector = $1', [
    connector,
  ])
}
