import {
  chmodSync,
  closeSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { GtidPosition } from '../core/gtid.ts'
import type { FormatDescription } from '../mariadb/events/format-description.ts'
import { buildFormatDescription, parseFormatDescription } from '../mariadb/events/format-description.ts'
import { buildGtidList, parseGtidList } from '../mariadb/events/gtid-list.ts'
import { binlogMagic, checksumBytes, eventTypes, readEventLength, readEventType } from '../mariadb/events/header.ts'
import { damagedRelayFile, relayFileError } from './file-error.ts'
import { readEvents, readFully } from './read-events.ts'

// A relay directory holds files 000001, 000002, … in the format of MariaDB's binary log: magic, format description,
// a GTID list with the position at which the file begins, then whole groups. Every event has a checksum.

/** A file of the relay. `start` is read when it is first asked for: there may be very many files. */
export interface RelayFile {
  readonly number: number
  readonly path: string
  /** Bytes of whole durable events; for the file that is written, what was durable at the last flush. */
  size: number
  start: GtidPosition | undefined
}

const serverId = 1

/** Makes the directory if need be (0700) and lists its files, oldest first. */
export function listRelayFiles(directory: string): RelayFile[] {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    chmodSync(directory, 0o700)
    const files: RelayFile[] = []
    for (const name of readdirSync(directory)) {
      const path = join(directory, name)
      // A file that was being begun at a crash.
      if (name.endsWith('.new')) rmSync(path)
      if (!/^\d{6,}$/.test(name)) continue
      files.push({ number: Number(name), path, size: statSync(path).size, start: undefined })
    }
    return files.sort((a, b) => a.number - b.number)
  } catch (thrown) {
    throw relayFileError(thrown, directory)
  }
}

export interface NewFile {
  readonly directory: string
  readonly number: number
  readonly format: FormatDescription
  readonly start: GtidPosition
}

/** Begins a file: either it is there with its whole head, durably, or not at all. @returns it, open for writing */
export function createRelayFile({ directory, number, format, start }: NewFile): { file: RelayFile; fd: number } {
  const path = join(directory, String(number).padStart(6, '0'))
  const draft = `${path}.new`
  let fd: number | undefined
  try {
    const list = buildGtidList(start, { timestamp: 0, serverId, checksum: true })
    const head = Buffer.concat([binlogMagic, buildFormatDescription(ownFormat(format), serverId), list])
    fd = openSync(draft, 'w+', 0o600)
    writeFully(fd, head, 0)
    fdatasyncSync(fd)
    renameSync(draft, path)
    syncDirectoryNow(directory)
    return { file: { number, path, size: head.length, start }, fd }
  } catch (thrown) {
    if (fd !== undefined) closeSync(fd)
    rmSync(draft, { force: true })
    throw relayFileError(thrown, path)
  }
}

/** Our events always have checksums, and no server starts in our files. */
export function ownFormat(format: FormatDescription): FormatDescription {
  return { ...format, created: 0, checksum: true }
}

export function writeFully(fd: number, buffer: Buffer, position: number): void {
  for (let done = 0; done < buffer.length;) {
    done += writeSync(fd, buffer, done, buffer.length - done, position + done)
  }
}

function syncDirectoryNow(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

export interface FileHead {
  readonly format: FormatDescription
  readonly start: GtidPosition
  /** Where the GTID list is, and where the groups begin. */
  readonly listAt: number
  readonly end: number
}

/** @throws CdcError CDC-R01 when the file does not begin as it must */
export function readFileHead(fd: number, { path, size }: RelayFile): FileHead {
  const magic = Buffer.alloc(binlogMagic.length)
  readFully(fd, magic, magic.length, 0)
  const format = readOne(fd, magic.length, size)
  const listAt = magic.length + format.length
  const list = readOne(fd, listAt, size)
  const wrong = !magic.equals(binlogMagic) || format.length === 0 || list.length === 0
  if (
    wrong ||
    readEventType(format, 0) !== eventTypes.formatDescription ||
    readEventType(list, 0) !== eventTypes.gtidList
  ) {
    throw damagedRelayFile(path, 0, 'the file does not begin as a relay file does')
  }
  return {
    format: parseFormatDescription(format, 0, format.length),
    start: parseGtidList(list, 0, list.length - checksumBytes).position,
    listAt,
    end: listAt + list.length,
  }
}

/** The event at a place; empty when there is no whole one. */
function readOne(fd: number, at: number, limit: number): Buffer {
  const { buffer, end } = readEvents({ fd, at, limit, scratch: Buffer.alloc(1024) })
  return end === 0 ? Buffer.alloc(0) : buffer.subarray(0, readEventLength(buffer, 0))
}

/** The position at which a file begins. @throws CdcError CDC-R01 */
export function startOfFile(file: RelayFile): GtidPosition {
  if (file.start === undefined) {
    const fd = openRelayFile(file)
    try {
      file.start = readFileHead(fd, file).start
    } finally {
      closeSync(fd)
    }
  }
  return file.start
}

export function openRelayFile(file: RelayFile): number {
  try {
    return openSync(file.path, 'r')
  } catch (thrown) {
    throw relayFileError(thrown, file.path)
  }
}
