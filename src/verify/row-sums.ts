import { mariadbColumnText, postgresColumnText } from '../mapping/row-text.ts'
import { isIn, type Partition, type SideSql, type TableSql } from './partition.ts'
import type { Moment } from './moment.ts'

// Each question is asked of both databases at the same time, and answered inside them: what travels is sums.

/** Rows of a part of a table: how many, and the sum of their hashes. Equal parts have equal sums. */
export interface PartSum {
  readonly rows: number
  /** Decimal. */
  readonly sum: string
}

export interface BothSides<T> {
  readonly source: T
  readonly target: T
}

export type PartSums = BothSides<ReadonlyMap<string, PartSum>>

/** Some parts of a table. */
export interface Parts {
  readonly partition: Partition
  readonly names: readonly string[]
}

/** The sums of all parts of a table, or of those that lie `within` parts of a coarser partition. Empty parts are absent. */
export async function sumParts(
  moment: Moment,
  sql: TableSql,
  { by, within }: { readonly by: Partition; readonly within?: Parts },
): Promise<PartSums> {
  const statement = (side: SideSql): string => {
    const { from, rowHash, number, text } = side
    return `SELECT ${by.part(side)} AS part, CAST(COUNT(*) AS ${text}) AS n,
      CAST(SUM(${number(rowHash)}) AS ${text}) AS s FROM ${from}${whereWithin(side, within)} GROUP BY 1`
  }
  type Row = { readonly part: string; readonly n: string; readonly s: string }
  const [source, target] = await Promise.all([
    moment.mariadb.query<Row>(statement(sql.mariadb)),
    moment.postgres.query<Row>(statement(sql.postgres)),
  ])
  const byPart = (rows: readonly Row[]): ReadonlyMap<string, PartSum> =>
    new Map(rows.map(({ part, n, s }) => [part, { rows: Number(n), sum: s }]))
  return { source: byPart(source), target: byPart(target.rows) }
}

/** Canonical texts of the rows with these keys, by key hash. */
export async function fetchRows(
  moment: Moment,
  { table, mariadb, postgres }: TableSql,
  { keyHashes, within }: { readonly keyHashes: readonly string[]; readonly within: Parts },
): Promise<BothSides<ReadonlyMap<string, readonly (string | null)[]>>> {
  const columns = {
    source: table.columns.map((column, i) => `CAST(${mariadbColumnText(column)} AS CHAR) AS c${i}`),
    target: table.columns.map((column, i) => `${postgresColumnText(column)} AS c${i}`),
  }
  const select = (side: SideSql, texts: readonly string[]): string =>
    `SELECT DISTINCT ${side.keyHash} AS part, ${texts.join(', ')}
     FROM ${side.from}${whereWithin(side, within)} AND ${isIn(side.keyHash, keyHashes)}`
  const [source, target] = await Promise.all([
    moment.mariadb.query<Record<string, string | null>>(select(mariadb, columns.source)),
    moment.postgres.query<Record<string, string | null>>(select(postgres, columns.target)),
  ])
  const byHash = (rows: readonly Record<string, string | null>[]): ReadonlyMap<string, readonly (string | null)[]> =>
    new Map(rows.map((row) => [String(row['part']), table.columns.map((_, i) => row[`c${i}`] ?? null)]))
  return { source: byHash(source), target: byHash(target.rows) }
}

function whereWithin(side: SideSql, within: Parts | undefined): string {
  return within === undefined ? '' : ` WHERE ${within.partition.within(side, within.names)}`
}

/** Names of the parts whose sums are not the same, in order. */
export function differingParts({ source, target }: PartSums): readonly string[] {
  const names = new Set([...source.keys(), ...target.keys()])
  return [...names].filter((name) => !samePart(source.get(name), target.get(name))).sort()
}

/** Whether both sides hold the same rows in a part; an absent part is an empty one. */
export function samePart(a: PartSum | undefined, b: PartSum | undefined): boolean {
  return (a?.rows ?? 0) === (b?.rows ?? 0) && (a?.sum ?? '0') === (b?.sum ?? '0')
}

/** Rows of all parts together. */
export function totalRows(sums: ReadonlyMap<string, PartSum>): number {
  let total = 0
  for (const { rows } of sums.values()) total += rows
  return total
}
