import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { formatTable } from '../core/table.ts'
import type { CascadingKey, TableName } from '../core/table.ts'
import { mapTable } from '../mapping/mapped-table.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { markFollowed, readTables } from '../state/tables.ts'
import type { LoadedTable } from '../state/tables.ts'
import { checkTargets } from './target-check.ts'
import { targetTable } from './target-table.ts'
import type { TargetTable } from './target-table.ts'

/**
 * What the sink does with a table:
 *   foreign  the source does not capture it or the sink's topics do not match: passed over. One that was followed has
 *            left the list, and is forgotten at the first change that it misses
 *   unloaded captured but never loaded: passed over, because a load that comes later starts after these changes
 *   loading  a load is running: wait for its end
 *   target   written: loaded and captured, or loaded for a list that is still to be widened
 */
export type TableUse = 'foreign' | 'unloaded' | 'loading' | TargetTable

/** A foreign key that changes rows of a written table, or of one that is being loaded. */
export interface Reference {
  readonly child: TargetTable | 'loading'
  readonly key: CascadingKey
}

export interface RegistryOptions {
  readonly connection: PostgresConnection
  readonly sink: SinkConfig
  readonly source: SourceConfig
}

/** The tables of one source and one sink, as cdc.tables and the configuration say. */
export class TableRegistry {
  readonly #sink: SinkConfig
  readonly #source: SourceConfig
  readonly #tables = new Map<string, LoadedTable | TargetTable>()
  /** Captured tables that were met in the stream and never loaded. */
  readonly unloaded = new Set<string>()
  #nextId = 1
  readonly #references = new Map<string, readonly Reference[]>()

  readonly #others: readonly SourceConfig[]
  /** Tables that were followed and have left the list; true: a change was passed over. */
  readonly #outside = new Map<string, { readonly name: TableName; missed: boolean }>()

  /** `others`: the sink's other sources. */
  constructor(sink: SinkConfig, source: SourceConfig, others: readonly SourceConfig[]) {
    this.#sink = sink
    this.#source = source
    this.#others = others
  }

  /** Reads cdc.tables and checks the targets. @throws CdcError CDC-S06 and as `mapTable` */
  async load(connection: PostgresConnection): Promise<void> {
    this.#tables.clear()
    this.#references.clear()
    this.unloaded.clear()
    this.#outside.clear()
    const all = await readTables(connection, this.#sink.name)
    const written = all.filter((table) => this.captures(table) || this.#isAwaited(table))
    for (const table of all) {
      if (!table.followed || this.#isCapturedByAny(table)) continue
      const { database, table: name } = table
      this.#outside.set(formatTable(table), { name: { database, table: name }, missed: false })
    }
    const loaded = written
      .filter((table) => table.state === 'loaded')
      .map((table) => ({ ...table, followed: table.followed || this.captures(table) }))
    const met = loaded.filter((table) => table.followed && all.some((row) => isSame(row, table) && !row.followed))
    if (met.length > 0) await markFollowed(connection, this.#sink.name, met)
    const mapped = loaded.map((table) =>
      mapTable(table.definition, {
        schema: table.targetSchema,
        name: table.targetTable,
        quoteIdentifiers: this.#sink.quoteIdentifiers,
        choices: table.choices,
      }),
    )
    const facts = await checkTargets(connection, mapped)
    for (const table of written) if (table.state === 'loading') this.#tables.set(formatTable(table), table)
    for (const [i, table] of loaded.entries()) this.put(table, facts[i]?.hasOtherUnique ?? false)
  }

  captures(name: TableName): boolean {
    return captures(this.#source, this.#sink, name)
  }

  /**
   * Whether a table was loaded for a list that is still to be widened (the load before the restart of the source): what
   * changes in between would be lost if it were passed over.
   */
  #isAwaited(table: LoadedTable): boolean {
    return !table.followed && this.#source.capturesDatabase(table.database) && !this.#isCapturedByAny(table)
  }

  #isCapturedByAny(name: TableName): boolean {
    return [this.#source, ...this.#others].some((source) => captures(source, this.#sink, name))
  }

  use(name: TableName): TableUse {
    const table = this.#tables.get(formatTable(name))
    if (table !== undefined) return 'state' in table ? 'loading' : table
    if (!this.captures(name)) {
      const left = this.#outside.get(formatTable(name))
      if (left !== undefined) left.missed = true
      return 'foreign'
    }
    this.unloaded.add(formatTable(name))
    return 'unloaded'
  }

  /** Tables that were followed and have left the list. */
  get outside(): TableName[] {
    return [...this.#outside.values()].map(({ name }) => name)
  }

  /** Those of them of which a change was passed over since the last call. They must be forgotten together with it. */
  takeMissed(): TableName[] {
    const missed = [...this.#outside.values()].filter((left) => left.missed).map(({ name }) => name)
    for (const name of missed) this.#outside.delete(formatTable(name))
    return missed
  }

  /** The table when it is written; undefined for every other use. */
  target(name: TableName): TargetTable | undefined {
    const use = this.#tables.get(formatTable(name))
    return use === undefined || 'state' in use ? undefined : use
  }

  get targets(): TargetTable[] {
    return [...this.#tables.values()].flatMap((table) => ('state' in table ? [] : table))
  }

  /** The foreign keys by which changes of that table change others, which the binary log does not say. */
  referencesTo(parent: TableName): readonly Reference[] {
    const label = formatTable(parent)
    let found = this.#references.get(label)
    if (found === undefined) {
      found = [...this.#tables.values()].flatMap((table): Reference[] => {
        const { definition } = 'state' in table ? table : table.loaded
        const child = 'state' in table ? ('loading' as const) : table
        const keys = definition.cascades ?? []
        return keys.filter((key) => formatTable(key.parent) === label).map((key) => ({ child, key }))
      })
      this.#references.set(label, found)
    }
    return found
  }

  /** Adds or replaces a table after a change of its definition. */
  put(table: LoadedTable, hasOtherUnique: boolean): void {
    const options = { quoteIdentifiers: this.#sink.quoteIdentifiers, statementId: this.#nextId++, hasOtherUnique }
    this.#tables.set(formatTable(table), targetTable(table, options))
    this.#references.clear()
    this.unloaded.delete(formatTable(table))
  }

  remove(name: TableName): void {
    this.#tables.delete(formatTable(name))
    this.#references.clear()
  }
}

function captures(source: SourceConfig, sink: SinkConfig, { database, table }: TableName): boolean {
  return source.capturesTable(database, table) && sink.matchesTopic(source.topicName(database, table))
}

function isSame(a: TableName, b: TableName): boolean {
  return a.database === b.database && a.table === b.table
}
