import { CdcError } from '../../core/errors.ts'
import { writeChecksum } from './checksum.ts'
import { EventBytes } from './event-bytes.ts'
import { checksumBytes, eventEnd, eventHeaderBytes, eventTypes, writeEventHeader } from './header.ts'

// FORMAT_DESCRIPTION (15), the first event of a file:
//   binlog version u16 (4) | server version 50 bytes, zero padded | created u32 | header length u8 (19)
//   | post-header lengths u8, one a type from 1 on | checksum algorithm u8 | checksum u32
// The last two are there even when the algorithm is 0 (none): this event alone always has room for a checksum.

const versionBytes = 50
const fixedBytes = 2 + versionBytes + 4 + 1

export interface FormatDescription {
  readonly serverVersion: string
  /** Seconds since 1970 at which the server started; 0 when the file was begun by a rotation. */
  readonly created: number
  /** Whether the events after this one end in a checksum. */
  readonly checksum: boolean
  readonly postHeaderLengths: Buffer
}

/** `end` may be with or without the checksum. @throws CdcError CDC-M10, CDC-M11 for an unknown version or algorithm */
export function parseFormatDescription(buffer: Buffer, start: number, end: number): FormatDescription {
  const limit = Math.min(buffer.length, end + checksumBytes)
  const bytes = new EventBytes('format description', buffer, start, eventEnd(buffer, start, limit) - checksumBytes)
  const version = bytes.u16()
  const name = bytes.bytes(versionBytes)
  const created = bytes.u32()
  const headerLength = bytes.u8()
  if (bytes.remaining < 1) throw bytes.damaged('the event is cut off')
  const postHeaderLengths = Buffer.from(bytes.bytes(bytes.remaining - 1))
  const algorithm = bytes.u8()
  if (version !== 4 || headerLength !== eventHeaderBytes || algorithm > 1) {
    throw new CdcError('CDC-M11', {
      where: 'binary log format description',
      what: `version ${version}, header of ${headerLength} bytes, checksum algorithm ${algorithm}`,
    })
  }
  const zero = name.indexOf(0)
  const serverVersion = name.toString('latin1', 0, zero < 0 ? versionBytes : zero)
  return { serverVersion, created, checksum: algorithm === 1, postHeaderLengths }
}

/** A whole event that says `format`; it carries a checksum whatever `format.checksum` says of the others. */
export function buildFormatDescription(format: FormatDescription, serverId: number): Buffer {
  const lengths = format.postHeaderLengths
  const event = Buffer.alloc(eventHeaderBytes + fixedBytes + lengths.length + 1 + checksumBytes)
  const nextPosition = 4 + event.length
  const header = { timestamp: 0, type: eventTypes.formatDescription, serverId, nextPosition, flags: 0 }
  writeEventHeader(event, header, event.length)
  let at = event.writeUInt16LE(4, eventHeaderBytes)
  event.write(format.serverVersion.slice(0, versionBytes), at, 'latin1')
  at = event.writeUInt32LE(format.created, at + versionBytes)
  at = event.writeUInt8(eventHeaderBytes, at)
  at += lengths.copy(event, at)
  event.writeUInt8(format.checksum ? 1 : 0, at)
  writeChecksum(event)
  return event
}
