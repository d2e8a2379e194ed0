import { crc32 } from 'node:zlib'
import { checksumBytes, eventFlags, eventTypes, readEventType } from './header.ts'

/**
 * The CRC32 of an event from `start` to `end` (end without the checksum). A format description that carries the in-use
 * flag was summed without it.
 */
function eventCrc(buffer: Buffer, start: number, end: number): number {
  const inUse =
    readEventType(buffer, start) === eventTypes.formatDescription &&
    ((buffer[start + 17] ?? 0) & eventFlags.inUse) !== 0
  if (!inUse) return crc32(buffer.subarray(start, end))
  const copy = Buffer.from(buffer.subarray(start, end))
  copy.writeUInt8((copy[17] ?? 0) & ~eventFlags.inUse, 17)
  return crc32(copy)
}

/** Whether the last four bytes before `eventEnd` are the checksum of the event. */
export function checksumMatches(buffer: Buffer, start: number, eventEnd: number): boolean {
  const end = eventEnd - checksumBytes
  return end > start && eventCrc(buffer, start, end) === buffer.readUInt32LE(end)
}

/** Fills the last four bytes of a whole event with its checksum. */
export function writeChecksum(event: Buffer): void {
  const end = event.length - checksumBytes
  event.writeUInt32LE(eventCrc(event, 0, end), end)
}
