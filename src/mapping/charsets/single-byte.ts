import { putInt32 } from '../copy-writer.ts'
import type { FieldWriter, NulCounter } from './field-writer.ts'
import { singleByteTables } from './single-byte-tables.ts'
import { putCodePoint } from './utf8.ts'

/** The 256 code points of a single-byte character set; undefined: not one. */
export function singleByteCodePoints(charset: string): readonly number[] | undefined {
  const upper = upperHalf(charset)
  if (upper === undefined) return undefined
  const codes = Array.from({ length: 256 }, (_, byte) => (byte < 128 ? byte : upper.charCodeAt(byte - 128)))
  if (charset === 'swe7') for (const [byte, letter] of swe7Letters) codes[byte] = letter.charCodeAt(0)
  return codes
}

function upperHalf(charset: string): string | undefined {
  // MariaDB's latin1 is cp1252, with control characters where cp1252 has gaps: what the WHATWG decoder does too.
  if (charset === 'latin1') {
    return new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 128 }, (_, index) => 128 + index))
  }
  if (charset === 'ascii' || charset === 'swe7') return '?'.repeat(128)
  return singleByteTables[charset]
}

/** 7 bits, Swedish letters in the place of brackets. */
const swe7Letters: readonly (readonly [number, string])[] = [
  [0x40, 'É'],
  [0x5b, 'Ä'],
  [0x5c, 'Ö'],
  [0x5d, 'Å'],
  [0x5e, 'Ü'],
  [0x60, 'é'],
  [0x7b, 'ä'],
  [0x7c, 'ö'],
  [0x7d, 'å'],
  [0x7e, 'ü'],
  [0x7f, '?'],
]

/** Every byte is a character. */
export function singleByteTextWriter(codePoints: readonly number[], onNul: NulCounter): FieldWriter {
  const codes = Int32Array.from(codePoints)
  return (source, start, end, out) => {
    // All characters of these sets lie below U+FFFF: three bytes at most.
    out.reserve(4 + (end - start) * 3)
    const { buffer } = out
    const begin = out.position + 4
    let to = begin
    let removed = 0
    for (let from = start; from < end; from++) {
      const code = codes[source[from] as number] as number
      if (code === 0) removed++
      else if (code < 0x80) buffer[to++] = code
      else to = putCodePoint(buffer, to, code)
    }
    putInt32(buffer, begin - 4, to - begin)
    out.position = to
    if (removed > 0) onNul(removed)
  }
}
