import type { Losses } from '../mapping/column-type.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { ColumnLosses } from './progress.ts'

/** Counters for one encoder, one a column. */
export function newLosses(table: MappedTable): readonly Losses[] {
  return table.columns.map(() => ({ zeroDates: 0, nulCharacters: 0 }))
}

/** The counts of all readers together; only columns that lost something. */
export function sumLosses(table: MappedTable, counters: readonly (readonly Losses[])[]): readonly ColumnLosses[] {
  return table.columns
    .map(({ source }, i) => ({
      column: source.name,
      zeroDates: counters.reduce((sum, losses) => sum + (losses[i]?.zeroDates ?? 0), 0),
      nulCharacters: counters.reduce((sum, losses) => sum + (losses[i]?.nulCharacters ?? 0), 0),
    }))
    .filter(({ zeroDates, nulCharacters }) => zeroDates > 0 || nulCharacters > 0)
}
