import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { formatTable } from '../core/table.ts'
import type { TableName } from '../core/table.ts'
import { mapTable } from '../mapping/mapped-table.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { readTables } from '../state/tables.ts'
import type { LoadedTable } from '../state/tables.ts'
import { checkTargets } from './target-check.ts'
import { targetTable } from './target-table.ts'
import type { TargetTable } from './target-table.ts'

/**
 * What the sink does with a table:
 *   foreign  the source does not capture it or the sink's topics do not match: passed over
 *   unloaded captured but never loaded: passed over, because a load that comes later starts after these changes
 *   loading  a load is running: wait for its end
 *   target   written
 */
export type TableUse = 'foreign' | 'unloaded' | 'loading' | TargetTable

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

  constructor(sink: SinkConfig, source: SourceConfig) {
    this.#sink = sink
    this.#source = source
  }

  /** Reads cdc.tables and checks the targets. @throws CdcError CDC-S06 and as `mapTable` */
  async load(connection: PostgresConnection): Promise<void> {
    this.#tables.clear()
    this.unloaded.clear()
    const all = await readTables(connection, this.#sink.name)
    const captured = all.filter((table) => this.captures(table))
    const loaded = captured.filter((table) => table.state === 'loaded')
    const mapped = loaded.map((table) =>
      mapTable(table.definition, {
        schema: table.targetSchema,
        name: table.targetTable,
        quoteIdentifiers: this.#sink.quoteIdentifiers,
        choices: table.choices,
      }),
    )
    const facts = await checkTargets(connection, mapped)
    for (const table of captured) if (table.state === 'loading') this.#tables.set(formatTable(table), table)
    for (const [i, table] of loaded.entries()) this.put(table, facts[i]?.hasOtherUnique ?? false)
  }

  captures(name: TableName): boolean {
    return (
      this.#source.capturesTable(name.database, name.table) &&
      this.#sink.matchesTopic(this.#source.topicName(name.database, name.table))
    )
  }

  use(name: TableName): TableUse {
    const table = this.#tables.get(formatTable(name))
    if (table !== undefined) return 'state' in table ? 'loading' : table
    if (!this.captures(name)) return 'foreign'
    this.unloaded.add(formatTable(name))
    return 'unloaded'
  }

  /** The table when it is written; undefined for every other use. */
  target(name: TableName): TargetTable | undefined {
    const use = this.#tables.get(formatTable(name))
    return use === undefined || 'state' in use ? undefined : use
  }

  get targets(): TargetTable[] {
    return [...this.#tables.values()].flatMap((table) => ('state' in table ? [] : table))
  }

  /** Adds or replaces a table after a change of its definition. */
  put(table: LoadedTable, hasOtherUnique: boolean): void {
    const options = { quoteIdentifiers: this.#sink.quoteIdentifiers, statementId: this.#nextId++, hasOtherUnique }
    this.#tables.set(formatTable(table), targetTable(table, options))
  }

  remove(name: TableName): void {
    this.#tables.delete(formatTable(name))
  }
}
