import { EventBytes } from './event-bytes.ts'
import { readNextPosition } from './header.ts'

// HEARTBEAT (27), sent while there is nothing to send:
//   [position u64, when it does not fit the header's 32 bits, which then are 0] | file name to the end

export interface HeartbeatEvent {
  readonly file: string
  readonly position: bigint
}

/** @throws CdcError CDC-M10 */
export function parseHeartbeat(buffer: Buffer, start: number, end: number): HeartbeatEvent {
  const bytes = new EventBytes('heartbeat', buffer, start, end)
  const next = readNextPosition(buffer, start)
  // A position below 2^56 has a zero in its eighth byte; a file name has none anywhere.
  const wide = next === 0 && bytes.remaining >= 8 && buffer[bytes.at + 7] === 0
  const position = wide ? bytes.u64() : BigInt(next)
  return { position, file: bytes.text(bytes.remaining) }
}
