// The header of every binary log event (little endian):
//   timestamp u32 | type u8 | server id u32 | length u32 (with header and checksum) | next position u32 | flags u16
// Read by functions at an offset, not into an object: this runs for every event.
import { damagedEvent } from './event-bytes.ts'

export const eventHeaderBytes = 19
export const checksumBytes = 4
/** The first four bytes of a binary log file. */
export const binlogMagic: Readonly<Buffer> = Buffer.from([0xfe, 0x62, 0x69, 0x6e])

export const eventTypes = {
  query: 2,
  stop: 3,
  rotate: 4,
  intvar: 5,
  appendBlock: 9,
  rand: 13,
  userVar: 14,
  formatDescription: 15,
  xid: 16,
  beginLoadQuery: 17,
  executeLoadQuery: 18,
  tableMap: 19,
  writeRowsV1: 23,
  updateRowsV1: 24,
  deleteRowsV1: 25,
  incident: 26,
  heartbeat: 27,
  writeRowsV2: 30,
  updateRowsV2: 31,
  deleteRowsV2: 32,
  xaPrepare: 38,
  annotateRows: 160,
  binlogCheckpoint: 161,
  gtid: 162,
  gtidList: 163,
  startEncryption: 164,
  queryCompressed: 165,
  writeRowsCompressed: 166,
  updateRowsCompressed: 167,
  deleteRowsCompressed: 168,
  /** MariaDB 12.3: a piece of a rows event too large for one packet. */
  partialRows: 172,
} as const

export const eventFlags = {
  /** The file of this format description was not closed; its checksum was made without the flag. */
  inUse: 0x01,
  threadSpecific: 0x04,
  suppressUse: 0x08,
  /** Made up by the server while sending; not in the file. */
  artificial: 0x20,
  /** A reader that does not know the type may skip the event. */
  ignorable: 0x80,
  /** The session had set skip_replication. */
  skipReplication: 0x8000,
} as const

function u32(buffer: Buffer, at: number): number {
  return (
    ((buffer[at] ?? 0) |
      ((buffer[at + 1] ?? 0) << 8) |
      ((buffer[at + 2] ?? 0) << 16) |
      ((buffer[at + 3] ?? 0) << 24)) >>>
    0
  )
}

/** Seconds since 1970 at which the statement began; 0 in artificial events. */
export function readTimestamp(buffer: Buffer, start: number): number {
  return u32(buffer, start)
}

export function readEventType(buffer: Buffer, start: number): number {
  return buffer[start + 4] ?? 0
}

export function readServerId(buffer: Buffer, start: number): number {
  return u32(buffer, start + 5)
}

/** Bytes of the whole event, header and checksum included. */
export function readEventLength(buffer: Buffer, start: number): number {
  return u32(buffer, start + 9)
}

/** Low 32 bits of the position after the event in the server's file; 0 inside transactions since MariaDB 11.4. */
export function readNextPosition(buffer: Buffer, start: number): number {
  return u32(buffer, start + 13)
}

export function readFlags(buffer: Buffer, start: number): number {
  return (buffer[start + 17] ?? 0) | ((buffer[start + 18] ?? 0) << 8)
}

/**
 * Where the event that starts at `start` ends, checksum included.
 * @throws CdcError CDC-M10 when it does not fit into the bytes before `limit`.
 */
export function eventEnd(buffer: Buffer, start: number, limit: number): number {
  const length = start + eventHeaderBytes <= limit ? readEventLength(buffer, start) : 0
  if (length < eventHeaderBytes || start + length > limit) throw damagedEvent('event', 'its length is not possible')
  return start + length
}

export interface EventHeader {
  readonly timestamp: number
  readonly type: number
  readonly serverId: number
  readonly nextPosition: number
  readonly flags: number
}

/** Writes a header for an event of `length` bytes (header and checksum included) at the front of `event`. */
export function writeEventHeader(event: Buffer, header: EventHeader, length: number): void {
  event.writeUInt32LE(header.timestamp, 0)
  event.writeUInt8(header.type, 4)
  event.writeUInt32LE(header.serverId, 5)
  event.writeUInt32LE(length, 9)
  event.writeUInt32LE(header.nextPosition, 13)
  event.writeUInt16LE(header.flags, 17)
}
