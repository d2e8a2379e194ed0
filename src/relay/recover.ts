import { closeSync, fdatasyncSync, ftruncateSync, openSync, rmSync } from 'node:fs'
import type { Gtid, GtidPosition } from '../core/gtid.ts'
import type { Logger } from '../lib/logger.ts'
import type { FormatDescription } from '../mariadb/events/format-description.ts'
import { parseGtidList } from '../mariadb/events/gtid-list.ts'
import { readGtid } from '../mariadb/events/gtid.ts'
import {
  binlogMagic,
  checksumBytes,
  eventTypes,
  readEventLength,
  readEventType,
  readTimestamp,
} from '../mariadb/events/header.ts'
import { CdcError } from '../core/errors.ts'
import { relayFileError } from './file-error.ts'
import { GroupState } from './group-state.ts'
import { blockBytes, readEvents } from './read-events.ts'
import { listRelayFiles, readFileHead } from './relay-files.ts'
import type { RelayFile } from './relay-files.ts'

export interface RecoveredRelay {
  /** Oldest first, the last one open for writing as `fd`; empty: nothing was ever begun. */
  readonly files: RelayFile[]
  readonly fd: number | undefined
  readonly format: FormatDescription | undefined
  /** After the last whole group. */
  readonly position: GtidPosition
  /** Seconds since 1970 of the last group; 0: none is in the last file. */
  readonly lastEventTime: number
  /** The last file holds groups or markers behind its head. */
  readonly hasEvents: boolean
}

/**
 * Finds what a stopped or killed process left. Only the last file can be torn: it is cut after its last whole group. The
 * others were durable before the next one was begun, so they are not read here.
 * @throws CdcError CDC-R01, CDC-C09
 */
export function recoverRelay(directory: string, log: Logger): RecoveredRelay {
  const files = lastRun(listRelayFiles(directory), log)
  for (;;) {
    const last = files.at(-1)
    if (last === undefined) {
      return { files, fd: undefined, format: undefined, position: new Map(), lastEventTime: 0, hasEvents: false }
    }
    const recovered = recoverFile(last, files.length > 1, log)
    if (recovered !== undefined) return { files, ...recovered }
    rmSync(last.path)
    files.pop()
  }
}

/** Files are deleted from the oldest on; after a power failure one that was deleted may be back, with a gap behind it. */
function lastRun(files: RelayFile[], log: Logger): RelayFile[] {
  let first = files.length - 1
  while (first > 0 && files[first - 1]?.number === (files[first]?.number ?? 0) - 1) first--
  for (const file of files.slice(0, Math.max(0, first))) {
    log.warn({ file: file.path }, 'a relay file from before a gap is removed')
    rmSync(file.path)
  }
  return files.slice(Math.max(0, first))
}

type RecoveredFile = Omit<RecoveredRelay, 'files'> & { readonly fd: number }

/** undefined: the file has no head and can go (a power failure can leave an empty file behind). */
function recoverFile(file: RelayFile, hasOthers: boolean, log: Logger): RecoveredFile | undefined {
  let fd: number | undefined
  try {
    fd = openSync(file.path, 'r+')
    if (file.size <= binlogMagic.length && hasOthers) {
      closeSync(fd)
      return undefined
    }
    const head = readFileHead(fd, file)
    file.start = head.start
    const scan = scanGroups(fd, file.size, { at: head.end, position: head.start })
    if (scan.end < file.size) {
      const cut = file.size - scan.end
      log.info({ file: file.path, bytes: cut, why: scan.damage }, 'the torn end of the relay is cut off')
      ftruncateSync(fd, scan.end)
      fdatasyncSync(fd)
      file.size = scan.end
    }
    const { position, lastEventTime } = scan
    return { fd, format: head.format, position, lastEventTime, hasEvents: scan.end > head.end }
  } catch (thrown) {
    if (fd !== undefined && thrown instanceof CdcError) closeSync(fd)
    throw relayFileError(thrown, file.path)
  }
}

interface GroupScan {
  /** After the last whole group. */
  readonly end: number
  readonly position: GtidPosition
  readonly lastEventTime: number
  readonly damage: string | undefined
}

function scanGroups(fd: number, size: number, from: { at: number; position: GtidPosition }): GroupScan {
  const scratch = Buffer.allocUnsafe(blockBytes)
  const state = new GroupState()
  const position = new Map(from.position)
  let gtid: Gtid | undefined
  let groupTime = 0
  let lastEventTime = 0
  let end = from.at
  for (let at = from.at; ;) {
    const read = readEvents({ fd, at, limit: size, scratch })
    for (let start = 0; start < read.end;) {
      const next = start + readEventLength(read.buffer, start)
      const type = readEventType(read.buffer, start)
      if (type === eventTypes.gtid) {
        gtid = readGtid(read.buffer, start, next - checksumBytes)
        groupTime = readTimestamp(read.buffer, start)
      }
      state.take(read.buffer, start, next)
      if (state.isWhole) {
        end = at + next
        if (gtid !== undefined) {
          position.set(gtid.domain, gtid)
          lastEventTime = groupTime
        }
        gtid = undefined
        if (type === eventTypes.gtidList) {
          for (const [domain, marked] of parseGtidList(read.buffer, start, next - checksumBytes).position) {
            position.set(domain, marked)
          }
        }
      }
      start = next
    }
    at += read.end
    if (read.end === 0 || read.damage !== undefined) return { end, position, lastEventTime, damage: read.damage }
  }
}
