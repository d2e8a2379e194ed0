import { EventBytes } from './event-bytes.ts'

// ROTATE (4), the last event of a file, and (artificial) the first one of a stream:
//   position u64 | file name to the end

export interface RotateEvent {
  readonly file: string
  readonly position: bigint
}

/** @throws CdcError CDC-M10 */
export function parseRotate(buffer: Buffer, start: number, end: number): RotateEvent {
  const bytes = new EventBytes('rotate event', buffer, start, end)
  const position = bytes.u64()
  return { position, file: bytes.text(bytes.remaining) }
}
