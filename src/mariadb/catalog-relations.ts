import type { TableName } from '../core/table.ts'
import type { MariadbConnection } from './connection.ts'

export interface ForeignKey {
  readonly name: string
  readonly table: TableName
  readonly columns: readonly string[]
  readonly parent: TableName
  /** In the order of `columns`. */
  readonly parentColumns: readonly string[]
}

interface Row {
  readonly name: string
  readonly tableName: string
  readonly columnName: string
  readonly parentDatabase: string
  readonly parentTable: string
  readonly parentColumn: string
}

/** The foreign keys of a database's tables, as far as the user may see them. */
export async function readForeignKeys(connection: MariadbConnection, database: string): Promise<readonly ForeignKey[]> {
  const rows = await connection.query<Row>(
    `SELECT CONSTRAINT_NAME AS name, TABLE_NAME AS tableName, COLUMN_NAME AS columnName,
       REFERENCED_TABLE_SCHEMA AS parentDatabase, REFERENCED_TABLE_NAME AS parentTable, REFERENCED_COLUMN_NAME AS parentColumn
     FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IS NOT NULL
     ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`,
    [database],
  )
  const grouped = Map.groupBy(rows, ({ tableName, name }) => `${tableName}\0${name}`)
  return [...grouped.values()].flatMap((parts) => {
    const [first] = parts
    if (first === undefined) return []
    return {
      name: first.name,
      table: { database, table: first.tableName },
      columns: parts.map(({ columnName }) => columnName),
      parent: { database: first.parentDatabase, table: first.parentTable },
      parentColumns: parts.map(({ parentColumn }) => parentColumn),
    }
  })
}

/** A column that the server numbers, and the number that comes next. */
export interface AutoIncrement {
  readonly table: TableName
  readonly column: string
  readonly next: string
}

export async function readAutoIncrements(
  connection: MariadbConnection,
  database: string,
): Promise<readonly AutoIncrement[]> {
  const rows = await connection.query<{ tableName: string; columnName: string; next: string | null }>(
    `SELECT c.TABLE_NAME AS tableName, c.COLUMN_NAME AS columnName, CAST(t.AUTO_INCREMENT AS CHAR) AS next
     FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
     WHERE c.TABLE_SCHEMA = ? AND c.EXTRA LIKE '%auto_increment%'`,
    [database],
  )
  return rows.map(({ tableName, columnName, next }) => ({
    ...{ table: { database, table: tableName }, column: columnName, next: next ?? '1' },
  }))
}
