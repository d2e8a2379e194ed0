import { inflateSync } from 'node:zlib'
import type { EventBytes } from './event-bytes.ts'
import { damagedEvent } from './event-bytes.ts'

// The envelope of a compressed event's data:
//   first u8 (bit 7 set, bits 4-6 algorithm: 0 = zlib, bits 0-2 = n) | length of the data n bytes, BIG endian | zlib

/** No packet, so no event, of a server is larger. */
const largest = 0x4000_0000

/** The data of the envelope that fills the rest of the event, in a new buffer. @throws CdcError CDC-M10 */
export function inflateRest(bytes: EventBytes, event: string): Buffer {
  const first = bytes.u8()
  const width = first & 0x07
  if ((first & 0xf0) !== 0x80 || width < 1 || width > 4) throw bytes.damaged('the compression is not known')
  const length = bytes.buffer.readUIntBE(bytes.skip(width), width)
  if (length > largest) throw bytes.damaged('the uncompressed length is not possible')
  try {
    const data = inflateSync(bytes.bytes(bytes.remaining), { maxOutputLength: Math.max(1, length) })
    if (data.length === length) return data
  } catch (cause) {
    throw damagedEvent(event, 'the compressed data is damaged', cause)
  }
  throw bytes.damaged('the compressed data has another length')
}
