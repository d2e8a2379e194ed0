import type { SourceTable } from '../core/table.ts'
import { readTables } from './catalog.ts'
import type { MariadbConnection } from './connection.ts'

/** Which databases and tables are wanted; a source's configuration is one. */
export interface Captures {
  capturesDatabase(database: string): boolean
  capturesTable(database: string, table: string): boolean
}

/** Base tables that are captured, by database and name, as far as the user may see them. */
export async function readCapturedTables(
  connection: MariadbConnection,
  captures: Captures,
): Promise<readonly SourceTable[]> {
  const databases = await connection.query<{ name: string }>(
    `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA
     WHERE SCHEMA_NAME NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') ORDER BY 1`,
  )
  const tables: SourceTable[] = []
  for (const { name } of databases) {
    if (!captures.capturesDatabase(name)) continue
    for (const table of await readTables(connection, name)) {
      if (captures.capturesTable(table.database, table.table)) tables.push(table)
    }
  }
  return tables
}
