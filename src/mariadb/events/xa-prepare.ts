import { EventBytes } from './event-bytes.ts'
import { formatXaId } from './xa-id.ts'

// XA_PREPARE (38), the end of a group whose outcome comes in a later group:
//   one phase u8 | format id u32 | global length u32 | branch length u32 | both names

export interface XaPrepareEvent {
  /** Committed at once; nothing comes later. */
  readonly onePhase: boolean
  /** As `formatXaId` writes it. */
  readonly xid: string
}

/** @throws CdcError CDC-M10 */
export function parseXaPrepare(buffer: Buffer, start: number, end: number): XaPrepareEvent {
  const bytes = new EventBytes('XA prepare event', buffer, start, end)
  const onePhase = bytes.u8() !== 0
  const formatId = bytes.u32()
  const globalLength = bytes.u32()
  const branchLength = bytes.u32()
  const xid = formatXaId({ formatId, global: bytes.bytes(globalLength), branch: bytes.bytes(branchLength) })
  return { onePhase, xid }
}
