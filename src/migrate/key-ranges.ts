import { must } from '../core/assert.ts'
import { quoteMariadb } from '../core/quote.ts'
import type { SourceTable } from '../core/table.ts'
import { isInteger, keyLiteral, type KeyLiteral } from './key-literal.ts'

/**
 * Rows whose key lies after `from` and not after `to`; values are SQL literals in key order, null is an open end.
 * Ranges that follow each other share a boundary, so that every row lies in exactly one, whatever is written meanwhile.
 */
export interface KeyRange {
  readonly from: readonly string[] | null
  readonly to: readonly string[] | null
}

/** One query on MariaDB; each row is the values of its columns, in order, as text. */
export type QueryTexts = (sql: string) => Promise<readonly (readonly string[])[]>

export interface KeyRangesOptions {
  readonly table: SourceTable
  /** An estimate. */
  readonly rows: number
  readonly rowsPerRange: number
  readonly query: QueryTexts
  /** Only what is behind this boundary, for one that goes on. */
  readonly from?: readonly string[] | null
}

/** The key's columns; undefined when there is no key, or one that cannot be cut into ranges. */
export function keyLiterals(table: SourceTable): readonly KeyLiteral[] | undefined {
  const literals: KeyLiteral[] = []
  for (const name of table.key) {
    const column = must(
      table.columns.find((column) => column.name === name),
      `key column ${name}`,
    )
    const literal = keyLiteral(column)
    if (literal === undefined) return undefined
    literals.push(literal)
  }
  return literals.length === 0 ? undefined : literals
}

/**
 * Cuts a table by its key into ranges of about `rowsPerRange` rows, the first and the last with open ends. They come
 * while the key is still being walked, so that readers start at once.
 */
export async function* keyRanges(options: KeyRangesOptions): AsyncGenerator<KeyRange> {
  const literals = must(keyLiterals(options.table), 'key to cut by')
  const boundaries = (await denseBoundaries(options, literals)) ?? walkedBoundaries(options, literals)
  let from = options.from ?? null
  for await (const to of boundaries) {
    yield { from, to }
    from = to
  }
  yield { from, to: null }
}

/** An integer key with few gaps is cut by arithmetic: no row has to be looked at. undefined: it is not one. */
async function denseBoundaries(
  { table, rows, rowsPerRange, query, from }: KeyRangesOptions,
  literals: readonly KeyLiteral[],
): Promise<readonly (readonly string[])[] | undefined> {
  const [literal] = literals
  const column = table.columns.find((column) => column.name === table.key[0])
  if (literals.length !== 1 || literal === undefined || column === undefined || !isInteger(column)) return undefined
  const sql = `SELECT CAST(MIN(${literal.column}) AS CHAR), CAST(MAX(${literal.column}) AS CHAR) FROM ${nameOf(table)}`
  const [ends] = await query(sql)
  if (typeof ends?.[0] !== 'string' || typeof ends[1] !== 'string') return []
  // The literal of an integer is its digits.
  const first = typeof from?.[0] === 'string' ? BigInt(from[0]) + 1n : BigInt(ends[0])
  const last = BigInt(ends[1])
  if (last - first > BigInt(Math.ceil(rows)) * 4n) return undefined
  const boundaries: string[][] = []
  // A range can never hold more rows than it is wide.
  for (let at = first + BigInt(rowsPerRange) - 1n; at < last; at += BigInt(rowsPerRange)) {
    boundaries.push([literal.literal(String(at))])
  }
  return boundaries
}

async function* walkedBoundaries(
  { table, rowsPerRange, query, from: start }: KeyRangesOptions,
  literals: readonly KeyLiteral[],
): AsyncGenerator<readonly string[]> {
  const columns = literals.map((literal) => literal.column)
  const select = literals.map((literal) => literal.select).join(', ')
  let from = start ?? null
  for (;;) {
    const condition: string = rangeCondition(columns, { from, to: null })
    const order = `ORDER BY ${columns.join(', ')} LIMIT 1 OFFSET ${rowsPerRange - 1}`
    const [row] = await query(`SELECT ${select} FROM ${nameOf(table)} WHERE ${condition} ${order}`)
    if (row === undefined) return
    from = literals.map((literal, i) => literal.literal(must(row[i], 'key value')))
    yield from
  }
}

/** A condition for WHERE; `1` for the range that is open at both ends. */
export function rangeCondition(columns: readonly string[], { from, to }: KeyRange): string {
  const parts: string[] = []
  if (from !== null) parts.push(compare(columns, from, '>', '>'))
  if (to !== null) parts.push(compare(columns, to, '<', '<='))
  return parts.length === 0 ? '1' : parts.join(' AND ')
}

/** `a > 1 OR (a = 1 AND (b > 2))`: MariaDB uses an index for this form, and not for `(a, b) > (1, 2)`. */
function compare(columns: readonly string[], values: readonly string[], strict: string, last: string): string {
  const [column, ...columnsBelow] = columns
  const [value, ...valuesBelow] = values
  if (column === undefined || value === undefined) throw new Error('BUG: a boundary of no columns')
  if (columnsBelow.length === 0) return `${column} ${last} ${value}`
  const below = compare(columnsBelow, valuesBelow, strict, last)
  return `(${column} ${strict} ${value} OR (${column} = ${value} AND ${below}))`
}

function nameOf(table: SourceTable): string {
  return quoteMariadb(table.database, table.table)
}
