import { rm } from 'node:fs/promises'
import { assert } from '../core/assert.ts'
import type { Gtid, GtidPosition } from '../core/gtid.ts'
import { CdcError } from '../core/errors.ts'
import { covers, formatPosition, reaches, samePosition } from '../core/gtid.ts'
import type { Logger } from '../lib/logger.ts'
import { createNotifier } from '../lib/notifier.ts'
import type { FormatDescription } from '../mariadb/events/format-description.ts'
import { parseFormatDescription } from '../mariadb/events/format-description.ts'
import { buildGtidList } from '../mariadb/events/gtid-list.ts'
import { readGtid } from '../mariadb/events/gtid.ts'
import { checksumBytes, eventTypes, readEventLength, readEventType, readTimestamp } from '../mariadb/events/header.ts'
import { withChecksum } from './checksummed-event.ts'
import { defaultFormat } from './default-format.ts'
import { FileWriter } from './file-writer.ts'
import type { RecoveredRelay } from './recover.ts'
import { createRelayFile, ownFormat, startOfFile } from './relay-files.ts'
import type { RelayFile } from './relay-files.ts'
import type { ReaderSource, RelayReader } from './relay-reader.ts'
import { createReader } from './relay-reader.ts'
import { Retention } from './retention.ts'

export interface RelayLogOptions {
  readonly directory: string
  readonly maxBytes: number
  readonly fileBytes: number
  /** Least pause between two position markers. */
  readonly markerMs: number
  readonly log: Logger
}

/** Most of an open group that is moved to a new file; with more, the file grows until the group has ended. */
const mostMovedBytes = 1 << 20

/**
 * The relay's state. Three places in the last file: `durable` <= end of the last whole group <= what is appended.
 * Readers see up to `durable`; a crash leaves at least that.
 */
