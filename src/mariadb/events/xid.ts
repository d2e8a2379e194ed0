import { EventBytes } from './event-bytes.ts'

// XID (16), the commit of a group of transactional tables:
//   number of the transaction on the server u64 (means nothing elsewhere)

/** @throws CdcError CDC-M10 */
export function parseXid(buffer: Buffer, start: number, end: number): bigint {
  return new EventBytes('XID event', buffer, start, end).u64()
}
