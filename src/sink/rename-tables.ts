import { quotePostgres } from '../core/quote.ts'
import { formatTable } from '../core/table.ts'
import { deleteTable, saveTable } from '../state/tables.ts'
import type { LoadedTable } from '../state/tables.ts'
import type { Rename } from './net-renames.ts'
import { refused, runSql, targetName, writtenTable } from './statement-context.ts'
import type { StatementContext } from './statement-context.ts'

/**
 * Targets move with their tables. A table renamed to a name that is not captured keeps its rows under the new name and is
 * followed no more; a captured name taken by a table that is not copied has unknown rows: stop.
 */
export async function renameTables(renames: readonly Rename[], context: StatementContext): Promise<void> {
  const { registry, session, sink, source } = context
  const moves = renames.flatMap((rename) => {
    const table = writtenTable(context, rename.from)
    return table === undefined ? [] : [{ ...rename, table }]
  })
  for (const { from, to } of renames) {
    const known = registry.use(from)
    const skipped = typeof known !== 'string' && known.contains(context.gtid)
    if (skipped || !registry.captures(to) || typeof known !== 'string') continue
    const replaced = registry.target(to)
    if (known === 'unloaded' && replaced === undefined) continue
    if (replaced?.contains(context.gtid) === true) continue
    throw refused(context, to, `it was renamed from ${formatTable(from)}, whose rows are not copied`)
  }
  for (const [i, { table }] of moves.entries()) {
    await runSql(context, `ALTER TABLE ${targetName(table)} RENAME TO ${quotePostgres(`cdc_renaming_${i}`)}`)
    await deleteTable(session.connection, sink.name, table.loaded)
    registry.remove(table.loaded)
  }
  for (const [i, { table, to }] of moves.entries()) {
    const { targetSchema } = table.loaded
    const target = sink.targetName(to.database, to.table, source.topicName(to.database, to.table))
    const moved = quotePostgres(targetSchema, `cdc_renaming_${i}`)
    await runSql(context, `ALTER TABLE ${moved} RENAME TO ${quotePostgres(target.table)}`)
    if (target.schema !== targetSchema) {
      const renamed = quotePostgres(targetSchema, target.table)
      await runSql(context, `ALTER TABLE ${renamed} SET SCHEMA ${quotePostgres(target.schema)}`)
    }
    if (!registry.captures(to)) continue
    const loaded: LoadedTable = {
      ...table.loaded,
      ...to,
      ...{ targetSchema: target.schema, targetTable: target.table },
      definition: { ...table.loaded.definition, ...to },
    }
    await saveTable(session.connection, loaded)
    registry.put(loaded, table.hasOtherUnique)
  }
  await renameParents(renames, context)
}

/** Foreign keys follow the table that they refer to. */
async function renameParents(renames: readonly Rename[], { registry, session }: StatementContext): Promise<void> {
  const newNames = new Map(renames.map(({ from, to }) => [formatTable(from), to]))
  for (const { loaded, hasOtherUnique } of registry.targets) {
    const { cascades = [] } = loaded.definition
    if (!cascades.some(({ parent }) => newNames.has(formatTable(parent)))) continue
    const renamed = cascades.map((key) => ({ ...key, parent: newNames.get(formatTable(key.parent)) ?? key.parent }))
    const changed: LoadedTable = { ...loaded, definition: { ...loaded.definition, cascades: renamed } }
    await saveTable(session.connection, changed)
    registry.put(changed, hasOtherUnique)
  }
}
