import type { Duplex } from 'node:stream'

// MySQL client/server protocol: length u24, sequence u8, payload. A payload of 2^24-1 bytes or more is split; a part of
// less than 2^24-1 bytes (perhaps none) ends it.

const headerBytes = 4
const maxPart = 0xff_ffff
const initialBytes = 256 * 1024
/** A buffer that grew beyond this for large packets is given back afterwards. */
const keptBytes = 4 * 1024 * 1024
/** So many fills a large buffer is kept after it was last needed: large packets seldom come alone. */
const keptFills = 64
/** Received bytes that may wait before the socket is paused. */
const highWater = 1024 * 1024

/** No byte arrived for the time that was asked for. */
export class SilenceError extends Error {}

/**
 * Reads packets from a socket. Bytes are copied once into one buffer, so that the packets of a batch lie in one piece
 * of memory and no object is made per packet. The socket is paused while what has arrived is not consumed.
 */
export class PacketReader {
  /** Where the packets lie. Valid until the next `next` or `fill`. */
  buffer = Buffer.allocUnsafeSlow(initialBytes)
  /** The payload that `take` found last. */
  packetStart = 0
  packetEnd = 0
  /** Bytes received so far. */
  received = 0
  readonly #socket: Duplex
  #start = 0
  #end = 0
  #chunks: Buffer[] = []
  #waiting = 0
  #failure: Error | undefined
  #wake: (() => void) | undefined
  #fillsSinceLarge = 0

  constructor(socket: Duplex) {
    this.#socket = socket
    socket.on('data', this.#onData)
    socket.on('error', this.#onError)
    socket.on('end', this.#onClose)
    socket.on('close', this.#onClose)
    socket.resume()
    // It has told its end to those who listened then.
    if (socket.destroyed || socket.readableEnded) this.#onClose()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk)
    this.#waiting += chunk.length
    this.received += chunk.length
    if (this.#waiting > highWater) this.#socket.pause()
    this.#wake?.()
  }

  readonly #onError = (error: Error): void => {
    this.#failure ??= error
    this.#wake?.()
  }

  readonly #onClose = (): void => this.#onError(new Error('the server closed the connection'))

  /** Leaves the socket, paused. Bytes that were received and not taken are lost. */
  release(): void {
    this.#socket.pause()
    this.#socket.off('data', this.#onData)
    this.#socket.off('error', this.#onError)
    this.#socket.off('end', this.#onClose)
    this.#socket.off('close', this.#onClose)
    this.#onError(new Error('the packet reader was released'))
  }

  /** The next packet, waiting for it if needed. @throws the socket's error, SilenceError after `silenceMs` without a byte */
  async next(silenceMs?: number): Promise<void> {
    while (!this.take()) await this.fill(silenceMs)
  }

  /** Sets packetStart and packetEnd to the next packet, if all of it is here. */
  take(): boolean {
    const { buffer } = this
    const start = this.#start
    if (start + headerBytes > this.#end) return false
    const length = buffer.readUIntLE(start, 3)
    const end = start + headerBytes + length
    if (end > this.#end) return false
    if (length === maxPart) return this.#takeParts()
    this.packetStart = start + headerBytes
    this.packetEnd = end
    this.#start = end
    return true
  }

  /** The parts are pushed together over the headers between them, once all are here. */
  #takeParts(): boolean {
    const parts: { start: number; end: number }[] = []
    let at = this.#start
    let length = maxPart
    while (length === maxPart) {
      if (at + headerBytes > this.#end) return false
      length = this.buffer.readUIntLE(at, 3)
      const end = at + headerBytes + length
      if (end > this.#end) return false
      parts.push({ start: at + headerBytes, end })
      at = end
    }
    this.packetStart = this.#start + headerBytes
    let to = this.packetStart
    for (const part of parts) {
      if (part.start !== to) this.buffer.copyWithin(to, part.start, part.end)
      to += part.end - part.start
    }
    this.packetEnd = to
    this.#start = at
    return true
  }

  /** Waits for more bytes and moves them into the buffer; what was taken before is forgotten. */
  async fill(silenceMs?: number): Promise<void> {
    if (this.#chunks.length === 0) await this.#arrival(silenceMs)
    const rest = this.#end - this.#start
    this.#makeRoom(rest, rest + this.#waiting)
    for (const chunk of this.#chunks) this.#end += chunk.copy(this.buffer, this.#end)
    this.#chunks = []
    this.#waiting = 0
    if (this.#failure === undefined) this.#socket.resume()
  }

  /** Moves the `rest` to the front of a buffer of at least `needed` bytes. */
  #makeRoom(rest: number, needed: number): void {
    const { buffer } = this
    this.#fillsSinceLarge = needed < keptBytes ? this.#fillsSinceLarge + 1 : 0
    const tooLarge = buffer.length > keptBytes && this.#fillsSinceLarge > keptFills
    if (needed > buffer.length || tooLarge) {
      // What is longer than a part says its length only at its end. Few large steps leave little behind to be collected,
      // and memory that is never written to is not really taken.
      const grown = buffer.length < keptBytes ? buffer.length * 2 : Math.min(buffer.length * 8, needed * 4)
      const size = tooLarge ? Math.max(initialBytes, needed) : Math.max(needed, grown)
      this.buffer = Buffer.allocUnsafeSlow(size)
      buffer.copy(this.buffer, 0, this.#start, this.#end)
    } else if (this.#start > 0) {
      buffer.copyWithin(0, this.#start, this.#end)
    }
    this.#start = 0
    this.#end = rest
  }

  async #arrival(silenceMs: number | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer =
      silenceMs === undefined
        ? undefined
        : setTimeout(() => this.#onError(new SilenceError(`no byte arrived for ${silenceMs} ms`)), silenceMs)
    if (this.#failure === undefined) await promise
    clearTimeout(timer)
    this.#wake = undefined
    if (this.#chunks.length === 0 && this.#failure !== undefined) throw this.#failure
  }
}

/** One packet with a command; a command starts its own sequence at 0. */
export function commandPacket(payload: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = 0
  let sequence = 0
  for (let more = true; more; sequence++) {
    const length = Math.min(maxPart, payload.length - at)
    const header = Buffer.alloc(headerBytes)
    header.writeUIntLE(length, 0, 3)
    header.writeUInt8(sequence & 0xff, 3)
    parts.push(header, payload.subarray(at, at + length))
    at += length
    more = length === maxPart
  }
  return Buffer.concat(parts)
}

export interface ServerError {
  readonly number: number
  readonly message: string
}

/** Reads an ERR packet: ff, number u16, '#' and five characters of SQLSTATE, message in UTF-8. */
export function readServerError(buffer: Buffer, start: number, end: number): ServerError {
  const text = buffer.toString('utf8', start + 3, end)
  return { number: buffer.readUInt16LE(start + 1), message: text.startsWith('#') ? text.slice(6) : text }
}
