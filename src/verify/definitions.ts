import type { SourceConfig } from '../config/source-config.ts'
import { formatTable } from '../core/table.ts'
import { readCapturedTables } from '../mariadb/captured-tables.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'

/** What makes a captured table the one that it is, as a text by `database.table`: another text, another table. */
export type Definitions = ReadonlyMap<string, string>

/**
 * The columns, keys and comment, and the server's CREATE_TIME, which ALTER and RENAME move: it is when the
 * file of the definition was last changed, in seconds. @throws as `readCapturedTables`
 */
export async function readDefinitions(connection: MariadbConnection, source: SourceConfig): Promise<Definitions> {
  const tables = await readCapturedTables(connection, source)
  const databases = [...new Set(tables.map(({ database }) => database))]
  if (databases.length === 0) return new Map()
  const rows = await connection.query<{ database: string; table: string; time: string | null }>(
    `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`, CAST(CREATE_TIME AS CHAR) AS time
     FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (${databases.map(() => '?').join(', ')})`,
    databases,
  )
  const times = new Map(rows.map(({ time, ...name }) => [formatTable(name), time]))
  return new Map(tables.map((table) => [formatTable(table), JSON.stringify([table, times.get(formatTable(table))])]))
}
