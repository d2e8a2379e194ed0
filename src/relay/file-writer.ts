import { closeSync, fdatasync, fdatasyncSync, ftruncateSync } from 'node:fs'
import { promisify } from 'node:util'
import { assert } from '../core/assert.ts'
import { relayFileError } from './file-error.ts'
import { readFully } from './read-events.ts'
import type { RelayFile } from './relay-files.ts'
import { writeFully } from './relay-files.ts'

/** What is gathered before it is written. */
const bufferBytes = 1 << 20

const synchronise = promisify(fdatasync)

/**
 * Appends to the relay's last file. Bytes go to a buffer and, when it is full, to the file, so that memory stays small
 * however long a group is. Writes go to explicit places: one that failed is simply done again.
 */
export class FileWriter {
  readonly file: RelayFile
  readonly #fd: number
  readonly #pending: Buffer
  #pendingBytes: number
  /** Bytes of the file that are written, durable or not. */
  #written: number
  /** After a failed fdatasync nobody knows what is on disk. */
  #failed: Error | undefined

  /** `rest`: bytes of an open group that go on in this file. */
  constructor(file: RelayFile, fd: number, rest: Buffer = Buffer.alloc(0)) {
    this.file = file
    this.#fd = fd
    this.#pending = Buffer.allocUnsafe(Math.max(bufferBytes, rest.length))
    this.#pendingBytes = rest.copy(this.#pending)
    this.#written = file.size
  }

  /** Where the next event will stand. */
  get size(): number {
    return this.#written + this.#pendingBytes
  }

  /** @throws CdcError CDC-R02; then nothing of the event was taken */
  append(event: Buffer): void {
    if (this.#pendingBytes + event.length > this.#pending.length) this.write()
    if (event.length > this.#pending.length) {
      this.#attempt(() => writeFully(this.#fd, event, this.#written))
      this.#written += event.length
    } else {
      this.#pendingBytes += event.copy(this.#pending, this.#pendingBytes)
    }
  }

  /** Writes what is gathered. @throws CdcError CDC-R02 */
  write(): void {
    if (this.#pendingBytes === 0) return
    this.#attempt(() => writeFully(this.#fd, this.#pending.subarray(0, this.#pendingBytes), this.#written))
    this.#written += this.#pendingBytes
    this.#pendingBytes = 0
  }

  /** Makes durable what was written when it was called. */
  async sync(): Promise<void> {
    if (this.#failed !== undefined) throw relayFileError(this.#failed, this.file.path)
    try {
      await synchronise(this.#fd)
    } catch (thrown) {
      throw this.#fail(thrown)
    }
  }

  syncNow(): void {
    this.#attempt(() => undefined)
    try {
      fdatasyncSync(this.#fd)
    } catch (thrown) {
      throw this.#fail(thrown)
    }
  }

  /** Forgets what stands at and after `size`. */
  truncate(size: number): void {
    if (size >= this.#written) {
      this.#pendingBytes = size - this.#written
      return
    }
    this.#attempt(() => ftruncateSync(this.#fd, size))
    this.#written = size
    this.#pendingBytes = 0
  }

  /** Cuts the file at `at`; what stood behind is gathered again, as if it had not been written. */
  unwrite(at: number): Buffer {
    this.write()
    const rest = Buffer.allocUnsafe(this.#written - at)
    assert(rest.length <= this.#pending.length, 'what is cut off fits into the buffer')
    this.#attempt(() => readFully(this.#fd, rest, rest.length, at))
    this.truncate(at)
    this.#pendingBytes = rest.copy(this.#pending)
    return rest
  }

  close(): void {
    closeSync(this.#fd)
  }

  #attempt(action: () => unknown): void {
    if (this.#failed !== undefined) throw relayFileError(this.#failed, this.file.path)
    try {
      action()
    } catch (thrown) {
      throw relayFileError(thrown, this.file.path)
    }
  }

  #fail(thrown: unknown): Error {
    this.#failed = thrown instanceof Error ? thrown : new Error(String(thrown))
    return relayFileError(thrown, this.file.path)
  }
}
