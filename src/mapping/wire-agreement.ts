import { charsetOfCollation } from '../core/collations.ts'
import type { SourceColumn } from '../core/table.ts'
import { formatTable } from '../core/table.ts'
import type { WireColumn, WireTable } from '../core/wire.ts'
import { charsetName } from './charsets/charset-name.ts'
import { singleByteCodePoints } from './charsets/single-byte.ts'
import type { MappedTable } from './mapped-table.ts'
import { wireMismatch } from './wire-mismatch.ts'
import { wireTypes } from './wire-type.ts'

/** Types whose TABLE_MAP says whether they are unsigned. */
const numeric: ReadonlySet<string> = new Set('tinyint smallint mediumint int bigint decimal float double'.split(' '))

/**
 * Compares what a TABLE_MAP says with the definition that is known: number of columns, names, nullability, signedness,
 * character sets and members, as far as the server says them. Types and lengths are compared by the types themselves.
 * @throws CdcError CDC-D02 that names the first difference
 */
export function checkWireTable(table: MappedTable, wire: WireTable): void {
  const where = formatTable(table.source)
  const { columns } = table.source
  if (wire.columns.length < columns.length || !wire.columns.slice(columns.length).every(isHiddenHash)) {
    throw wireMismatch(where, `rows arrive with ${wire.columns.length} columns, ${columns.length} are known`)
  }
  if (wire.columns.length > columns.length + table.source.indexes.filter((index) => index.unique).length) {
    throw wireMismatch(where, `rows arrive with ${wire.columns.length} columns, ${columns.length} are known`)
  }
  for (const [i, column] of columns.entries()) {
    const arriving = wire.columns[i]
    const difference = arriving === undefined ? 'is missing' : columnDifference(column, arriving)
    if (difference !== undefined) throw wireMismatch(`${where}.${column.name}`, difference)
  }
}

/** A UNIQUE over a long text adds a column DB_ROW_HASH_n, a BIGINT UNSIGNED that no catalog shows. */
function isHiddenHash(column: WireColumn): boolean {
  if (column.type !== wireTypes.longlong) return false
  return column.name === null || column.name.startsWith('DB_ROW_HASH_')
}

function columnDifference(column: SourceColumn, wire: WireColumn): string | undefined {
  if (wire.name !== null && wire.name !== column.name) return `arrives under the name "${wire.name}"`
  if (wire.nullable !== column.nullable) return wire.nullable ? 'arrives as nullable' : 'arrives as NOT NULL'
  if (wire.unsigned !== null && numeric.has(column.type) && wire.unsigned !== column.unsigned) {
    return wire.unsigned ? 'arrives as unsigned' : 'arrives as signed'
  }
  return charsetDifference(column, wire) ?? membersDifference(column, wire)
}

function charsetDifference(column: SourceColumn, wire: WireColumn): string | undefined {
  if (wire.collation === null) return undefined
  const arriving = charsetOfCollation(wire.collation)
  if (arriving === undefined) return `arrives with the unknown collation number ${wire.collation}`
  const known = charsetName(column.charset ?? (column.type === 'json' ? 'utf8mb4' : 'binary'))
  return charsetName(arriving) === known ? undefined : `arrives in the character set ${arriving}, not ${known}`
}

function membersDifference(column: SourceColumn, wire: WireColumn): string | undefined {
  if (wire.members === null) return undefined
  if (wire.members.length !== column.members.length) {
    return `arrives with ${wire.members.length} members, ${column.members.length} are known`
  }
  // Members are sent in the column's character set. They are compared where that is plain; elsewhere their number is.
  for (const [i, bytes] of wire.members.entries()) {
    const arriving = memberText(bytes, charsetName(column.charset ?? 'utf8mb4'))
    if (arriving !== undefined && arriving !== column.members[i]) {
      return `arrives with the member '${arriving}' in place of '${column.members[i]}'`
    }
  }
  return undefined
}

function memberText(bytes: Buffer, charset: string): string | undefined {
  if (charset === 'utf8mb4' || charset === 'utf8mb3') return bytes.toString('utf8')
  const codes = singleByteCodePoints(charset)
  return codes === undefined ? undefined : String.fromCharCode(...[...bytes].map((byte) => codes[byte] ?? 0))
}
