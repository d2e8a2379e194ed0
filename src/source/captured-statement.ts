import { unreachable } from '../core/assert.ts'
import type { QueryEvent } from '../mariadb/events/query.ts'
import { mentionedDatabases, parseStatement, statementContext, type Statement } from '../mariadb/events/statement.ts'

/** What a statement in a group is to the one who decides which groups are kept. */
export type StatementRole =
  /** Ends its group. */
  | 'end'
  /** Of interest only in a group that is kept for something else: it orders rows (savepoints, XA END). */
  | 'companion'
  /** Makes its group worth keeping. */
  | 'captured'
  /** Concerns nobody. It may hold passwords and must not reach the disk. */
  | 'dropped'

/** Tells the role of a QUERY event. `capturesDatabase`: whether changes of a database are wanted. */
export function statementRole(query: QueryEvent, capturesDatabase: (database: string) => boolean): StatementRole {
  // Nearly every statement of a row-based log is this one.
  if (query.sql === 'COMMIT') return 'end'
  const statement = parseStatement(query.sql, statementContext(query, null))
  switch (statement.kind) {
    case 'commit':
    case 'rollback':
      return 'end'
    case 'begin':
      return 'dropped'
    case 'savepoint':
    case 'rollback-to':
    case 'release':
      return 'companion'
    case 'xa':
      // The rows of the transaction may have come long ago, and we with another memory: its end is always kept.
      return statement.verb === 'commit' || statement.verb === 'rollback' ? 'captured' : 'companion'
    case 'other':
      return 'dropped'
    case 'unknown':
      return unknownRole(statement, query, capturesDatabase)
    case 'create-table':
    case 'alter-table':
    case 'rename-table':
    case 'truncate-table':
    case 'drop-table':
    case 'drop-database':
    case 'create-database':
    case 'alter-database':
    case 'create-index':
    case 'drop-index':
    case 'dml':
      return mentionedDatabases(statement).some(capturesDatabase) ? 'captured' : 'dropped'
    default:
      return unreachable(statement)
  }
}

/** What could not be read is kept when any of its words, or the session's database, could be a captured one. */
function unknownRole(
  statement: Statement & { kind: 'unknown' },
  query: QueryEvent,
  capturesDatabase: (database: string) => boolean,
): StatementRole {
  const words = statement.text.match(/[\p{L}\p{N}_$]+/gu) ?? []
  return [query.database, ...words].some((word) => word !== '' && capturesDatabase(word)) ? 'captured' : 'dropped'
}
