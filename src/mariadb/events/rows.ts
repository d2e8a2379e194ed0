import { inflateRest } from './compressed.ts'
import { EventBytes } from './event-bytes.ts'
import { eventTypes, readEventType } from './header.ts'

// WRITE, UPDATE, DELETE ROWS (V1 23-25, V2 30-32, compressed V1 166-168):
//   table id u48 | flags u16 | [V2: length u16 of extra data, itself included, and the data]
//   | columns length-encoded | present columns, a bit each, LSB first | [UPDATE: the same for the after image]
//   | row images (UPDATE: before, after, before, after …); compressed: an envelope of them
// A row image is a null bitmap over the present columns and the values that are not NULL.

export interface RowsEvent {
  readonly kind: 'insert' | 'update' | 'delete'
  readonly tableId: number
  /** As `rowsFlags`. */
  readonly flags: number
  readonly columnCount: number
  /** Every column is present: of an update, in the before image. */
  readonly complete: boolean
  /**
   * UPDATE: the columns of the after images, a bit each, LSB first; the others keep the values of the before image
   * (binlog_row_image=FULL_NODUP). null: all are there.
   */
  readonly changedColumns: Buffer | null
  /** Where the images are: the event's own buffer, or a new one when the event was compressed. */
  readonly buffer: Buffer
  readonly rowsStart: number
  readonly rowsEnd: number
}

export const rowsFlags = {
  /** The last rows of the statement: the table maps before them are no longer valid. */
  statementEnd: 0x01,
  /** The session had foreign_key_checks=0: nothing cascaded. */
  noForeignKeys: 0x02,
} as const

interface Variant {
  readonly kind: RowsEvent['kind']
  readonly version: 1 | 2
  readonly compressed: boolean
}

const variants: Readonly<Record<number, Variant>> = {
  [eventTypes.writeRowsV1]: { kind: 'insert', version: 1, compressed: false },
  [eventTypes.updateRowsV1]: { kind: 'update', version: 1, compressed: false },
  [eventTypes.deleteRowsV1]: { kind: 'delete', version: 1, compressed: false },
  [eventTypes.writeRowsV2]: { kind: 'insert', version: 2, compressed: false },
  [eventTypes.updateRowsV2]: { kind: 'update', version: 2, compressed: false },
  [eventTypes.deleteRowsV2]: { kind: 'delete', version: 2, compressed: false },
  [eventTypes.writeRowsCompressed]: { kind: 'insert', version: 1, compressed: true },
  [eventTypes.updateRowsCompressed]: { kind: 'update', version: 1, compressed: true },
  [eventTypes.deleteRowsCompressed]: { kind: 'delete', version: 1, compressed: true },
}

export function isRowsEvent(type: number): boolean {
  return variants[type] !== undefined
}

/** The table id of a rows or table map event without parsing the rest. @throws CdcError CDC-M10 */
export function readTableId(buffer: Buffer, start: number, end: number): number {
  return new EventBytes('rows event', buffer, start, end).u48()
}

/** @throws CdcError CDC-M10 */
export function parseRows(buffer: Buffer, start: number, end: number): RowsEvent {
  const bytes = new EventBytes('rows event', buffer, start, end)
  const variant = variants[readEventType(buffer, start)]
  if (variant === undefined) throw bytes.damaged('it is not a rows event')
  const tableId = bytes.u48()
  const flags = bytes.u16()
  if (variant.version === 2) {
    const extra = bytes.u16()
    if (extra < 2) throw bytes.damaged('the extra data is cut off')
    bytes.skip(extra - 2)
  }
  const columnCount = bytes.lengthEncoded()
  const complete = skipPresent(bytes, columnCount)
  const after = bytes.at
  const changedColumns =
    variant.kind === 'update' && !skipPresent(bytes, columnCount) ? bytes.buffer.subarray(after, bytes.at) : null
  const common = { kind: variant.kind, tableId, flags, columnCount, complete, changedColumns }
  if (!variant.compressed) return { ...common, buffer, rowsStart: bytes.at, rowsEnd: end }
  const rows = inflateRest(bytes, 'rows event')
  return { ...common, buffer: rows, rowsStart: 0, rowsEnd: rows.length }
}

/** Moves over a bitmap of `count` bits; whether all of them are set. */
function skipPresent(bytes: EventBytes, count: number): boolean {
  const length = (count + 7) >> 3
  const at = bytes.skip(length)
  const last = at + length - 1
  for (let i = at; i < last; i++) if (bytes.buffer[i] !== 0xff) return false
  if (length === 0) return true
  const used = 0xff >> (length * 8 - count)
  return ((bytes.buffer[last] ?? 0) & used) === used
}
