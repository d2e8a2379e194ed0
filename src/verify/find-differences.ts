import type { MappedTable } from '../mapping/mapped-table.ts'
import { fetchRows, sumParts, type BothSides, type PartSum, type TableSql } from './row-sums.ts'
import type { SameMoment } from './same-moment.ts'
import type { ColumnDifference, RowDifference } from './verify-report.ts'

/** So many rows are shown of a table. */
const shown = 20
/** Parts of a table are made about this big before their rows are looked at one by one. */
const rowsPerPart = 1000
/** At most this many rows are looked at one by one. */
const rowsAtOnce = 50_000
const hashDigits = 32

export interface FoundDifferences {
  readonly differences: readonly RowDifference[]
  /** There are more than those. */
  readonly more: boolean
}

/**
 * The rows in which a table differs, the first of them. Parts by key hash are compared, then the keys of the parts that
 * differ, then the columns of the rows. Memory is bounded whatever the table's size.
 */
export async function findDifferences(moment: SameMoment, sql: TableSql, rows: number): Promise<FoundDifferences> {
  const { parts, more: moreParts } = await differingParts(moment, sql, rows)
  if (parts.length === 0) return { differences: [], more: false }
  const keys = await sumParts(moment, sql, { digits: hashDigits, within: parts })
  const differing = differ(keys)
  const chosen = differing.slice(0, shown)
  if (chosen.length === 0) return { differences: [], more: false }
  const texts = await fetchRows(moment, sql, chosen)
  return {
    differences: chosen.map((hash) => describe(sql.table, hash, { keys, texts })),
    more: moreParts || differing.length > shown,
  }
}

/** Parts of the table that differ, as prefixes of key hashes; not all of them when that would be too many rows. */
async function differingParts(
  moment: SameMoment,
  sql: TableSql,
  rows: number,
): Promise<{ parts: readonly string[]; more: boolean }> {
  // 16^4 parts are still a small answer; beyond 65 million rows the parts are bigger instead.
  const digits = Math.min(4, Math.max(1, Math.ceil(Math.log(Math.max(1, rows / rowsPerPart)) / Math.log(16))))
  const sums = await sumParts(moment, sql, { digits, within: undefined })
  const differing = differ(sums)
  let room = rowsAtOnce
  const parts = differing.filter((part, i) => {
    const before = room
    room -= Math.max(sums.source.get(part)?.rows ?? 0, sums.target.get(part)?.rows ?? 0)
    return i === 0 || (before > 0 && room >= 0)
  })
  return { parts, more: parts.length < differing.length }
}

/** Names of the parts whose sums are not the same, in order. */
function differ({ source, target }: BothSides<ReadonlyMap<string, PartSum>>): readonly string[] {
  const names = new Set([...source.keys(), ...target.keys()])
  return [...names].filter((name) => !samePart(source.get(name), target.get(name))).sort()
}

export function samePart(a: PartSum | undefined, b: PartSum | undefined): boolean {
  return (a?.rows ?? 0) === (b?.rows ?? 0) && (a?.sum ?? '0') === (b?.sum ?? '0')
}

interface Found {
  readonly keys: BothSides<ReadonlyMap<string, PartSum>>
  readonly texts: BothSides<ReadonlyMap<string, readonly (string | null)[]>>
}

function describe(table: MappedTable, hash: string, { keys, texts }: Found): RowDifference {
  const source = texts.source.get(hash)
  const target = texts.target.get(hash)
  const key = describeKey(table, source ?? target ?? [])
  const counts = { source: keys.source.get(hash)?.rows ?? 0, target: keys.target.get(hash)?.rows ?? 0 }
  if (table.key.length === 0) return { key, kind: counts.source > counts.target ? 'missing' : 'extra', counts }
  if (counts.target === 0) return { key, kind: 'missing' }
  if (counts.source === 0) return { key, kind: 'extra' }
  // A key that stands twice in the target, which has no primary key any more.
  const twice = counts.source === counts.target ? {} : { counts }
  return { key, kind: 'different', columns: differingColumns(table, source ?? [], target ?? []), ...twice }
}

function describeKey(table: MappedTable, values: readonly (string | null)[]): string {
  const places = table.key.length > 0 ? table.key : table.columns.map((_, i) => i)
  return places.map((at) => `${table.columns[at]?.source.name}=${values[at] ?? 'NULL'}`).join(', ')
}

function differingColumns(
  table: MappedTable,
  source: readonly (string | null)[],
  target: readonly (string | null)[],
): readonly ColumnDifference[] {
  return table.columns
    .map(({ source: { name } }, i) => ({ name, source: source[i] ?? null, target: target[i] ?? null }))
    .filter((column) => column.source !== column.target)
}
