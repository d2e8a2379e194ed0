import { CdcError } from '../../core/errors.ts'

/** The error for an event that cannot be what it says it is. */
export function damagedEvent(event: string, what: string, cause?: unknown): CdcError {
  return new CdcError('CDC-M10', { where: `binary log ${event}`, what, cause })
}

/**
 * Reads the fields of one event in turn, never beyond its end: whatever the bytes are, the outcome is values or
 * CdcError CDC-M10.
 */
export class EventBytes {
  readonly buffer: Buffer
  readonly end: number
  at: number
  readonly #event: string

  /** `event` names it in errors. `start` is the first byte of the event's header, `end` the end without checksum. */
  constructor(event: string, buffer: Buffer, start: number, end: number) {
    this.#event = event
    this.buffer = buffer
    this.end = end
    this.at = start + 19
    if (start < 0 || this.at > end || end > buffer.length) throw this.damaged('the event is cut off')
  }

  get remaining(): number {
    return this.end - this.at
  }

  damaged(what: string): CdcError {
    return damagedEvent(this.#event, what)
  }

  /** Moves over `length` bytes; returns where they began. */
  skip(length: number): number {
    const at = this.at
    if (length > this.end - at) throw this.damaged('a field reaches beyond the end')
    this.at = at + length
    return at
  }

  u8(): number {
    return this.buffer.readUInt8(this.skip(1))
  }

  u16(): number {
    return this.buffer.readUInt16LE(this.skip(2))
  }

  u24(): number {
    return this.buffer.readUIntLE(this.skip(3), 3)
  }

  u32(): number {
    return this.buffer.readUInt32LE(this.skip(4))
  }

  u48(): number {
    return this.buffer.readUIntLE(this.skip(6), 6)
  }

  u64(): bigint {
    return this.buffer.readBigUInt64LE(this.skip(8))
  }

  /** A length-encoded integer: 0-250, or fc u16, fd u24, fe u64. */
  lengthEncoded(): number {
    const first = this.u8()
    if (first <= 250) return first
    if (first === 252) return this.u16()
    if (first === 253) return this.u24()
    const large = first === 254 ? this.u64() : -1n
    if (large < 0n || large > 0xffff_ffffn) throw this.damaged('a length is not possible')
    return Number(large)
  }

  /** A view, valid as long as the buffer. */
  bytes(length: number): Buffer {
    const at = this.skip(length)
    return this.buffer.subarray(at, at + length)
  }

  text(length: number): string {
    const at = this.skip(length)
    return this.buffer.toString('utf8', at, at + length)
  }
}
