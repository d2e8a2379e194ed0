import { quoteMariadb } from '../core/quote.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { byKeyHash, byKeyRange, tableSql, wholeTable, type Partition, type TableSql } from './partition.ts'
import {
  differingParts,
  fetchRows,
  sumParts,
  totalRows,
  type BothSides,
  type Parts,
  type PartSums,
} from './row-sums.ts'
import type { Moment } from './moment.ts'
import type { ColumnDifference, RowDifference, VerifiedTable } from './verify-report.ts'

/** So many rows are shown of a table. */
const shown = 20
/** Parts of a table are made about this big before their rows are looked at one by one. */
const rowsPerPart = 1000
/** At most about this many rows are looked at one by one. */
const rowsAtOnce = 50_000
const keyRanges = 4096n
const wholeHash = byKeyHash(32)

export type ComparedRows = Pick<VerifiedTable, 'sourceRows' | 'targetRows' | 'equal' | 'differences' | 'more'>

/**
 * Compares all rows of a table, and names the first that differ. Both databases sum up parts; then the keys of the parts
 * that differ are compared, then the columns of the rows. Memory is bounded whatever the table's size.
 */
export async function compareRows(moment: Moment, table: MappedTable): Promise<ComparedRows> {
  const sql = tableSql(table)
  const { counts, differing } = await findDifferingParts(moment, sql)
  if (differing === undefined) return { ...counts, equal: true, differences: [], more: false }
  const { parts, more } = await smallEnough(moment, sql, differing)
  const keys = await keysOf(moment, sql, parts)
  const described = await describeDifferences(moment, sql, { keys, parts, hashes: differingParts(keys) })
  return { ...counts, equal: false, ...described, more: more || described.more }
}

/** Reads the whole table on both sides. `differing` is undefined when all is equal. */
export async function findDifferingParts(
  moment: Moment,
  sql: TableSql,
): Promise<{ counts: { sourceRows: number; targetRows: number }; differing: Differing | undefined }> {
  const partition = await firstPartition(moment, sql)
  const sums = await sumParts(moment, sql, { by: partition })
  const counts = { sourceRows: totalRows(sums.source), targetRows: totalRows(sums.target) }
  const differing = differingParts(sums)
  return { counts, differing: differing.length === 0 ? undefined : { partition, sums, differing } }
}

/** Each row of the parts by the hash of its key. */
export async function keysOf(moment: Moment, sql: TableSql, parts: Parts): Promise<PartSums> {
  return await sumParts(moment, sql, { by: wholeHash, within: parts })
}

/** What is wrong with the rows of these keys; the first 20 of them. */
export async function describeDifferences(
  moment: Moment,
  sql: TableSql,
  { keys, parts, hashes }: { readonly keys: PartSums; readonly parts: Parts; readonly hashes: readonly string[] },
): Promise<Pick<ComparedRows, 'differences' | 'more'>> {
  if (hashes.length === 0) return { differences: [], more: false }
  const chosen = hashes.slice(0, shown)
  const texts = await fetchRows(moment, sql, { keyHashes: chosen, within: parts })
  return {
    differences: chosen.map((hash) => describe(sql.table, hash, { keys, texts })),
    more: hashes.length > shown,
  }
}

/** Ranges of a numeric key cost nothing while all rows are read, and show at once where to look. */
async function firstPartition(moment: Moment, { table, mariadb }: TableSql): Promise<Partition> {
  if (mariadb.integerKey === undefined) return wholeTable
  const from = quoteMariadb(table.source.database, table.source.table)
  const [ends] = await moment.mariadb.query<{ first: string | null; last: string | null }>(
    `SELECT CAST(MIN(${mariadb.integerKey}) AS CHAR) AS first, CAST(MAX(${mariadb.integerKey}) AS CHAR) AS last FROM ${from}`,
  )
  const span = BigInt(ends?.last ?? 0) - BigInt(ends?.first ?? 0) + 1n
  return byKeyRange((span + keyRanges - 1n) / keyRanges)
}

/** Parts of a table that are not the same on both sides. */
export interface Differing {
  readonly partition: Partition
  readonly sums: PartSums
  readonly differing: readonly string[]
}

/** Parts that differ, of so few rows that each can be looked at. Ranges of a skewed key may be too big: hashes never are. */
export async function smallEnough(
  moment: Moment,
  sql: TableSql,
  found: Differing,
): Promise<{ readonly parts: Parts; readonly more: boolean }> {
  const first = someParts(found)
  if (first.rows <= rowsAtOnce) return first
  const rows = Math.max(totalRows(found.sums.source), totalRows(found.sums.target))
  // 16^4 parts are still a small answer; beyond 65 million rows the parts are bigger instead.
  const digits = Math.min(4, Math.max(1, Math.ceil(Math.log(rows / rowsPerPart) / Math.log(16))))
  const partition = byKeyHash(digits)
  const sums = await sumParts(moment, sql, { by: partition })
  return someParts({ partition, sums, differing: differingParts(sums) })
}

/** As many of the differing parts as there is room for, and at least one. */
function someParts({ partition, sums, differing }: Differing): { parts: Parts; more: boolean; rows: number } {
  const names: string[] = []
  let rows = 0
  for (const name of differing) {
    const size = Math.max(sums.source.get(name)?.rows ?? 0, sums.target.get(name)?.rows ?? 0)
    if (names.length > 0 && (rows + size > rowsAtOnce || names.length >= 1000)) break
    names.push(name)
    rows += size
  }
  return { parts: { partition, names }, more: names.length < differing.length, rows }
}

interface Found {
  readonly keys: PartSums
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
