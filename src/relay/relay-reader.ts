import { closeSync } from 'node:fs'
import type { GtidPosition } from '../core/gtid.ts'
import { covers, reaches } from '../core/gtid.ts'
import { parseGtidList } from '../mariadb/events/gtid-list.ts'
import { readGtid } from '../mariadb/events/gtid.ts'
import { checksumBytes, eventTypes, readEventLength, readEventType } from '../mariadb/events/header.ts'
import { damagedRelayFile, relayFileError } from './file-error.ts'
import type { ReadEvents } from './read-events.ts'
import { blockBytes, readEvents } from './read-events.ts'
import { openRelayFile, readFileHead } from './relay-files.ts'
import type { RelayFile } from './relay-files.ts'

/** Whole events, back to back. Valid until the next `read`. */
export interface RelayBlock {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
  /** Whether each event ends in a checksum. */
  readonly checksum: boolean
}

export interface RelayReader extends AsyncDisposable {
  /**
   * The next events; waits for them. GTID lists stand between groups: everything up to their position lies behind.
   * @throws CdcError CDC-R01 damaged file, CDC-R03 the files were deleted meanwhile; the signal's reason
   */
  read(signal: AbortSignal): Promise<RelayBlock>
  /** Whether `read` would not wait. @throws as `read` */
  available(): boolean
}

/** What a reader needs of the relay. */
export interface ReaderSource {
  /** The file after that number; the first one of the reader when it is undefined. undefined: not there yet. */
  fileAfter(number: number | undefined): RelayFile | undefined
  /** Bytes of a file that are durable and whole. */
  durableSize(file: RelayFile): number
  /** Whether the file will not grow any more. */
  isFinished(file: RelayFile): boolean
  wait(signal: AbortSignal): Promise<void>
}

interface Place {
  readonly file: RelayFile
  readonly fd: number
  at: number
}

/** Reads from `from` on; groups and markers that it covers are passed over. undefined: everything. */
export function createReader(source: ReaderSource, from: GtidPosition | undefined): RelayReader {
  return new FileReader(source, from)
}

class FileReader implements RelayReader {
  readonly #source: ReaderSource
  readonly #from: GtidPosition | undefined
  /** Two in turn: looking for the next block must not touch the one that is being used. */
  #scratch: readonly [Buffer, Buffer] = [Buffer.allocUnsafe(blockBytes), Buffer.allocUnsafe(blockBytes)]
  #place: Place | undefined
  #prepared: RelayBlock | undefined
  /** Inside a group that is passed over. */
  #skipping = false
  #closed = false

  constructor(source: ReaderSource, from: GtidPosition | undefined) {
    this.#source = source
    this.#from = from
  }

  async read(signal: AbortSignal): Promise<RelayBlock> {
    signal.throwIfAborted()
    for (;;) {
      const block = this.#prepare()
      if (block !== undefined) {
        this.#prepared = undefined
        return block
      }
      await this.#source.wait(signal)
    }
  }

  available(): boolean {
    return this.#prepare() !== undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#prepared = undefined
    this.#leave()
  }

  #leave(): void {
    if (this.#place !== undefined) closeSync(this.#place.fd)
    this.#place = undefined
  }

  #prepare(): RelayBlock | undefined {
    if (this.#closed) throw new Error('BUG: the reader is closed')
    if (this.#prepared !== undefined) return this.#prepared
    for (;;) {
      const place = this.#place ?? this.#enter(undefined)
      if (place === undefined) return undefined
      // In this order: a file that is finished after its size was asked for may have grown in between.
      const finished = this.#source.isFinished(place.file)
      const limit = this.#source.durableSize(place.file)
      if (place.at < limit) {
        this.#prepared = this.#readBlock(place, limit)
        if (this.#prepared !== undefined) return this.#prepared
      } else if (!finished || this.#enter(place.file.number) === undefined) return undefined
    }
  }

  /** Goes to the file after that number. */
  #enter(number: number | undefined): Place | undefined {
    const file = this.#source.fileAfter(number)
    if (file === undefined) return undefined
    const fd = openRelayFile(file)
    this.#leave()
    this.#place = { file, fd, at: 0 }
    const head = readFileHead(fd, file)
    // The list of the head is given to the reader, what is before it is not.
    this.#place.at = head.listAt
    this.#skipping = false
    return this.#place
  }

  /** The next block from there; undefined: only what is passed over. Moves the place. */
  #readBlock(place: Place, limit: number): RelayBlock | undefined {
    const read = this.#readEvents(place, limit)
    let start = 0
    let end = 0
    let begun = false
    while (end < read.end) {
      const next = end + readEventLength(read.buffer, end)
      const type = readEventType(read.buffer, end)
      if (type === eventTypes.gtid || type === eventTypes.gtidList) {
        this.#skipping = this.#isCovered(read.buffer, end, next)
      }
      if (this.#skipping) {
        if (begun) break
        start = next
      } else begun = true
      end = next
    }
    place.at += end
    if (!begun) return undefined
    this.#scratch = [this.#scratch[1], this.#scratch[0]]
    return { buffer: read.buffer, start, end, checksum: true }
  }

  #readEvents({ file, fd, at }: Place, limit: number): ReadEvents {
    let read: ReadEvents
    try {
      read = readEvents({ fd, at, limit, scratch: this.#scratch[0] })
    } catch (thrown) {
      throw relayFileError(thrown, file.path)
    }
    // What is whole before the damage is given first.
    if (read.end > 0) return read
    throw damagedRelayFile(file.path, at, read.damage ?? 'an event that is cut off')
  }

  #isCovered(buffer: Buffer, start: number, next: number): boolean {
    if (this.#from === undefined) return false
    const end = next - checksumBytes
    if (readEventType(buffer, start) === eventTypes.gtid) return covers(this.#from, readGtid(buffer, start, end))
    return reaches(this.#from, parseGtidList(buffer, start, end).position)
  }
}
