// Events for relay tests, in the server's format.
import type { Gtid } from '../../src/core/gtid.ts'
import { writeChecksum } from '../../src/mariadb/events/checksum.ts'
import { buildFormatDescription } from '../../src/mariadb/events/format-description.ts'
import { eventHeaderBytes, eventTypes, writeEventHeader } from '../../src/mariadb/events/header.ts'
import type { Relay } from '../../src/relay/relay.ts'

export const serverId = 7

export function makeEvent(type: number, body: Buffer, checksum = true): Buffer {
  const event = Buffer.alloc(eventHeaderBytes + body.length + (checksum ? 4 : 0))
  writeEventHeader(event, { timestamp: 1_700_000_000, type, serverId, nextPosition: 0, flags: 0 }, event.length)
  body.copy(event, eventHeaderBytes)
  if (checksum) writeChecksum(event)
  return event
}

export const gtidOf = (sequence: number, domain = 0): Gtid => ({ domain, server: serverId, sequence: BigInt(sequence) })

export function gtidEvent({ domain, sequence }: Gtid, checksum = true): Buffer {
  const body = Buffer.alloc(19)
  body.writeBigUInt64LE(sequence)
  body.writeUInt32LE(domain, 8)
  body.writeUInt8(0x0c, 12)
  return makeEvent(eventTypes.gtid, body, checksum)
}

/** Bytes that only look like rows. */
export function rowsEvent(bytes: number, fill: number, checksum = true): Buffer {
  return makeEvent(eventTypes.writeRowsV1, Buffer.alloc(bytes, fill), checksum)
}

export function xidEvent(checksum = true): Buffer {
  return makeEvent(eventTypes.xid, Buffer.alloc(8, 1), checksum)
}

export function groupEvents(gtid: Gtid, bytes = 20, checksum = true): Buffer[] {
  return [gtidEvent(gtid, checksum), rowsEvent(bytes, Number(gtid.sequence) & 0xff, checksum), xidEvent(checksum)]
}

export function appendGroup(relay: Relay, gtid: Gtid, bytes = 20): void {
  for (const event of groupEvents(gtid, bytes)) relay.append(event)
  relay.endGroup(gtid)
}

export function serverFormat(options: { checksum: boolean; version?: string }): Buffer {
  const serverVersion = options.version ?? '10.11.9-MariaDB-log'
  const postHeaderLengths = Buffer.alloc(171, 5)
  return buildFormatDescription({ serverVersion, created: 5, checksum: options.checksum, postHeaderLengths }, serverId)
}
