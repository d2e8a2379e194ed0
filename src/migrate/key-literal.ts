import type { SourceColumn } from '../core/table.ts'
import { literalMariadb, quoteMariadb } from '../core/quote.ts'

/** How a key value of one column gets out of MariaDB and back into a condition, without a change on the way. */
export interface KeyLiteral {
  /** The column, quoted. */
  readonly column: string
  /** SQL whose value is a text that `literal` understands. */
  readonly select: string
  /** SQL that compares with the column as the value itself does, in the order of the column's index. */
  literal(text: string): string
}

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'])
const temporals = new Set(['date', 'datetime', 'timestamp', 'time'])
const texts = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'])
const binaries = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'])
const addresses = new Set(['uuid', 'inet4', 'inet6'])

/** undefined: values of this type cannot be compared exactly (floats), so its key cannot be cut into ranges. */
export function keyLiteral(column: SourceColumn): KeyLiteral | undefined {
  const name = quoteMariadb(column.name)
  const asText = `CAST(${name} AS CHAR)`
  if (isInteger(column) || column.type === 'decimal') return { column: name, select: asText, literal: number }
  // Numbers of a bit, enum or set are what its index is ordered by.
  if (column.type === 'bit' || column.type === 'enum' || column.type === 'set') {
    return { column: name, select: `CAST(${name} + 0 AS CHAR)`, literal: number }
  }
  if (temporals.has(column.type) || addresses.has(column.type)) {
    return { column: name, select: asText, literal: literalMariadb }
  }
  if (binaries.has(column.type))
    return { column: name, select: `HEX(${name})`, literal: (hex) => `X'${hexDigits(hex)}'` }
  if (texts.has(column.type) && isWord(column.charset) && isWord(column.collation)) {
    // The bytes in the column's own charset under its own collation: nothing is converted, and the index can be used.
    const [charset, collation] = [column.charset, column.collation]
    return {
      column: name,
      select: `HEX(${name})`,
      literal: (hex) => `(_${charset} X'${hexDigits(hex)}' COLLATE ${collation})`,
    }
  }
  return undefined
}

export function isInteger(column: SourceColumn): boolean {
  return integers.has(column.type)
}

function isWord(text: string | null): text is string {
  return text !== null && /^\w+$/.test(text)
}

function number(text: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Error(`BUG: "${text}" is not a number`)
  return text
}

function hexDigits(text: string): string {
  if (!/^([0-9A-Fa-f]{2})*$/.test(text)) throw new Error('BUG: not hexadecimal')
  return text
}
