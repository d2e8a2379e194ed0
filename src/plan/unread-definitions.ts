import type { SourceConfig } from '../config/source-config.ts'
import { CdcError } from '../core/errors.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'

const onlyTables = 'schema.history.internal.store.only.captured.tables.ddl'
const skips = 'schema.history.internal.skip.unparseable.ddl'

/**
 * CDC-T13 for each table that is not on the list and yet stops Debezium: it reads the definitions of all tables of a
 * captured database, and its parser knows neither INET4 nor INET6.
 */
export async function unreadDefinitions(connection: MariadbConnection, source: SourceConfig): Promise<CdcError[]> {
  const { raw } = source
  if ([onlyTables, skips].some((key) => (raw[key] ?? '').trim().toLowerCase() === 'true')) return []
  const columns = await connection.query<{ database: string; table: string; column: string; type: string }>(
    `SELECT c.TABLE_SCHEMA AS \`database\`, c.TABLE_NAME AS \`table\`, c.COLUMN_NAME AS \`column\`, c.DATA_TYPE AS type
     FROM information_schema.COLUMNS c JOIN information_schema.TABLES t
       ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME AND t.TABLE_TYPE <> 'VIEW'
     WHERE c.DATA_TYPE IN ('inet4', 'inet6') ORDER BY 1, 2, c.ORDINAL_POSITION`,
  )
  return columns
    .filter(({ database, table }) => source.capturesDatabase(database) && !source.capturesTable(database, table))
    .map(
      ({ database, table, column, type }) =>
        new CdcError('CDC-T13', {
          where: `${database}.${table}.${column}`,
          what: `Debezium cannot read the definition of a table with a column of type ${type}, and reads it though the table is not on the list`,
          why: 'its parser does not know the type, and the connector fails at the CREATE TABLE',
          fix: `"${onlyTables}": "true" in the source's file, or use the embedded runtime for this database`,
        }),
    )
}
