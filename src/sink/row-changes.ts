import { CopyWriter } from '../mapping/copy-writer.ts'
import type { BinlogRowEncoder } from '../mapping/row-encoder.ts'
import type { RowsEvent } from '../mariadb/events/rows.ts'
import { encodeAfter, type RowInWriter } from './after-image.ts'

// The changes of one table in a batch, collapsed: per key only the last image counts. Rows are kept as COPY tuples in one
// growing buffer, so that no object per row exists; a key is its fields' bytes as a latin1 string.

/** What a batch does to one key: a tuple's place in the buffer, or a delete. */
export interface RowImage {
  /** Where the tuple starts in `rows.buffer`; -1: the key is deleted. */
  readonly start: number
  readonly end: number
}

const deleted: RowImage = { start: -1, end: -1 }

/** Changes of a table whose rows are found by a key. */
export class KeyedChanges {
  rows = new CopyWriter(1 << 12)
  /** Key fields, each int32 length and bytes as in the tuple, as latin1 -> its last image. In order of first change. */
  readonly images = new Map<string, RowImage>()
  readonly #key: readonly number[]
  readonly #before: CopyWriter
  readonly #beforeOffsets: Int32Array
  readonly #offsets: Int32Array
  /** The key's fields stand together and in order, so that one slice is the whole key. */
  readonly #keyIsOneSlice: boolean

  constructor(columns: number, key: readonly number[], scratch: CopyWriter) {
    this.#key = key
    this.#before = scratch
    this.#beforeOffsets = new Int32Array(columns + 1)
    this.#offsets = new Int32Array(columns + 1)
    this.#keyIsOneSlice = key.every((column, i) => i === 0 || column === (key[i - 1] ?? -2) + 1)
  }

  /** Bytes held, about. */
  get bytes(): number {
    return this.rows.position + this.images.size * 64
  }

  get isEmpty(): boolean {
    return this.images.size === 0
  }

  /** Takes in one row of an event; returns where the next one starts. */
  take(event: RowsEvent, at: number, encoder: BinlogRowEncoder): number {
    const { buffer } = event
    if (event.kind === 'insert') return this.#put(buffer, at, encoder)
    const before = this.#before
    before.reset()
    let next = encoder.encode(buffer, at, before, this.#beforeOffsets)
    const oldKey = this.#keyOf(before, this.#beforeOffsets)
    if (event.kind === 'delete') {
      this.images.set(oldKey, deleted)
      return next
    }
    const start = this.rows.position
    next = encodeAfter(event, next, {
      encoder,
      before: { writer: before, offsets: this.#beforeOffsets },
      after: { writer: this.rows, offsets: this.#offsets },
    })
    const newKey = this.#keyOf(this.rows, this.#offsets)
    if (newKey !== oldKey) this.images.set(oldKey, deleted)
    this.images.set(newKey, { start, end: this.rows.position })
    return next
  }

  /**
   * The key of a row that could not be taken in, as far as its columns could be read; undefined when one of them is the
   * one that failed, or comes after it.
   */
  keyOfRefused(event: RowsEvent, at: number, encoder: BinlogRowEncoder): string | undefined {
    this.#offsets.fill(-1)
    this.#before.reset()
    try {
      encoder.encode(event.buffer, at, this.#before, this.#offsets)
    } catch {
      // It is known to fail; how far it came is what is asked.
    }
    const known = this.#key.every((column) => (this.#offsets[column + 1] ?? -1) >= 0)
    return known ? this.#keyOf(this.#before, this.#offsets) : undefined
  }

  clear(): void {
    this.images.clear()
    // A large batch's memory is given back: many tables take turns in being large.
    if (this.rows.buffer.length > 1 << 20) this.rows = new CopyWriter(1 << 12)
    else this.rows.reset()
  }

  #put(buffer: Buffer, at: number, encoder: BinlogRowEncoder): number {
    const start = this.rows.position
    const next = encoder.encode(buffer, at, this.rows, this.#offsets)
    this.images.set(this.#keyOf(this.rows, this.#offsets), { start, end: this.rows.position })
    return next
  }

  #keyOf(tuple: CopyWriter, offsets: Int32Array): string {
    const key = this.#key
    if (this.#keyIsOneSlice) {
      return tuple.buffer.toString('latin1', offsets[key[0] ?? 0], offsets[(key[key.length - 1] ?? 0) + 1])
    }
    let text = ''
    for (const column of key) text += tuple.buffer.toString('latin1', offsets[column], offsets[column + 1])
    return text
  }
}

/** Changes of a table without a key: how many more or fewer of each whole row there are. */
export class KeylessChanges {
  /** The whole tuple as latin1 -> rows added (positive) or taken away (negative). Order does not matter to the sum. */
  readonly counts = new Map<string, number>()
  readonly #before: RowInWriter
  readonly #after: RowInWriter
  #bytes = 0

  constructor(columns: number, scratch: CopyWriter) {
    this.#before = { writer: scratch, offsets: new Int32Array(columns + 1) }
    this.#after = { writer: new CopyWriter(1 << 12), offsets: new Int32Array(columns + 1) }
  }

  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.counts.size === 0
  }

  take(event: RowsEvent, at: number, encoder: BinlogRowEncoder): number {
    const [before, after] = [this.#before, this.#after]
    before.writer.reset()
    after.writer.reset()
    let next = encoder.encode(event.buffer, at, before.writer, before.offsets)
    this.#add(before.writer, event.kind === 'insert' ? 1 : -1)
    if (event.kind !== 'update') return next
    next = encodeAfter(event, next, { encoder, before, after })
    this.#add(after.writer, 1)
    return next
  }

  clear(): void {
    this.counts.clear()
    this.#bytes = 0
  }

  #add({ buffer, position }: CopyWriter, by: 1 | -1): void {
    const row = buffer.toString('latin1', 0, position)
    const count = (this.counts.get(row) ?? 0) + by
    if (count === 0) this.counts.delete(row)
    else this.counts.set(row, count)
    this.#bytes += row.length + 64
  }
}
