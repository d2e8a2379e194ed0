import { quoteMariadb } from '../core/quote.ts'
import type { CascadingKey, TableName } from '../core/table.ts'
import type { MariadbConnection } from './connection.ts'
import { readKeyOrCheck } from './events/key-definition.ts'
import { cascadingKey } from './events/references.ts'
import { sqlTokens } from './events/sql-tokens.ts'
import { TokenReader } from './events/token-reader.ts'

/**
 * By table, the foreign keys that change its rows. information_schema shows a user who may only SELECT which tables have
 * foreign keys, but not what these do (REFERENTIAL_CONSTRAINTS stays empty); SHOW CREATE TABLE does.
 */
export async function readCascades(
  connection: MariadbConnection,
  of: { readonly database: string; readonly table?: string },
): Promise<ReadonlyMap<string, readonly CascadingKey[]>> {
  const rows = await connection.query<{ readonly name: string }>(
    `SELECT DISTINCT TABLE_NAME AS name FROM information_schema.KEY_COLUMN_USAGE
     WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IS NOT NULL${of.table === undefined ? '' : ' AND TABLE_NAME = ?'}`,
    of.table === undefined ? [of.database] : [of.database, of.table],
  )
  const result = new Map<string, readonly CascadingKey[]>()
  for (const { name: table } of rows) {
    const name = { database: of.database, table }
    const [row] = await connection.query<{ 'Create Table'?: string }>(
      `SHOW CREATE TABLE ${quoteMariadb(of.database, table)}`,
    )
    const cascades = shownCascades(name, row?.['Create Table'] ?? '')
    if (cascades.length > 0) result.set(table, cascades)
  }
  return result
}

/** The server prints each constraint on a line of its own; line ends inside of texts are printed as `\n`. */
export function shownCascades(table: TableName, shown: string): readonly CascadingKey[] {
  return shown.split('\n').flatMap((line) => {
    if (!line.startsWith('  CONSTRAINT ')) return []
    const reader = new TokenReader(line, [...sqlTokens(line, { sqlMode: 0n, serverVersion: 999999 })])
    const key = readKeyOrCheck(reader)
    if (key === undefined || key === 'check' || key.references === undefined) return []
    const { name, references } = key
    const columns = key.columns.map((column) => column.name)
    return cascadingKey(table, columns, { name, references }) ?? []
  })
}
