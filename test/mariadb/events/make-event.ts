import { writeChecksum } from '../../../src/mariadb/events/checksum.ts'
import { checksumBytes, eventHeaderBytes, writeEventHeader } from '../../../src/mariadb/events/header.ts'

/** A whole event of server 9 with a checksum. */
export function makeEvent(type: number, body: Buffer): Buffer {
  const event = Buffer.alloc(eventHeaderBytes + body.length + checksumBytes)
  writeEventHeader(event, { timestamp: 1, type, serverId: 9, nextPosition: 0, flags: 0 }, event.length)
  body.copy(event, eventHeaderBytes)
  writeChecksum(event)
  return event
}
