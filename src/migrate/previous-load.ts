import type { SourceTable, TableName } from '../core/table.ts'
import { parsePosition, type GtidPosition } from '../core/gtid.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

/** What is known of an earlier load of a table. */
export interface PreviousLoad {
  readonly state: 'loading' | 'loaded'
  readonly targetSchema: string
  readonly targetTable: string
  readonly low: GtidPosition
  readonly high: GtidPosition
  readonly rows: number
  /** Seconds since 1970 by PostgreSQL's clock. */
  readonly startedAt: number
  readonly finishedAt: string | null
  readonly definition: SourceTable
}

/** Asked for one table, once its guard is held: another load may just have ended. */
export async function readPreviousLoad(
  connection: PostgresConnection,
  connector: string,
  table: TableName,
): Promise<PreviousLoad | undefined> {
  const { rows } = await connection.query<{
    state: 'loading' | 'loaded'
    target_schema: string
    target_table: string
    low: string | null
    high: string | null
    rows: string
    started_at: string
    finished_at: string | null
    definition: string
  }>(
    `SELECT state, target_schema, target_table, low, high, rows, extract(epoch FROM started_at) AS started_at, definition,
       to_char(finished_at, 'YYYY-MM-DD"T"HH24:MI:SSOF') AS finished_at
     FROM cdc.tables WHERE connector = $1 AND database = $2 AND "table" = $3`,
    [connector, table.database, table.table],
  )
  const [row] = rows
  if (row === undefined) return undefined
  return {
    state: row.state,
    targetSchema: row.target_schema,
    targetTable: row.target_table,
    low: parsePosition(row.low ?? ''),
    high: parsePosition(row.high ?? ''),
    rows: Number(row.rows),
    startedAt: Number(row.started_at),
    finishedAt: row.finished_at,
    definition: JSON.parse(row.definition) as SourceTable,
  }
}

/** Why a table that was loaded is to be loaded again all the same: its rows are not where they belong. */
export async function whyLost(
  connection: PostgresConnection,
  { targetSchema, targetTable }: PreviousLoad,
  target: { readonly schema: string; readonly name: string },
): Promise<string | undefined> {
  if (targetSchema !== target.schema || targetTable !== target.name) return `it went to ${targetSchema}.${targetTable}`
  const { rowCount } = await connection.query(
    'SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1 AND relname = $2',
    [target.schema, target.name],
  )
  return rowCount === 0 ? 'the target table is gone' : undefined
}
