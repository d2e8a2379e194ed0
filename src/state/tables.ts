import { emptyPosition, formatPosition, parsePosition } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import { CdcError } from '../core/errors.ts'
import type { SourceTable, TableName } from '../core/table.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { sqlState } from '../postgres/error.ts'

/** A table that a sink keeps equal, or that is being loaded for it. */
export interface LoadedTable extends TableName {
  /** Name of the sink connector. */
  readonly connector: string
  readonly targetSchema: string
  readonly targetTable: string
  readonly state: 'loading' | 'loaded'
  /** Whether the sink has met it among the tables that its configuration names. */
  readonly followed: boolean
  /** Changes at or before it are in the load. Empty while loading. */
  readonly low: GtidPosition
  /** Up to here a change may be in the load already. */
  readonly high: GtidPosition
  /** The columns at that place of the stream: schema changes in the stream move it on. */
  readonly definition: SourceTable
  /** What the data decided: source column -> choice of its type. */
  readonly choices: Readonly<Record<string, string>>
  readonly rows: number
  /** Counted per column: values that PostgreSQL cannot hold as they were. */
  readonly losses: Readonly<Record<string, { readonly zeroDates: number; readonly nulCharacters: number }>>
}

interface Row {
  connector: string
  database: string
  table: string
  target_schema: string
  target_table: string
  state: 'loading' | 'loaded'
  followed: string
  low: string | null
  high: string | null
  definition: string
  choices: string
  rows: string
  losses: string
}

/** All tables of a sink, in no particular order. */
export async function readTables(connection: PostgresConnection, connector: string): Promise<LoadedTable[]> {
  const { rows } = await connection.query<Row>('SELECT * FROM cdc.tables WHERE connector = $1', [connector])
  return rows.map(loadedTable)
}

/** One of them. */
export async function readTableState(
  connection: PostgresConnection,
  connector: string,
  { database, table }: TableName,
): Promise<LoadedTable | undefined> {
  const { rows } = await connection.query<Row>(
    'SELECT * FROM cdc.tables WHERE connector = $1 AND database = $2 AND "table" = $3',
    [connector, database, table],
  )
  return rows[0] === undefined ? undefined : loadedTable(rows[0])
}

function loadedTable(row: Row): LoadedTable {
  return {
    connector: row.connector,
    database: row.database,
    table: row.table,
    targetSchema: row.target_schema,
    targetTable: row.target_table,
    state: row.state,
    followed: row.followed === 't',
    low: row.low === null ? emptyPosition : parsePosition(row.low),
    high: row.high === null ? emptyPosition : parsePosition(row.high),
    definition: JSON.parse(row.definition) as SourceTable,
    choices: JSON.parse(row.choices) as Record<string, string>,
    rows: Number(row.rows),
    losses: JSON.parse(row.losses) as LoadedTable['losses'],
  }
}

/**
 * Creates or replaces the row of a table; the caller's transaction decides when it counts.
 * @throws CdcError CDC-T05 when another source table is already copied to that target.
 */
export async function saveTable(connection: PostgresConnection, table: LoadedTable): Promise<void> {
  try {
    await connection.query(
      `INSERT INTO cdc.tables (connector, database, "table", target_schema, target_table, state, low, high,
                               definition, choices, rows, losses, followed, started_at, finished_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, clock_timestamp(),
               CASE WHEN $6 = 'loaded' THEN clock_timestamp() END)
       ON CONFLICT (connector, database, "table") DO UPDATE SET
         target_schema = excluded.target_schema, target_table = excluded.target_table, state = excluded.state,
         low = excluded.low, high = excluded.high, definition = excluded.definition, choices = excluded.choices,
         rows = excluded.rows, losses = excluded.losses, followed = excluded.followed, finished_at = excluded.finished_at,
         started_at = CASE WHEN excluded.state = 'loading' THEN excluded.started_at ELSE tables.started_at END`,
      [
        ...[table.connector, table.database, table.table, table.targetSchema, table.targetTable, table.state],
        ...[formatPosition(table.low), formatPosition(table.high), JSON.stringify(table.definition)],
        ...[JSON.stringify(table.choices), table.rows, JSON.stringify(table.losses), table.followed],
      ],
    )
  } catch (thrown) {
    if (sqlState(thrown) !== '23505') throw thrown
    throw new CdcError('CDC-T05', {
      where: `${table.database}.${table.table}`,
      what: `another source table is already copied to ${table.targetSchema}.${table.targetTable}`,
      fix: 'give one of the two sinks another collection.name.format',
      cause: thrown,
    })
  }
}

/** Says of loaded tables that the sink has met them among those that its configuration names. */
export async function markFollowed(
  connection: PostgresConnection,
  connector: string,
  names: readonly TableName[],
): Promise<void> {
  await connection.query(
    `UPDATE cdc.tables SET followed = true WHERE connector = $1 AND state = 'loaded'
       AND (database, "table") IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
    [connector, names.map(({ database }) => database), names.map(({ table }) => table)],
  )
}

/** The statement that forgets a table; its target is not touched. */
export function forgetTable(connector: string, name: TableName): { text: string; values: unknown[] } {
  return {
    text: 'DELETE FROM cdc.tables WHERE connector = $1 AND database = $2 AND "table" = $3',
    values: [connector, name.database, name.table],
  }
}

/** Forgets a table at once. */
export async function deleteTable(connection: PostgresConnection, connector: string, name: TableName): Promise<void> {
  const { text, values } = forgetTable(connector, name)
  await connection.query(text, values)
}

/** Tells the running sink to read cdc.tables again, before its next batch. Part of the caller's transaction. */
export async function bumpTablesVersion(connection: PostgresConnection, connector: string): Promise<void> {
  await connection.query(
    `INSERT INTO cdc.sink (connector, tables_version) VALUES ($1, 1)
     ON CONFLICT (connector) DO UPDATE SET tables_version = sink.tables_version + 1`,
    [connector],
  )
}
