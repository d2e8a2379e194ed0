import type { Losses } from '../mapping/column-type.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { LossCounts } from '../state/load.ts'
import type { ColumnLosses } from './progress.ts'

/** Counters for one encoder, one a column. */
export function newLosses(table: MappedTable): readonly Losses[] {
  return table.columns.map(() => ({ zeroDates: 0, nulCharacters: 0 }))
}

/** Only columns that lost something. */
export function sumLosses(table: MappedTable, losses: readonly Losses[]): readonly ColumnLosses[] {
  return table.columns.flatMap(({ source }, i) => {
    const { zeroDates = 0, nulCharacters = 0 } = losses[i] ?? {}
    return zeroDates + nulCharacters > 0 ? [{ column: source.name, zeroDates, nulCharacters }] : []
  })
}

/** What the counters have risen by, by column. */
export function lossesSince(
  table: MappedTable,
  before: readonly Losses[],
  now: readonly Losses[],
): Readonly<Record<string, LossCounts>> {
  const risen = now.map(({ zeroDates, nulCharacters }, i) => ({
    zeroDates: zeroDates - (before[i]?.zeroDates ?? 0),
    nulCharacters: nulCharacters - (before[i]?.nulCharacters ?? 0),
  }))
  return Object.fromEntries(sumLosses(table, risen).map(({ column, ...counts }) => [column, counts]))
}

/** The counts of all chunks together. */
export function totalLosses(chunks: readonly Readonly<Record<string, LossCounts>>[]): readonly ColumnLosses[] {
  const total = new Map<string, LossCounts>()
  for (const [column, counts] of chunks.flatMap((losses) => Object.entries(losses))) {
    const { zeroDates, nulCharacters } = total.get(column) ?? { zeroDates: 0, nulCharacters: 0 }
    total.set(column, {
      zeroDates: zeroDates + counts.zeroDates,
      nulCharacters: nulCharacters + counts.nulCharacters,
    })
  }
  return [...total].map(([column, counts]) => ({ column, ...counts }))
}
