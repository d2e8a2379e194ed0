import type { Gtid } from '../../core/gtid.ts'
import { EventBytes } from './event-bytes.ts'
import { readServerId } from './header.ts'
import { formatXaId } from './xa-id.ts'

// GTID (162), the first event of every group. Fields follow each other without gaps, each only when its flag is set:
//   sequence u64 | domain u32 | flags u8
//   | [commit id u64]                                                        flag 0x02
//   | [format id u32, global length u8, branch length u8, both names]        flag 0x40 or 0x80
//   | [extra flags u8 | [engines u8]  extra flag 0x01
//                     | [sequence of the ALTER's start u64]  extra flag 0x04 or 0x08 | [thread id]  extra flag 0x10]
// padded with zeros to 19 bytes. The server id is that of the header.

export interface GtidEvent {
  readonly gtid: Gtid
  /** The group is one statement and ends with it; else it ends with XID, COMMIT, ROLLBACK or XA_PREPARE. */
  readonly standalone: boolean
  /** Not set for a group that also touched non-transactional tables. */
  readonly transactional: boolean
  readonly allowParallel: boolean
  readonly waited: boolean
  /** Also set for a row group in which a temporary table was made. */
  readonly ddl: boolean
  readonly preparedXa: boolean
  readonly completedXa: boolean
  readonly startAlter: boolean
  readonly commitAlter: boolean
  readonly rollbackAlter: boolean
  /** Groups with the same number were committed together; null: not said. */
  readonly commitId: bigint | null
  /** The XA transaction, as `formatXaId` writes it; null: not an XA group. */
  readonly xid: string | null
  /** commitAlter and rollbackAlter: the sequence number of the group that started it. */
  readonly startSequence: bigint | null
}

const groupCommitId = 0x02
const xaFlags = 0x40 | 0x80

/** @throws CdcError CDC-M10 */
export function parseGtidEvent(buffer: Buffer, start: number, end: number): GtidEvent {
  const bytes = new EventBytes('GTID event', buffer, start, end)
  const sequence = bytes.u64()
  const domain = bytes.u32()
  const flags = bytes.u8()
  const commitId = (flags & groupCommitId) === 0 ? null : bytes.u64()
  const xid = (flags & xaFlags) === 0 ? null : readXaId(bytes)
  const extra = bytes.remaining > 0 ? bytes.u8() : 0
  if ((extra & 0x01) !== 0) bytes.u8()
  const startSequence = (extra & 0x0c) === 0 ? null : bytes.u64()
  return {
    gtid: { domain, server: readServerId(buffer, start), sequence },
    standalone: (flags & 0x01) !== 0,
    transactional: (flags & 0x04) !== 0,
    allowParallel: (flags & 0x08) !== 0,
    waited: (flags & 0x10) !== 0,
    ddl: (flags & 0x20) !== 0,
    preparedXa: (flags & 0x40) !== 0,
    completedXa: (flags & 0x80) !== 0,
    startAlter: (extra & 0x02) !== 0,
    commitAlter: (extra & 0x04) !== 0,
    rollbackAlter: (extra & 0x08) !== 0,
    commitId,
    xid,
    startSequence,
  }
}

/** Only the transaction's name: the cheap part, for readers that skip groups. @throws CdcError CDC-M10 */
export function readGtid(buffer: Buffer, start: number, end: number): Gtid {
  const bytes = new EventBytes('GTID event', buffer, start, end)
  const sequence = bytes.u64()
  return { domain: bytes.u32(), server: readServerId(buffer, start), sequence }
}

function readXaId(bytes: EventBytes): string {
  const formatId = bytes.u32()
  const globalLength = bytes.u8()
  const branchLength = bytes.u8()
  return formatXaId({ formatId, global: bytes.bytes(globalLength), branch: bytes.bytes(branchLength) })
}
