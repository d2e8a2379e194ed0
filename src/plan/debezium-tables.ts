// The tables of a pipeline on Kafka Connect with what their columns are in the target, or will be.
import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { formatTable } from '../core/table.ts'
import type { SourceTable } from '../core/table.ts'
import { foldName, mapTable } from '../mapping/mapped-table.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { askedChoices } from '../mapping/casts.ts'
import { columnTypeOf } from '../mapping/column-types.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import { probeChoices } from '../migrate/probe-choices.ts'
import { connectPostgres } from '../postgres/connection.ts'
import type { LoadedTable } from '../state/tables.ts'
import type { DebeziumTable } from './debezium-columns.ts'

interface PlannedColumns {
  readonly source: SourceConfig
  readonly sink: SinkConfig
  /** Of that sink. */
  readonly loaded: readonly LoadedTable[]
}

/**
 * What each table is in the target, or will be: by the casts, as it was loaded, else by looking at its rows as the load
 * does (one scan of each table with a TINYINT(1) or a TIME). A table with a column of no known type is left out: it
 * cannot be loaded.
 * @throws CdcErrors CDC-T10, CdcError CDC-T11
 */
export async function plannedTables(
  connection: MariadbConnection,
  tables: readonly SourceTable[],
  { source, sink, loaded }: PlannedColumns,
): Promise<readonly MappedTable[]> {
  const mapped: MappedTable[] = []
  for (const table of tables) {
    if (table.columns.some((column) => columnTypeOf(column) === undefined)) continue
    const { database, table: name } = table
    const target = sink.targetName(database, name, source.topicName(database, name))
    const asked = askedChoices(table, (column) => sink.casts.of(database, name, column))
    const map = (choices: Readonly<Record<string, string>>): MappedTable =>
      mapTable(table, { schema: target.schema, name: target.table, quoteIdentifiers: sink.quoteIdentifiers, choices })
    const before = loaded.find((one) => formatTable(one) === formatTable(table) && one.state === 'loaded')
    mapped.push(
      map(before === undefined ? await probeChoices(connection, map(asked), asked) : { ...before.choices, ...asked }),
    )
  }
  return mapped
}

export function asDebeziumTable({ source, columns }: MappedTable): DebeziumTable {
  return { source, types: Object.fromEntries(columns.map((column) => [column.source.name, column.postgresType])) }
}

/** The tables that are in the target, with the types of their columns there and what their load has lost. */
export async function targetTables(
  tables: readonly SourceTable[],
  { source, sink, loaded }: PlannedColumns,
  signal: AbortSignal,
): Promise<readonly DebeziumTable[]> {
  const options = { applicationName: `cdc register ${sink.name}`.slice(0, 63), where: sink.name, signal }
  await using connection = await connectPostgres(sink.postgres, options)
  const targets = tables.map(({ database, table }) =>
    sink.targetName(database, table, source.topicName(database, table)),
  )
  const { rows } = await connection.query<{ schema: string; name: string; columns: string }>(
    `SELECT n.nspname AS schema, c.relname AS name,
       (SELECT json_object_agg(attname, format_type(atttypid, atttypmod)) FROM pg_attribute
         WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)::text AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [targets.map(({ schema }) => schema), targets.map(({ table }) => table)],
  )
  return tables.flatMap((table, i) => {
    const found = rows.find(({ schema, name }) => schema === targets[i]?.schema && name === targets[i].table)
    if (found === undefined) return []
    const columns = JSON.parse(found.columns) as Record<string, string>
    const types = table.columns.flatMap(({ name }) => {
      const type = columns[foldName(name, sink.quoteIdentifiers)]
      return type === undefined ? [] : [[name, type] as const]
    })
    const { losses = {} } = loaded.find((one) => formatTable(one) === formatTable(table)) ?? {}
    return { source: table, types: Object.fromEntries(types), losses }
  })
}
