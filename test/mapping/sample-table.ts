import type { SourceColumn, SourceIndex, SourceTable } from '../../src/core/table.ts'
import type { WireColumn, WireTable } from '../../src/core/wire.ts'

/** A column with plain answers to everything that is not said. */
export function column(given: Partial<SourceColumn> & Pick<SourceColumn, 'name' | 'type'>): SourceColumn {
  return {
    ...{ columnType: given.type, unsigned: false, length: null, precision: null, scale: null, fraction: 0 },
    ...{ charset: null, collation: null, members: [], nullable: true, defaultExpression: null, generated: null },
    ...{ comment: '', ...given },
  }
}

export function table(
  columns: readonly SourceColumn[],
  key: readonly string[] = [],
  indexes: readonly SourceIndex[] = [],
): SourceTable {
  return { database: 'shop', table: 'orders', engine: 'InnoDB', columns, key, indexes, comment: '' }
}

export function wireColumn(given: Partial<WireColumn> & Pick<WireColumn, 'type'>): WireColumn {
  return { ...{ meta: 0, nullable: true, unsigned: null, collation: null, name: null, members: null }, ...given }
}

export function wireTable(columns: readonly WireColumn[]): WireTable {
  return { tableId: 1, database: 'shop', table: 'orders', columns, keyOrdinals: null, fingerprint: '' }
}
