import { unreachable } from '../../core/assert.ts'
import type { SourceIndex, SourceTable, TableName } from '../../core/table.ts'
import type { AlterAction as TableAlterAction } from './alter-table.ts'
import { readAlterActions } from './alter-table.ts'
import { canonicalCharset, charsetOfCollationName } from './column-definition.ts'
import { readTableBody } from './create-table.ts'
import { readKeyColumns, readUsing } from './key-definition.ts'
import type { QueryEvent } from './query.ts'
import type { Token } from './sql-tokens.ts'
import { sqlTokens } from './sql-tokens.ts'
import { TokenReader } from './token-reader.ts'
import { mentionedNames } from './mentioned-names.ts'
import { readTransactionStatement } from './transaction-statement.ts'
import type { TransactionStatement } from './transaction-statement.ts'

// What a QUERY event's text means for a copy of the tables. Every text gives something: what is not understood is
// 'unknown', and a table definition that would need guessing is null with the reason.

export type AlterAction = TableAlterAction

export interface StatementContext {
  /** The session's database: the one of names without one. */
  readonly database: string
  readonly sqlMode: bigint | null
  /** Default character set of the database of a created table; null: not known (QUERY events do not carry it). */
  readonly databaseCharset: string | null
  /** From the QUERY event; left out or null: not known. */
  readonly explicitTimestamps?: boolean | null
  readonly sqlIfExists?: boolean | null
  /** As in executable comments, 101100 for 10.11. */
  readonly serverVersion?: number
}

export interface CreateTable {
  readonly kind: 'create-table'
  readonly table: TableName
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly like: TableName | null
  readonly asSelect: boolean
  /** null for LIKE, and when `unreadable` says why. */
  readonly definition: SourceTable | null
  readonly unreadable: string | null
}

export type Statement =
  | TransactionStatement
  | CreateTable
  | { readonly kind: 'alter-table'; readonly table: TableName; readonly actions: readonly AlterAction[] }
  | { readonly kind: 'rename-table'; readonly pairs: readonly { readonly from: TableName; readonly to: TableName }[] }
  | { readonly kind: 'truncate-table'; readonly table: TableName }
  | { readonly kind: 'drop-table'; readonly tables: readonly TableName[] }
  | { readonly kind: 'drop-database'; readonly database: string }
  /** `charset` null: not said. OR REPLACE drops the database first. */
  | {
      readonly kind: 'create-database'
      readonly database: string
      readonly charset: string | null
      readonly orReplace: boolean
    }
  | { readonly kind: 'alter-database'; readonly database: string; readonly charset: string | null }
  | {
      readonly kind: 'create-index'
      readonly table: TableName
      readonly index: SourceIndex
      readonly orReplace: boolean
      readonly ifNotExists: boolean
    }
  | { readonly kind: 'drop-index'; readonly table: TableName; readonly name: string; readonly ifExists: boolean }
  /** A change of rows as a statement. `tables`: every name that may be a table's, too many rather than too few. */
  | { readonly kind: 'dml'; readonly tables: readonly TableName[] }
  /** No effect on rows: views, triggers, routines, users, ANALYZE, FLUSH, temporary tables, … */
  | { readonly kind: 'other'; readonly tables: readonly TableName[]; readonly verb: string }
  | { readonly kind: 'unknown'; readonly text: string }

/** The context that a QUERY event itself gives. */
export function statementContext(
  event: QueryEvent,
  databaseCharset: string | null,
): Required<Omit<StatementContext, 'serverVersion'>> {
  const { database, sqlMode, explicitTimestamps, sqlIfExists } = event
  return { database, sqlMode, databaseCharset, explicitTimestamps, sqlIfExists }
}

/** Reads one statement. Never throws. */
export function parseStatement(sql: string, context: StatementContext): Statement {
  try {
    const options = { sqlMode: context.sqlMode, serverVersion: context.serverVersion ?? 101_199 }
    const reader = new TokenReader(sql, [...sqlTokens(sql, options)])
    skipSetStatement(reader)
    return classify(reader, context) ?? { kind: 'unknown', text: sql }
  } catch {
    return { kind: 'unknown', text: sql }
  }
}

