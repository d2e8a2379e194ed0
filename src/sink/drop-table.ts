import type { TableName } from '../core/table.ts'
import { deleteTable } from '../state/tables.ts'
import { runSql, targetName, writtenTable } from './statement-context.ts'
import type { StatementContext } from './statement-context.ts'

/** Drops the target of a table that the source dropped. */
export async function dropTable(name: TableName, context: StatementContext): Promise<void> {
  const table = writtenTable(context, name)
  if (table === undefined) return
  await runSql(context, `DROP TABLE ${targetName(table)}`)
  await deleteTable(context.session.connection, context.sink.name, name)
  context.registry.remove(name)
}