export class RelayLog {
  readonly #options: RelayLogOptions
  readonly #retention = new Retention()
  readonly #files: RelayFile[]
  readonly #wake = createNotifier()
  readonly #room = createNotifier()
  #writer: FileWriter | undefined
  #format: FormatDescription
  #serverChecksum = true
  #groupEnd = 0
  /** Bytes of all files but the last. */
  #finishedBytes: number
  #open = false
  /** The group that comes in again after a reconnection is in the relay already. */
  #repeated = false
  /** Position by the groups, markers and heads in the file: what recovery would find. */
  #kept: Map<number, Gtid>
  /** `#kept`, and the groups after it that were not kept. */
  #seen: Map<number, Gtid>
  /** Domains in which `#seen` is further. */
  readonly #skipped = new Set<number>()
  #position: GtidPosition
  #groupTime = 0
  #lastEventTime: number
  #hasEvents: boolean
  #mustRotate = false
  #flushing: Promise<void> = Promise.resolve()
  /** While data is being made durable the file must stay open. */
  #busy = false
  #lastMarker = 0
  #markerTimer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: RelayLogOptions, recovered: RecoveredRelay) {
    this.#options = options
    this.#files = recovered.files
    this.#finishedBytes = recovered.files.slice(0, -1).reduce((bytes, { size }) => bytes + size, 0)
    this.#format = recovered.format ?? defaultFormat
    this.#kept = new Map(recovered.position)
    this.#seen = new Map(recovered.position)
    this.#position = recovered.position
    this.#lastEventTime = recovered.lastEventTime
    this.#hasEvents = recovered.hasEvents
    const last = recovered.files.at(-1)
    if (last !== undefined && recovered.fd !== undefined) {
      this.#writer = new FileWriter(last, recovered.fd)
      this.#groupEnd = last.size
    }
  }

  get position(): GtidPosition {
    return this.#position
  }

  get start(): GtidPosition {
    return this.#files[0] === undefined ? new Map() : startOfFile(this.#files[0])
  }

  get bytes(): number {
    return this.#finishedBytes + (this.#writer?.size ?? 0)
  }

  get lastEventTime(): number {
    return this.#lastEventTime
  }

  async begin(position: GtidPosition): Promise<void> {
    assert(!this.#hasEvents && this.#files.length <= 1 && !this.#open, 'the relay was begun already')
    if (this.#files.length === 1 && samePosition(position, this.#position)) return
    this.#kept = new Map(position)
    this.#seen = new Map(position)
    const old = this.#writer
    this.#startFile(Buffer.alloc(0))
    old?.close()
    if (old !== undefined) await this.#remove(old.file)
  }

  setFormat(formatDescriptionEvent: Buffer): void {
    const format = parseFormatDescription(formatDescriptionEvent, 0, formatDescriptionEvent.length)
    this.#serverChecksum = format.checksum
    const own = ownFormat(format)
    if (sameFormat(own, this.#format)) return
    this.#format = own
    if (this.#writer !== undefined) this.#mustRotate = true
  }

  append(event: Buffer): void {
    assert(event.length === readEventLength(event, 0), 'one whole event is appended at a time')
    this.#begun()
    if (!this.#open && !this.#repeated) {
      assert(readEventType(event, 0) === eventTypes.gtid, 'a group begins with its GTID event')
      const gtid = readGtid(event, 0, event.length - (this.#serverChecksum ? checksumBytes : 0))
      this.#repeated = covers(this.#seen, gtid)
      if (this.#mustRotate && !this.#repeated && !this.#busy) this.#rotate()
      this.#groupTime = readTimestamp(event, 0)
    }
    if (this.#repeated) return
    this.#begun().append(this.#serverChecksum ? event : withChecksum(event))
    this.#open = true
  }

  endGroup(gtid: Gtid): void {
    if (this.#repeated) {
      this.#repeated = false
      return
    }
    assert(this.#open, 'a group was open')
    this.#open = false
    this.#groupEnd = this.#begun().size
    this.#kept.set(gtid.domain, gtid)
    this.#seen.set(gtid.domain, gtid)
    this.#skipped.delete(gtid.domain)
    this.#lastEventTime = this.#groupTime
    this.#hasEvents = true
  }

  skipGroup(gtid: Gtid): void {
    assert(!this.#open, 'no group was open')
    this.#repeated = false
    if (covers(this.#seen, gtid)) return
    this.#seen.set(gtid.domain, gtid)
    this.#skipped.add(gtid.domain)
  }

  async flush(options: { readonly marker?: boolean } = {}): Promise<void> {
    const flush = this.#flushing.then(async () => await this.#flushOnce(options.marker === true))
    this.#flushing = flush.catch(() => undefined)
    await flush
  }

  async discardOpenGroup(): Promise<void> {
    if (this.#open) this.#writer?.truncate(this.#groupEnd)
    this.#open = false
    this.#repeated = false
    await this.flush()
  }

  hasRoom(): boolean {
    return this.bytes < this.#options.maxBytes
  }

  async waitForRoom(signal: AbortSignal): Promise<void> {
    while (!this.hasRoom()) await this.#room.wait(signal)
    signal.throwIfAborted()
  }

  async acknowledge(reader: string, position: GtidPosition): Promise<void> {
    this.#retention.acknowledge(reader, position)
    await this.#removeRead()
  }

  setReaders(names: readonly string[]): void {
    this.#retention.setReaders(names)
  }

  reader(from: GtidPosition | 'earliest'): RelayReader {
    if (from === 'earliest') return createReader(this.#readerSource(this.#files[0]?.number), undefined)
    if (!reaches(from, this.start)) throw this.#before(from)
    return createReader(this.#readerSource(this.#lastFileBefore(from)?.number), from)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    clearTimeout(this.#markerTimer)
    try {
      await this.discardOpenGroup()
    } finally {
      this.#closed = true
      clearTimeout(this.#markerTimer)
      this.#writer?.close()
      this.#writer = undefined
    }
  }

  #begun(): FileWriter {
    assert(!this.#closed, 'the relay is closed')
    assert(this.#writer !== undefined, 'the relay was begun')
    return this.#writer
  }

  async #flushOnce(marker: boolean): Promise<void> {
    const writer = this.#writer
    if (writer === undefined || this.#closed) return
    this.#appendMarker(marker)
    const end = this.#groupEnd
    if (end > writer.file.size) {
      const position = new Map(this.#kept)
      writer.write()
      this.#busy = true
      try {
        await writer.sync()
      } finally {
        this.#busy = false
      }
      this.#setDurable(writer.file, end, position)
    }
    if (this.#groupEnd >= this.#options.fileBytes) this.#rotate()
  }

  #setDurable(file: RelayFile, end: number, position: GtidPosition): void {
    file.size = end
    this.#position = position
    this.#wake.notify()
  }

  /** Says how far groups were skipped, when nothing that was kept says it, and not too often. */
  #appendMarker(forced: boolean): void {
    const writer = this.#writer
    if (this.#skipped.size === 0 || this.#open || writer === undefined) return
    const wait = this.#lastMarker + this.#options.markerMs - Date.now()
    // With groups that become durable anyway it costs nothing.
    if (!forced && wait > 0 && this.#groupEnd === writer.file.size) {
      this.#markLater(wait)
      return
    }
    const timestamp = Math.floor(Date.now() / 1000)
    writer.append(buildGtidList(this.#seen, { timestamp, serverId: 1, checksum: true }))
    this.#lastMarker = Date.now()
    this.#groupEnd = writer.size
    this.#kept = new Map(this.#seen)
    this.#skipped.clear()
    this.#hasEvents = true
  }

  #markLater(milliseconds: number): void {
    this.#markerTimer ??= setTimeout(() => {
      this.#markerTimer = undefined
      this.flush().catch((error: unknown) => this.#options.log.warn({ err: error }, 'a relay marker was not written'))
    }, milliseconds).unref()
  }

  /**
   * Goes on in a new file, when nothing hinders; what an open group has so far moves along. The old file is whole and
   * durable before the new one is there.
   * @throws CdcError CDC-R02; then it can be done again
   */
  #rotate(): void {
    const writer = this.#begun()
    if (writer.size - this.#groupEnd > mostMovedBytes) return
    const rest = writer.unwrite(this.#groupEnd)
    writer.syncNow()
    this.#setDurable(writer.file, this.#groupEnd, new Map(this.#kept))
    this.#startFile(rest)
    writer.close()
    this.#finishedBytes += writer.file.size
  }

  #startFile(rest: Buffer): void {
    const { directory } = this.#options
    const number = (this.#files.at(-1)?.number ?? 0) + 1
    const start = new Map(this.#seen)
    const { file, fd } = createRelayFile({ directory, number, format: this.#format, start })
    this.#files.push(file)
    this.#writer = new FileWriter(file, fd, rest)
    this.#groupEnd = file.size
    this.#kept = new Map(start)
    this.#skipped.clear()
    this.#position = new Map(start)
    this.#hasEvents = false
    this.#mustRotate = false
    this.#wake.notify()
  }

  /** Deletes the files that all readers have behind them. */
  async #removeRead(): Promise<void> {
    for (;;) {
      const [first, second] = this.#files
      if (first === undefined) return
      if (second !== undefined) {
        if (!this.#retention.allPassed(startOfFile(second))) return
        this.#finishedBytes -= first.size
        await this.#remove(first)
        continue
      }
      // Full, though everything was read: it is all in the file that is being written.
      const stuck = !this.hasRoom() && this.#hasEvents && !this.#open && !this.#busy
      if (!stuck || !this.#retention.allPassed(this.#kept)) return
      this.#rotate()
    }
  }

  async #remove(file: RelayFile): Promise<void> {
    this.#files.splice(this.#files.indexOf(file), 1)
    await rm(file.path, { force: true })
    this.#room.notify()
  }

  #readerSource(first: number | undefined): ReaderSource {
    return {
      fileAfter: (number) => {
        const oldest = this.#files[0]?.number ?? 0
        const wanted = number === undefined ? (first ?? oldest) : number + 1
        if (wanted < oldest) throw this.#before(undefined)
        return this.#files[wanted - oldest]
      },
      durableSize: (file) => file.size,
      isFinished: (file) => file !== this.#writer?.file,
      wait: async (signal) => await this.#wake.wait(signal),
    }
  }

  /** The file in which to look for what comes after `from`: everything before it lies behind. */
  #lastFileBefore(from: GtidPosition): RelayFile | undefined {
    let low = 0
    let high = this.#files.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const file = this.#files[middle]
      if (file !== undefined && reaches(from, startOfFile(file))) low = middle
      else high = middle - 1
    }
    return this.#files[low]
  }

  #before(from: GtidPosition | undefined): CdcError {
    return new CdcError('CDC-R03', {
      where: this.#options.directory,
      what: `the relay begins at ${formatPosition(this.start) || 'the beginning'}`,
      why:
        from === undefined
          ? 'files were deleted while they were read'
          : `${formatPosition(from) || 'everything'} is needed`,
    })
  }
}

function sameFormat(a: FormatDescription, b: FormatDescription): boolean {
  return a.serverVersion === b.serverVersion && a.postHeaderLengths.equals(b.postHeaderLengths)
}