/** The databases that a statement names, or uses by default. */
export function mentionedDatabases(statement: Statement): string[] {
  const tables = (): readonly TableName[] => {
    switch (statement.kind) {
      case 'create-table':
        return statement.like === null ? [statement.table] : [statement.table, statement.like]
      case 'alter-table': {
        const renamed = statement.actions.flatMap((action) => (action.kind === 'rename-table' ? [action.to] : []))
        return [statement.table, ...renamed]
      }
      case 'rename-table':
        return statement.pairs.flatMap(({ from, to }) => [from, to])
      case 'truncate-table':
      case 'create-index':
      case 'drop-index':
        return [statement.table]
      case 'drop-table':
      case 'dml':
      case 'other':
        return statement.tables
      case 'begin':
      case 'commit':
      case 'rollback':
      case 'savepoint':
      case 'rollback-to':
      case 'release':
      case 'xa':
      case 'create-database':
      case 'alter-database':
      case 'drop-database':
      case 'unknown':
        return []
      default:
        return unreachable(statement)
    }
  }
  const databases = 'database' in statement ? [statement.database] : tables().map(({ database }) => database)
  return [...new Set(databases)]
}

/** `SET STATEMENT variable = value, … FOR statement` */
function skipSetStatement(reader: TokenReader): void {
  while (reader.take('SET', 'STATEMENT')) {
    while (!reader.sees('FOR')) reader.skipPart()
    reader.expect('FOR')
  }
}

function classify(reader: TokenReader, context: StatementContext): Statement | undefined {
  const first = reader.peek()
  if (first === undefined) return { kind: 'other', tables: [], verb: '' }
  const transaction = readTransactionStatement(reader)
  if (transaction !== undefined) return transaction
  switch (first.upper) {
    case 'CREATE':
      return readCreate(reader, context)
    case 'ALTER':
      return readAlter(reader, context)
    case 'DROP':
      return readDrop(reader, context)
    case 'RENAME':
      return readRename(reader, context)
    case 'TRUNCATE': {
      reader.next()
      reader.take('TABLE')
      return { kind: 'truncate-table', table: reader.tableName(context.database) }
    }
    default:
      break
  }
  if (changesRows(first)) return { kind: 'dml', tables: mentionedNames(reader, context.database) }
  if (otherVerbs.has(first.upper)) return otherStatement(reader, first.upper)
  return undefined
}

function changesRows(token: Token): boolean {
  const verbs = 'INSERT UPDATE DELETE REPLACE LOAD CALL DO SELECT WITH VALUES HANDLER EXECUTE IMPORT TABLE'
  return verbs.split(' ').includes(token.upper) || token.text === '('
}

const otherVerbs: ReadonlySet<string> = new Set(
  (
    'GRANT REVOKE SET FLUSH ANALYZE OPTIMIZE REPAIR CHECK CHECKSUM CACHE USE SHOW EXPLAIN DESCRIBE DESC HELP KILL RESET ' +
    'PURGE CHANGE INSTALL UNINSTALL LOCK UNLOCK PREPARE DEALLOCATE SIGNAL RESIGNAL SHUTDOWN START STOP BACKUP'
  ).split(' '),
)

function otherStatement(reader: TokenReader, verb: string): Statement {
  reader.at = reader.tokens.length
  return { kind: 'other', tables: [], verb }
}

/** What CREATE, ALTER and DROP are about, when it is not a table, index or database. */
const otherObjects: ReadonlySet<string> = new Set(
  'VIEW TRIGGER PROCEDURE FUNCTION EVENT USER ROLE SERVER SEQUENCE PACKAGE AGGREGATE TABLESPACE LOGFILE'.split(' '),
)

/** `CREATE DEFINER=a@b SQL SECURITY … VIEW v`: the object stands somewhere in the first words. */
function readOtherObject(reader: TokenReader, verb: string): Statement | undefined {
  for (let i = 0; i < 30; i++) {
    const word = reader.peek(i)?.upper ?? ''
    if (word === 'TABLE') return undefined
    if (otherObjects.has(word)) return otherStatement(reader, `${verb} ${word}`)
  }
  return undefined
}

function readCreate(reader: TokenReader, context: StatementContext): Statement | undefined {
  reader.expect('CREATE')
  const orReplace = reader.take('OR', 'REPLACE')
  if (reader.take('TEMPORARY')) return otherStatement(reader, 'CREATE TEMPORARY')
  if (reader.take('TABLE')) return readCreateTable(reader, context, orReplace)
  if (reader.takeOne('DATABASE', 'SCHEMA') !== undefined) {
    reader.take('IF', 'NOT', 'EXISTS')
    const database = reader.name()
    return { kind: 'create-database', database, charset: readDatabaseCharset(reader), orReplace }
  }
  const unique = reader.take('UNIQUE')
  const method = unique ? undefined : reader.takeOne('FULLTEXT', 'SPATIAL', 'VECTOR')
  if (!reader.take('INDEX')) return readOtherObject(reader, 'CREATE')
  const ifNotExists = reader.take('IF', 'NOT', 'EXISTS')
  const name = reader.name()
  const using = readUsing(reader)
  reader.expect('ON')
  const table = reader.tableName(context.database)
  const columns = readKeyColumns(reader)
  const index = { name, unique, columns, method: method ?? using ?? 'BTREE' }
  return { kind: 'create-index', table, index, orReplace, ifNotExists }
}

