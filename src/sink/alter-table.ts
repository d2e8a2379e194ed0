import type { SourceColumn, SourceTable } from '../core/table.ts'
import type { AlterAction } from '../mariadb/events/statement.ts'
import { addColumnSql, dropColumnSql } from '../mapping/ddl.ts'
import { askedChoices } from '../mapping/casts.ts'
import type { Choices } from '../mapping/casts.ts'
import { mapTable } from '../mapping/mapped-table.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { must, unreachable } from '../core/assert.ts'
import { saveTable } from '../state/tables.ts'
import { renameTables } from './rename-tables.ts'
import { refused } from './statement-context.ts'
import type { StatementContext } from './statement-context.ts'
import type { TargetTable } from './target-table.ts'

type AddColumn = Extract<AlterAction, { kind: 'add-column' }>

/**
 * Follows an ALTER TABLE clause by clause: columns added with a value that can be repeated, columns dropped, renames.
 * Indexes are noted (a UNIQUE over a long text changes the rows' shape) and not made: building one would hold up the stream.
 * @throws CdcError CDC-D01 for every other clause, before anything is changed.
 */
export async function alterTable(
  table: TargetTable,
  actions: readonly AlterAction[],
  context: StatementContext,
): Promise<void> {
  const { session, registry, sink } = context
  for (const action of actions) refuse(action, table, context)
  let { definition, choices } = table.loaded
  const map = (): MappedTable => remap(table, { definition, choices }, sink.quoteIdentifiers)
  for (const action of actions) {
    if (action.kind === 'add-column') {
      if (hasColumn(definition, action.column.name)) continue
      definition = withColumn(definition, action)
      choices = { ...choices, ...askedFor(action.column, table, context) }
      const mapped = map()
      const column = must(
        mapped.columns.find(({ source }) => source.name === action.column.name),
        'the added column',
      )
      await session.run({ text: addColumnSql(mapped, column) })
    } else if (action.kind === 'drop-column') {
      if (!hasColumn(definition, action.name)) continue
      const mapped = map()
      const column = must(
        mapped.columns.find(({ source }) => sameName(source.name, action.name)),
        'the dropped column',
      )
      await session.run({ text: dropColumnSql(mapped, column.name) })
      definition = withoutColumn(definition, action.name)
      choices = Object.fromEntries(Object.entries(choices).filter(([name]) => !sameName(name, action.name)))
    } else if (action.kind === 'add-index') {
      definition = { ...definition, indexes: [...definition.indexes, action.index] }
    } else if (action.kind === 'drop-index') {
      const indexes = definition.indexes.filter(({ name }) => !sameName(name, action.name))
      definition = { ...definition, indexes, ...cascadesWithout(definition, action.name) }
    } else if (action.kind === 'add-cascade') {
      definition = { ...definition, cascades: [...(definition.cascades ?? []), action.cascade] }
    } else if (action.kind === 'drop-foreign-key') {
      definition = { ...definition, ...cascadesWithout(definition, action.name) }
    }
  }
  if (definition !== table.loaded.definition) {
    const loaded = { ...table.loaded, definition, choices }
    await saveTable(session.connection, loaded)
    registry.put(loaded, table.hasOtherUnique)
  }
  for (const action of actions) {
    if (action.kind !== 'rename-table') continue
    await renameTables([{ from: table.loaded, to: action.to }], context)
  }
}

/** A name that is no index's is another constraint's, or nothing's. */
function mayBeKey({ key, keyIndex }: SourceTable, name: string): boolean {
  // Definitions that were stored by earlier versions do not say the index.
  return key.length > 0 && (keyIndex === undefined || sameName(keyIndex, name))
}

function hasColumn({ columns }: SourceTable, column: string): boolean {
  return columns.some(({ name }) => sameName(name, column))
}

/** MariaDB compares column names without letter case. */
function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function isName(constraint: string | null, name: string): boolean {
  return constraint !== null && sameName(constraint, name)
}

