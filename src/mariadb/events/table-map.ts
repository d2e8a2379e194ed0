import { CdcError } from '../../core/errors.ts'
import type { WireColumn, WireTable } from '../../core/wire.ts'
import { EventBytes } from './event-bytes.ts'
import { eventHeaderBytes } from './header.ts'
import type { TableMetadata } from './table-metadata.ts'
import { parseTableMetadata } from './table-metadata.ts'

// TABLE_MAP (19), the shape of the rows that follow:
//   table id u48 | flags u16 | length u8, database, 0 | length u8, table, 0 | columns length-encoded | type u8 each
//   | length-encoded length of the types' metadata | metadata | nullable bits, LSB first
//   | optional metadata (table-metadata.ts)

const tableIdBytes = 6
/** More than the server allows (4096 columns); a damaged count must not make us reserve memory. */
const mostColumns = 5000

/** Column types by the bytes of metadata that they have; a type in none of them is not known. */
const withoutMetadata: ReadonlySet<number> = new Set([0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14])
const withOneByte: ReadonlySet<number> = new Set([4, 5, 17, 18, 19, 140, 245, 249, 250, 251, 252, 255])
const withTwoBytes: ReadonlySet<number> = new Set([15, 16, 141, 246, 247, 248, 253, 254])

/** The bytes that make the shape: equal texts mean equal tables and columns. Cheap, for a cache of decoders. */
export function tableMapFingerprint(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('latin1', start + eventHeaderBytes + tableIdBytes, end)
}

/** The table of a TABLE_MAP without its columns, to skip what nobody wants. @throws CdcError CDC-M10 */
export function readTableMapName(buffer: Buffer, start: number, end: number): { database: string; table: string } {
  const bytes = new EventBytes('table map', buffer, start, end)
  bytes.skip(tableIdBytes + 2)
  return { database: readName(bytes), table: readName(bytes) }
}

/** @throws CdcError CDC-M10; CDC-M11 for a column type that no known server has */
export function parseTableMap(buffer: Buffer, start: number, end: number): WireTable {
  const bytes = new EventBytes('table map', buffer, start, end)
  const tableId = bytes.u48()
  bytes.skip(2)
  const database = readName(bytes)
  const table = readName(bytes)
  const count = bytes.lengthEncoded()
  if (count > mostColumns) throw bytes.damaged(`${count} columns are not possible`)
  const types = [...bytes.bytes(count)]
  const metadataEnd = bytes.lengthEncoded() + bytes.at
  const physical = types.map((type) => readPhysicalType(bytes, type, `${database}.${table}`))
  if (bytes.at !== metadataEnd) throw bytes.damaged('the metadata has another length')
  const nullable = bytes.bytes((count + 7) >> 3)
  const metadata = parseTableMetadata(
    bytes,
    physical.map(({ type }) => type),
  )
  return {
    tableId,
    database,
    table,
    columns: physical.map((column, i) => wireColumn(column, i, nullable, metadata)),
    keyOrdinals: metadata.keyOrdinals,
    fingerprint: tableMapFingerprint(buffer, start, end),
  }
}

function readName(bytes: EventBytes): string {
  const name = bytes.text(bytes.u8())
  if (bytes.u8() !== 0) throw bytes.damaged('a name has no end')
  return name
}

type PhysicalType = Pick<WireColumn, 'type' | 'meta'>

function readPhysicalType(bytes: EventBytes, type: number, where: string): PhysicalType {
  if (withoutMetadata.has(type)) return { type, meta: 0 }
  if (withOneByte.has(type)) return { type, meta: bytes.u8() }
  if (!withTwoBytes.has(type)) {
    throw new CdcError('CDC-M11', { where, what: `the binary log has a column of type ${type}, which is not known` })
  }
  const first = bytes.u8()
  const second = bytes.u8()
  if (type === 246) return { type, meta: (first << 8) | second }
  if (type !== 254) return { type, meta: first | (second << 8) }
  return resolveString(first, second)
}

/**
 * STRING hides its real type in the first byte. CHAR lengths over 255 bytes have their two upper bits there too,
 * inverted, where every real type has ones.
 */
function resolveString(first: number, second: number): PhysicalType {
  if ((first & 0x30) !== 0x30) return { type: first | 0x30, meta: second | (((first & 0x30) ^ 0x30) << 4) }
  return { type: first, meta: second }
}

function wireColumn(column: PhysicalType, i: number, nullable: Buffer, metadata: TableMetadata): WireColumn {
  return {
    ...column,
    nullable: ((nullable[i >> 3] ?? 0) & (1 << (i & 7))) !== 0,
    unsigned: metadata.unsigned[i] ?? null,
    collation: metadata.collations[i] ?? null,
    name: metadata.names?.[i] ?? null,
    members: metadata.members[i] ?? null,
  }
}
