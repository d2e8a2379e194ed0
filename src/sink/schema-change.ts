import { CdcError } from '../core/errors.ts'
import { formatGtid } from '../core/gtid.ts'
import { formatTable } from '../core/table.ts'
import type { SourceTable, TableName } from '../core/table.ts'
import type { AlterAction, Statement } from '../mariadb/events/statement.ts'
import { askedChoices } from '../mapping/casts.ts'
import { saveTable } from '../state/tables.ts'
import type { LoadedTable } from '../state/tables.ts'
import { alterTable } from './alter-table.ts'
import { createTarget } from './create-target.ts'
import { dropTable } from './drop-table.ts'
import { netRenames } from './net-renames.ts'
import { renameTables } from './rename-tables.ts'
import { excerpt, refused, reload, runSql, TableLoading, targetName, writtenTable } from './statement-context.ts'
import type { StatementContext } from './statement-context.ts'
import type { TargetTable } from './target-table.ts'

/**
 * Applies a statement that is not a transaction's frame: schema changes of written tables. Everything that has an effect
 * on rows and is not applied stops the sink; what has none is passed over.
 * @throws CdcError CDC-D01, CDC-D03, CDC-M14; TableLoading
 */
export async function applyStatement(statement: Statement, context: StatementContext): Promise<void> {
  switch (statement.kind) {
    case 'create-table':
      if (mustCreate(context, statement.table)) await createFromStream(statement, context)
      return
    case 'alter-table': {
      const table = writtenTable(context, statement.table)
      if (table !== undefined) await alterTable(table, statement.actions, context)
      return
    }
    case 'rename-table':
      await renameTables(netRenames(statement.pairs), context)
      return
    case 'truncate-table': {
      const table = writtenTable(context, statement.table)
      if (table !== undefined && context.sink.truncateEnabled) await runSql(context, `TRUNCATE ${targetName(table)}`)
      return
    }
    case 'drop-table':
      for (const name of statement.tables) await dropTable(name, context)
      return
    case 'drop-database':
      await dropDatabase(statement.database, context)
      return
    case 'dml': {
      const table = statement.tables.map((name) => writtenTable(context, name)).find((found) => found !== undefined)
      if (table !== undefined) throw loggedAsStatement(table, context)
      return
    }
    case 'create-index':
    case 'drop-index': {
      const table = writtenTable(context, statement.table)
      if (table !== undefined) await alterTable(table, [indexAction(statement)], context)
      return
    }
    case 'create-database':
      if (statement.orReplace) await dropDatabase(statement.database, context)
      return
    case 'alter-database':
    case 'other':
      return
    case 'unknown':
      throw new CdcError('CDC-D03', {
        where: context.sink.name,
        what: `a statement in the stream could not be read: ${excerpt(context.sql)}`,
        details: [`gtid: ${formatGtid(context.gtid)}`],
      })
    case 'begin':
    case 'commit':
    case 'rollback':
    case 'savepoint':
    case 'rollback-to':
    case 'release':
    case 'xa':
      throw new Error(`BUG: ${statement.kind} is a frame, not a statement`)
  }
}

function indexAction(statement: Extract<Statement, { kind: 'create-index' | 'drop-index' }>): AlterAction {
  return statement.kind === 'create-index'
    ? { kind: 'add-index', index: statement.index }
    : { kind: 'drop-index', name: statement.name }
}

async function dropDatabase(database: string, context: StatementContext): Promise<void> {
  for (const table of context.registry.targets) {
    if (table.loaded.database === database) await dropTable(table.loaded, context)
  }
  for (const name of context.registry.outside) if (name.database === database) context.registry.use(name)
}

function mustCreate(context: StatementContext, name: TableName): boolean {
  const use = context.registry.use(name)
  if (use === 'loading') throw new TableLoading()
  return use === 'unloaded' || (typeof use !== 'string' && !use.contains(context.gtid))
}

async function createFromStream(
  statement: Extract<Statement, { kind: 'create-table' }>,
  context: StatementContext,
): Promise<void> {
  const { registry, session, sink, source, position } = context
  const existing = registry.target(statement.table)
  if (existing !== undefined) {
    // It is logged although the server made nothing.
    if (statement.ifNotExists) return
    if (!statement.orReplace)
      throw refused(context, statement.table, 'the table is created although it is known already')
    await dropTable(statement.table, context)
  }
  const definition = createdDefinition(statement, context)
  const { database, table } = statement.table
  const target = sink.targetName(database, table, source.topicName(database, table))
  const loaded: LoadedTable = {
    ...{ connector: sink.name, database, table, targetSchema: target.schema, targetTable: target.table },
    ...{ state: 'loaded', low: position, high: position, definition, rows: 0, losses: {} },
    choices: askedChoices(definition, (column) => sink.casts.of(database, table, column)),
    followed: true,
  }
  const hasOtherUnique = await createTarget(session, loaded, sink.quoteIdentifiers)
  await saveTable(session.connection, loaded)
  // The rows of CREATE TABLE … SELECT follow in the same group, which must not seem to be in the load.
  registry.put({ ...loaded, low: context.before }, hasOtherUnique)
}

function createdDefinition(
  statement: Extract<Statement, { kind: 'create-table' }>,
  context: StatementContext,
): SourceTable {
  if (statement.like !== null) {
    const model = context.registry.target(statement.like)
    // Foreign keys are not taken over.
    if (model !== undefined) return { ...model.loaded.definition, ...statement.table, cascades: [] }
    throw refused(context, statement.table, `it is made like ${formatTable(statement.like)}, which is not copied`)
  }
  if (statement.definition !== null) return statement.definition
  throw refused(context, statement.table, statement.unreadable ?? 'its definition could not be read')
}

function loggedAsStatement(table: TargetTable, context: StatementContext): CdcError {
  return new CdcError('CDC-M14', {
    where: table.label,
    what: `a change was logged as a statement, not as rows: ${excerpt(context.sql)}`,
    why: 'the session that wrote it had binlog_format STATEMENT or MIXED',
    fix: `SET GLOBAL binlog_format = 'ROW';   then: ${reload(table.loaded, context.sink)}`,
    details: [`gtid: ${formatGtid(context.gtid)}`],
  })
}