function cascadesWithout({ cascades = [] }: SourceTable, name: string): Pick<SourceTable, 'cascades'> {
  return cascades.length === 0 ? {} : { cascades: cascades.filter((cascade) => !isName(cascade.name, name)) }
}

function refuse(action: AlterAction, table: TargetTable, context: StatementContext): void {
  const { key, indexes, cascades = [] } = table.loaded.definition
  switch (action.kind) {
    case 'no-effect':
    case 'rename-table':
    case 'add-index':
    case 'add-cascade':
      return
    case 'drop-foreign-key':
      if (cascades.some(({ name }) => name === null) && !cascades.some(({ name }) => isName(name, action.name))) {
        throw refused(
          context,
          table.loaded,
          `the server chose the name ${action.name}: what it stands for is not known`,
        )
      }
      return
    case 'drop-index':
      if (cascades.some(({ name }) => isName(name, action.name))) return
      if (!indexes.some(({ name }) => sameName(name, action.name)) && mayBeKey(table.loaded.definition, action.name)) {
        throw refused(context, table.loaded, `index ${action.name} may be the one that rows are found by`)
      }
      return
    case 'refused':
      throw refused(context, table.loaded, action.what)
    case 'add-column':
      if (action.ifNotExists && hasColumn(table.loaded.definition, action.column.name)) return
      if (action.alsoKey) throw refused(context, table.loaded, `column ${action.column.name} comes with a key`)
      if (!action.repeatable) {
        throw refused(context, table.loaded, `the default of column ${action.column.name} may differ from row to row`)
      }
      if (hasColumn(table.loaded.definition, action.column.name)) {
        throw refused(context, table.loaded, `there is a column ${action.column.name} already`)
      }
      return
    case 'drop-column':
      if (action.ifExists && !hasColumn(table.loaded.definition, action.name)) return
      if (key.some((name) => sameName(name, action.name))) {
        throw refused(context, table.loaded, `column ${action.name} belongs to the key`)
      }
      if (!hasColumn(table.loaded.definition, action.name)) {
        throw refused(context, table.loaded, `there is no column ${action.name}`)
      }
      return
    default:
      unreachable(action)
  }
}

/** The cast of a column that is added. @throws CdcErrors CDC-T10, CdcError CDC-T11 */
function askedFor(column: SourceColumn, { loaded }: TargetTable, { sink }: StatementContext): Choices {
  const { database, table } = loaded
  return askedChoices({ ...loaded.definition, columns: [column] }, (name) => sink.casts.of(database, table, name))
}

function remap(
  table: TargetTable,
  { definition, choices }: { readonly definition: SourceTable; readonly choices: Choices },
  quoteIdentifiers: boolean,
): MappedTable {
  const { targetSchema: schema, targetTable: name } = table.loaded
  return mapTable(definition, { schema, name, quoteIdentifiers, choices })
}

/** The order of columns is that of the rows in the stream; PostgreSQL's own order does not matter. */
function withColumn(definition: SourceTable, { column, position }: AddColumn): SourceTable {
  return { ...definition, columns: insert(definition.columns, column, position) }
}

function insert(
  columns: readonly SourceColumn[],
  column: SourceColumn,
  position: AddColumn['position'],
): readonly SourceColumn[] {
  if (position === 'first') return [column, ...columns]
  if (position === 'last') return [...columns, column]
  const after = columns.findIndex(({ name }) => sameName(name, position.after))
  return [...columns.slice(0, after + 1), column, ...columns.slice(after + 1)]
}

/** An index that holds nothing else goes with the column; MariaDB drops it too. */
function withoutColumn(definition: SourceTable, name: string): SourceTable {
  return {
    ...definition,
    columns: definition.columns.filter((column) => !sameName(column.name, name)),
    indexes: definition.indexes
      .map((index) => ({ ...index, columns: index.columns.filter((column) => !sameName(column.name, name)) }))
      .filter((index) => index.columns.length > 0),
  }
}