function readCreateTable(reader: TokenReader, context: StatementContext, orReplace: boolean): CreateTable {
  const ifNotExists = reader.take('IF', 'NOT', 'EXISTS')
  const table = reader.tableName(context.database)
  const common = { kind: 'create-table', table, orReplace, ifNotExists } as const
  const start = reader.at
  const open = reader.takeSymbol('(')
  if (reader.take('LIKE')) {
    const like = reader.tableName(context.database)
    if (open) reader.expectSymbol(')')
    return { ...common, like, asSelect: false, definition: null, unreadable: null }
  }
  reader.at = start
  const { sqlMode, databaseCharset, explicitTimestamps = null } = context
  return { ...common, like: null, ...readTableBody(reader, table, { sqlMode, databaseCharset, explicitTimestamps }) }
}

function readDatabaseCharset(reader: TokenReader): string | null {
  let charset: string | null = null
  while (!reader.done) {
    reader.take('DEFAULT')
    if (reader.take('CHARACTER', 'SET') || reader.take('CHAR', 'SET') || reader.take('CHARSET')) {
      reader.takeSymbol('=')
      charset = canonicalCharset(reader.next().text)
    } else if (reader.take('COLLATE')) {
      reader.takeSymbol('=')
      charset = charsetOfCollationName(reader.next().text) ?? charset
    } else reader.next()
  }
  return charset
}

function readAlter(reader: TokenReader, context: StatementContext): Statement | undefined {
  reader.expect('ALTER')
  if (reader.takeOne('DATABASE', 'SCHEMA') !== undefined) {
    const named = !/^(DEFAULT|CHARACTER|CHARSET|COLLATE|COMMENT|UPGRADE)$/.test(reader.peek()?.upper ?? 'DEFAULT')
    const database = named ? reader.name() : context.database
    return { kind: 'alter-database', database, charset: readDatabaseCharset(reader) }
  }
  reader.take('ONLINE')
  const ignore = reader.take('IGNORE')
  if (!reader.take('TABLE')) return readOtherObject(reader, 'ALTER')
  reader.take('IF', 'EXISTS')
  const table = reader.tableName(context.database)
  skipWait(reader)
  const { database, sqlMode, explicitTimestamps = null, sqlIfExists = null } = context
  const actions = readAlterActions(reader, { database, table, sqlMode, explicitTimestamps, sqlIfExists }, ignore)
  return { kind: 'alter-table', table, actions }
}

function skipWait(reader: TokenReader): void {
  if (reader.take('WAIT')) reader.next()
  else reader.take('NOWAIT')
}

function readDrop(reader: TokenReader, context: StatementContext): Statement | undefined {
  reader.expect('DROP')
  if (reader.take('TEMPORARY')) return otherStatement(reader, 'DROP TEMPORARY')
  if (reader.takeOne('DATABASE', 'SCHEMA') !== undefined) {
    reader.take('IF', 'EXISTS')
    return { kind: 'drop-database', database: reader.name() }
  }
  if (reader.takeOne('TABLE', 'TABLES') !== undefined) {
    reader.take('IF', 'EXISTS')
    return { kind: 'drop-table', tables: reader.tableNames(context.database) }
  }
  if (!reader.take('INDEX')) return readOtherObject(reader, 'DROP')
  const ifExists = reader.take('IF', 'EXISTS')
  const name = reader.name()
  reader.expect('ON')
  return { kind: 'drop-index', table: reader.tableName(context.database), name, ifExists }
}

function readRename(reader: TokenReader, context: StatementContext): Statement | undefined {
  reader.expect('RENAME')
  if (reader.takeOne('TABLE', 'TABLES') === undefined) {
    return reader.sees('USER') ? otherStatement(reader, 'RENAME USER') : undefined
  }
  reader.take('IF', 'EXISTS')
  const pairs = []
  do {
    const from = reader.tableName(context.database)
    skipWait(reader)
    reader.expect('TO')
    pairs.push({ from, to: reader.tableName(context.database) })
  } while (reader.takeSymbol(','))
  return { kind: 'rename-table', pairs }
}
