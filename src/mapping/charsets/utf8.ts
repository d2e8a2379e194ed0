import { putInt32 } from '../copy-writer.ts'
import type { FieldWriter, NulCounter } from './field-writer.ts'

/** Longer values are copied and searched by native code, whose call costs more than a short loop. */
const longText = 200

/** Bytes pass through; only NUL characters are left out. */
export function utf8TextWriter(onNul: NulCounter): FieldWriter {
  return (source, start, end, out) => {
    const length = end - start
    out.reserve(4 + length)
    const { buffer } = out
    const begin = out.position + 4
    let to = begin
    if (length > longText && !source.subarray(start, end).includes(0)) {
      source.copy(buffer, begin, start, end)
      to += length
    } else {
      for (let from = start; from < end; from++) {
        const byte = source[from] as number
        if (byte !== 0) buffer[to++] = byte
      }
    }
    putInt32(buffer, begin - 4, to - begin)
    out.position = to
    if (to - begin !== length) onNul(length - (to - begin))
  }
}

/** Puts a character as UTF-8 and returns the position behind it. Surrogates come out as MariaDB writes them (3 bytes). */
export function putCodePoint(buffer: Buffer, at: number, code: number): number {
  if (code < 0x80) {
    buffer[at] = code
    return at + 1
  }
  if (code < 0x800) {
    buffer[at] = 0xc0 | (code >> 6)
    buffer[at + 1] = 0x80 | (code & 63)
    return at + 2
  }
  if (code < 0x10000) {
    buffer[at] = 0xe0 | (code >> 12)
    buffer[at + 1] = 0x80 | ((code >> 6) & 63)
    buffer[at + 2] = 0x80 | (code & 63)
    return at + 3
  }
  buffer[at] = 0xf0 | (code >> 18)
  buffer[at + 1] = 0x80 | ((code >> 12) & 63)
  buffer[at + 2] = 0x80 | ((code >> 6) & 63)
  buffer[at + 3] = 0x80 | (code & 63)
  return at + 4
}
