/** From here on the buffer does not double any more. */
const largeBytes = 4 * 1024 * 1024

/** Bytes that belong between those of a writer's buffer, and stay where they are. */
export interface Splice {
  /** Before this position of the buffer. */
  readonly at: number
  readonly bytes: Buffer
}

/**
 * A growing buffer that is filled with PostgreSQL COPY BINARY fields: int32 length (-1 = NULL), then the value's bytes
 * as the type's recv function reads them. One writer is reused for millions of rows, so nothing is allocated per value.
 */
export class CopyWriter {
  /** Replaced when it grows: take it from here again after each `reserve`. */
  buffer: Buffer
  /** Where the next byte goes. */
  position = 0
  /** Values that were not copied into the buffer, in its order. Valid as long as the source they came from. */
  splices: Splice[] = []
  readonly #spliceBytes: number

  /** @param spliceBytes values of as many bytes are left where they are: see `pieces` */
  constructor(initialBytes = 65_536, spliceBytes = Infinity) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes)
    this.#spliceBytes = spliceBytes
  }

  /** All that was written, in order. */
  *pieces(): Generator<Buffer> {
    let from = 0
    for (const { at, bytes } of this.splices) {
      yield this.buffer.subarray(from, at)
      yield bytes
      from = at
    }
    if (from < this.position) yield this.buffer.subarray(from, this.position)
  }

  /** Makes sure that so many bytes fit behind `position`. */
  reserve(bytes: number): void {
    if (this.position + bytes > this.buffer.length) this.#grow(bytes)
  }

  /** Forgets what was written; the memory is kept. */
  reset(): void {
    this.position = 0
    if (this.splices.length > 0) this.splices = []
  }

  /** Two bytes without a length: COPY's field count. */
  count(value: number): void {
    this.reserve(2)
    const { buffer, position } = this
    buffer[position] = value >> 8
    buffer[position + 1] = value
    this.position = position + 2
  }

  nullField(): void {
    this.reserve(4)
    putInt32(this.buffer, this.position, -1)
    this.position += 4
  }

  booleanField(value: boolean): void {
    this.reserve(5)
    const { buffer, position } = this
    putInt32(buffer, position, 1)
    buffer[position + 4] = value ? 1 : 0
    this.position = position + 5
  }

  int2Field(value: number): void {
    this.reserve(6)
    const { buffer, position } = this
    putInt32(buffer, position, 2)
    buffer[position + 4] = value >> 8
    buffer[position + 5] = value
    this.position = position + 6
  }

  int4Field(value: number): void {
    this.reserve(8)
    const { buffer, position } = this
    putInt32(buffer, position, 4)
    putInt32(buffer, position + 4, value)
    this.position = position + 8
  }

  /** An int8 (also: timestamp, time) given as its upper and lower 32 bits. */
  int8Field(high: number, low: number): void {
    this.reserve(12)
    const { buffer, position } = this
    putInt32(buffer, position, 8)
    putInt32(buffer, position + 4, high)
    putInt32(buffer, position + 8, low)
    this.position = position + 12
  }

  bytesField(source: Buffer, start: number, end: number): void {
    const length = end - start
    if (length >= this.#spliceBytes) {
      this.reserve(4)
      putInt32(this.buffer, this.position, length)
      this.position += 4
      this.splices.push({ at: this.position, bytes: source.subarray(start, end) })
      return
    }
    this.reserve(4 + length)
    putInt32(this.buffer, this.position, length)
    copyBytes(source, start, end, this.buffer, this.position + 4)
    this.position += 4 + length
  }

  /** A field that another writer has written, length and all. */
  copyField(source: Buffer, start: number, end: number): void {
    this.reserve(end - start)
    copyBytes(source, start, end, this.buffer, this.position)
    this.position += end - start
  }

  #grow(bytes: number): void {
    // Small ones double; a large value gets what it needs and a little for what follows, because doubling would cost
    // as much memory again.
    const { length } = this.buffer
    const wanted = length < largeBytes ? length * 2 : Math.ceil(length * 1.1)
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.position + bytes + 4096))
    this.buffer.copy(larger, 0, 0, this.position)
    this.buffer = larger
  }
}

/** Big endian, as everything in PostgreSQL's binary formats. */
export function putInt32(buffer: Buffer, at: number, value: number): void {
  buffer[at] = value >> 24
  buffer[at + 1] = value >> 16
  buffer[at + 2] = value >> 8
  buffer[at + 3] = value
}

/** Below some dozen bytes a loop is faster than the call into native code. */
export function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): void {
  if (end - start > 40) {
    source.copy(target, at, start, end)
    return
  }
  let to = at
  for (let from = start; from < end; from++) target[to++] = source[from] as number
}

/** What a COPY BINARY stream begins with: signature, flags, length of the header extension. */
export const copyHeader: Buffer = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')

/** What it ends with: a field count of -1. */
export const copyTrailer: Buffer = Buffer.from([0xff, 0xff])
