import { EventBytes } from './event-bytes.ts'

// The optional metadata at the end of TABLE_MAP (binlog_row_metadata MINIMAL or FULL): until the end of the event
//   type u8 | length length-encoded | data
//    1 signedness       a bit per numeric column, MSB first; 1 = unsigned
//    2 default charset  collation of most text columns, then pairs (which text column, collation)
//    3 column charset   a collation per text column
//    4 column name      length, name per column
//    5 set values, 6 enum values   per such column: count, then length, bytes in the column's charset
//    7 geometry type    (what the values hold says it too)
//    8 primary key      column ordinals
//    9 primary key with prefixes   pairs (column ordinal, characters; 0 = whole)
//   10, 11 as 2 and 3, for enum and set columns
// All numbers length-encoded. "Text columns" includes GEOMETRY (as binary) but not enum and set.

export interface TableMetadata {
  /** Per column; null or undefined: not a numeric column, or not said. */
  readonly unsigned: readonly (boolean | null)[]
  readonly collations: readonly (number | null)[]
  readonly names: readonly string[] | null
  readonly members: readonly (readonly Buffer[] | null)[]
  readonly keyOrdinals: readonly number[] | null
}

interface MutableMetadata {
  unsigned: (boolean | null)[]
  collations: (number | null)[]
  names: string[] | null
  members: (readonly Buffer[] | null)[]
  keyOrdinals: number[] | null
}

/** TINY SHORT LONG FLOAT DOUBLE LONGLONG INT24 YEAR, old and new DECIMAL. */
const numericTypes: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 8, 9, 13, 246])
/** VARCHAR, both COMPRESSED kinds, the BLOB family, VAR_STRING, STRING, GEOMETRY. */
const textTypes: ReadonlySet<number> = new Set([15, 140, 141, 249, 250, 251, 252, 253, 254, 255])
const enumType = 247
const setType = 248

/** Reads to the end of the event. `types` are the resolved types. @throws CdcError CDC-M10 */
export function parseTableMetadata(bytes: EventBytes, types: readonly number[]): TableMetadata {
  const metadata: MutableMetadata = { unsigned: [], collations: [], names: null, members: [], keyOrdinals: null }
  while (bytes.remaining > 0) {
    const kind = bytes.u8()
    const length = bytes.lengthEncoded()
    const from = bytes.skip(length)
    readField(kind, new EventBytes('table map', bytes.buffer, from - 19, from + length), types, metadata)
  }
  return metadata
}

/** Kinds that are not known are left alone: newer servers may say more. */
function readField(kind: number, bytes: EventBytes, types: readonly number[], metadata: MutableMetadata): void {
  const ordinals = (wanted: (type: number) => boolean): number[] =>
    types.flatMap((type, ordinal) => (wanted(type) ? [ordinal] : []))
  const isText = (type: number): boolean => textTypes.has(type)
  const isEnumOrSet = (type: number): boolean => type === enumType || type === setType
  if (kind === 1) {
    readSignedness(
      bytes,
      ordinals((type) => numericTypes.has(type)),
      metadata,
    )
  } else if (kind === 2) readDefaultCharset(bytes, ordinals(isText), metadata)
  else if (kind === 3) readColumnCharsets(bytes, ordinals(isText), metadata)
  else if (kind === 4) metadata.names = types.map(() => bytes.text(bytes.lengthEncoded()))
  else if (kind === 5 || kind === 6) {
    const type = kind === 5 ? setType : enumType
    for (const ordinal of ordinals((other) => other === type)) metadata.members[ordinal] = readMembers(bytes)
  } else if (kind === 8 || kind === 9) metadata.keyOrdinals = readKey(bytes, types.length, kind === 9)
  else if (kind === 10) readDefaultCharset(bytes, ordinals(isEnumOrSet), metadata)
  else if (kind === 11) readColumnCharsets(bytes, ordinals(isEnumOrSet), metadata)
}

function readSignedness(bytes: EventBytes, numeric: readonly number[], metadata: MutableMetadata): void {
  const bits = bytes.bytes((numeric.length + 7) >> 3)
  for (const [i, ordinal] of numeric.entries()) {
    metadata.unsigned[ordinal] = ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0
  }
}

function readDefaultCharset(bytes: EventBytes, columns: readonly number[], metadata: MutableMetadata): void {
  const usual = bytes.lengthEncoded()
  for (const ordinal of columns) metadata.collations[ordinal] = usual
  while (bytes.remaining > 0) {
    const ordinal = columns[bytes.lengthEncoded()]
    if (ordinal === undefined) throw bytes.damaged('a character set belongs to no column')
    metadata.collations[ordinal] = bytes.lengthEncoded()
  }
}

function readColumnCharsets(bytes: EventBytes, columns: readonly number[], metadata: MutableMetadata): void {
  for (const ordinal of columns) metadata.collations[ordinal] = bytes.lengthEncoded()
}

function readMembers(bytes: EventBytes): Buffer[] {
  const count = bytes.lengthEncoded()
  if (count > bytes.remaining) throw bytes.damaged('the members are cut off')
  // Copies: the shape is kept longer than the event's buffer.
  return Array.from({ length: count }, () => Buffer.from(bytes.bytes(bytes.lengthEncoded())))
}

function readKey(bytes: EventBytes, columnCount: number, withPrefixes: boolean): number[] {
  const key: number[] = []
  while (bytes.remaining > 0) {
    const ordinal = bytes.lengthEncoded()
    if (ordinal >= columnCount) throw bytes.damaged('the key names a column that is not there')
    if (withPrefixes) bytes.lengthEncoded()
    key.push(ordinal)
  }
  return key
}
