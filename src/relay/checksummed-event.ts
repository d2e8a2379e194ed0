import { writeChecksum } from '../mariadb/events/checksum.ts'
import { checksumBytes } from '../mariadb/events/header.ts'

/** A copy of an event from a server without checksums, with one. */
export function withChecksum(event: Buffer): Buffer {
  const copy = Buffer.allocUnsafe(event.length + checksumBytes)
  event.copy(copy)
  copy.writeUInt32LE(copy.length, 9)
  writeChecksum(copy)
  return copy
}
