import { CdcError } from '../core/errors.ts'
import { formatTable } from '../core/table.ts'
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

/**
 * CDC-T07 for each foreign key whose parent is not captured: what it does to the table could not be told from the binary
 * log.
 */
export function uncapturedParents(table: SourceTable, captures: Captures): readonly CdcError[] {
  return (table.cascades ?? []).flatMap(({ parent, columns }) => {
    if (captures.capturesTable(parent.database, parent.table)) return []
    const columnsText = columns.join(', ')
    return new CdcError('CDC-T07', {
      where: `${formatTable(table)}.${columnsText}`,
      what: `its foreign key changes rows when ${formatTable(parent)} changes, which is not on the list of tables`,
      why: 'MariaDB does not log what ON DELETE and ON UPDATE do to other tables: it is done again from the changes of that table',
      fix: `add ${formatTable(parent)} to table.include.list (the allowlist in .env), or leave ${formatTable(table)} out`,
    })
  })
}
