import type { QueryEvent } from '../mariadb/events/query.ts'
import { parseStatement, statementContext } from '../mariadb/events/statement.ts'
import type { AlterAction, Statement } from '../mariadb/events/statement.ts'

/**
 * The default character set of a database, or of a table (`table` given), as the source has it now; null: it does not
 * exist any more. The binary log does not carry it. That it may have changed since the statement is why the shape of the
 * first rows is compared with the definition.
 * @throws CdcError when the source cannot be reached.
 */
export type DefaultCharset = (database: string, table: string | null) => Promise<string | null>

/** Reads the statement of a QUERY event, and asks for the default character set when it depends on that. */
export async function readStatement(query: QueryEvent, defaultCharset: DefaultCharset): Promise<Statement> {
  const statement = parseStatement(query.sql, statementContext(query, null))
  if (statement.kind === 'create-table' && statement.definition === null && statement.like === null) {
    const charset = await defaultCharset(statement.table.database, null)
    return charset === null ? statement : parseStatement(query.sql, statementContext(query, charset))
  }
  if (statement.kind !== 'alter-table' || !statement.actions.some(inherits)) return statement
  const { database, table } = statement.table
  const charset = (await defaultCharset(database, table)) ?? (await defaultCharset(database, null))
  if (charset === null) return statement
  return {
    ...statement,
    actions: statement.actions.map((action) =>
      inherits(action) ? { ...action, column: { ...action.column, charset } } : action,
    ),
  }
}

function inherits(action: AlterAction): action is Extract<AlterAction, { kind: 'add-column' }> {
  return action.kind === 'add-column' && action.inheritsCharset
}
