import { quoteMariadb } from '../core/quote.ts'
import type { SourceColumn, SourceTable } from '../core/table.ts'
import type { QueryTexts } from './key-ranges.ts'

/** Rows that a condition of MariaDB chooses. */
export interface WhereRange {
  readonly where: string
}

const temporals: ReadonlySet<string> = new Set(['date', 'datetime', 'timestamp', 'year'])
/** Years that get a chunk of their own; what lies outside is in the two open ones. */
const [firstYear, lastYear] = [1900, 2200]

/** The column that a table can be cut by; undefined: it has none of that name, or it holds no dates. */
export function yearColumn(table: SourceTable, name: string): SourceColumn | undefined {
  const column = table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())
  return column !== undefined && temporals.has(column.type) ? column : undefined
}

/**
 * A chunk for each year that the column holds, one before them, one after them, and one for NULL: every row lies in
 * exactly one, zero and partial dates too, which MariaDB sorts among the others.
 */
export async function yearRanges(
  table: SourceTable,
  column: SourceColumn,
  query: QueryTexts,
): Promise<readonly WhereRange[]> {
  const name = quoteMariadb(column.name)
  const begin = (year: number): string => (column.type === 'year' ? String(year) : `'${year}-01-01'`)
  const yearOf = (value: string): string => `CAST(${column.type === 'year' ? value : `YEAR(${value})`} AS CHAR)`
  const [ends] = await query(
    `SELECT ${yearOf(`MIN(${name})`)}, ${yearOf(`MAX(${name})`)}
     FROM ${quoteMariadb(table.database, table.table)} WHERE ${name} >= ${begin(firstYear)} AND ${name} < ${begin(lastYear)}`,
  )
  // `IS NULL` would find zero dates too, in a column that is NOT NULL.
  const ranges = [{ where: `${name} <=> NULL` }]
  const first = Number(ends?.[0] ?? firstYear)
  const last = Number(ends?.[1] ?? first)
  ranges.push({ where: `${name} < ${begin(first)}` })
  for (let year = first; year <= last; year++) {
    ranges.push({ where: `${name} >= ${begin(year)} AND ${name} < ${begin(year + 1)}` })
  }
  ranges.push({ where: `${name} >= ${begin(last + 1)}` })
  return ranges
}
