import type { Gtid, GtidPosition } from '../../core/gtid.ts'
import { writeChecksum } from './checksum.ts'
import { EventBytes } from './event-bytes.ts'
import { checksumBytes, eventHeaderBytes, eventTypes, writeEventHeader } from './header.ts'

// GTID_LIST (163), the position at the start of a file:
//   count u32 (28 bits; bit 28: the UNTIL position is reached; bit 29: the listed transactions are to be ignored)
//   | count times: domain u32, server id u32, sequence u64
// An empty list is padded with two zero bytes.

const countMask = 0x0fff_ffff
const entryBytes = 16

export interface GtidListEvent {
  /** In the order of the event: several servers of one domain stand oldest first. */
  readonly entries: readonly Gtid[]
  /** The last one of each domain. */
  readonly position: GtidPosition
  readonly untilReached: boolean
}

/** @throws CdcError CDC-M10 */
export function parseGtidList(buffer: Buffer, start: number, end: number): GtidListEvent {
  const bytes = new EventBytes('GTID list event', buffer, start, end)
  const word = bytes.u32()
  const count = word & countMask
  if (count * entryBytes > bytes.remaining) throw bytes.damaged('the list is cut off')
  const entries: Gtid[] = []
  for (let i = 0; i < count; i++) {
    entries.push({ domain: bytes.u32(), server: bytes.u32(), sequence: bytes.u64() })
  }
  const position = new Map(entries.map((gtid) => [gtid.domain, gtid]))
  return { entries, position, untilReached: (word & 0x1000_0000) !== 0 }
}

export interface GtidListOptions {
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly serverId: number
  readonly nextPosition?: number
  readonly checksum: boolean
}

/** A whole event that says `position`. */
export function buildGtidList(position: GtidPosition, options: GtidListOptions): Buffer {
  const entries = [...position.values()].sort((a, b) => a.domain - b.domain)
  const body = 4 + Math.max(2, entries.length * entryBytes)
  const event = Buffer.alloc(eventHeaderBytes + body + (options.checksum ? checksumBytes : 0))
  const { timestamp, serverId, nextPosition = 0 } = options
  writeEventHeader(event, { timestamp, type: eventTypes.gtidList, serverId, nextPosition, flags: 0 }, event.length)
  let at = event.writeUInt32LE(entries.length, eventHeaderBytes)
  for (const gtid of entries) {
    at = event.writeUInt32LE(gtid.domain, at)
    at = event.writeUInt32LE(gtid.server, at)
    at = event.writeBigUInt64LE(gtid.sequence, at)
  }
  if (options.checksum) writeChecksum(event)
  return event
}
