import { inflateRawSync } from 'node:zlib'
import { putInt32 } from '../copy-writer.ts'
import type { FieldWriter, NulCounter } from './field-writer.ts'
import { putCodePoint } from './utf8.ts'

const twoByteEntries = 256
const threeByteEntries = twoByteEntries + 32_768
const questionMark = 0x3f

/** East Asian sets: a byte below 0x80 is ASCII, others begin a character of two bytes (EUC: after 8F of three). */
export function multiByteTextWriter(charset: string, packed: string, onNul: NulCounter): FieldWriter {
  const table = unpackTable(packed)
  const euc = charset === 'ujis' || charset === 'eucjpms'
  return (source, start, end, out) => {
    // A single byte may become three (half-width katakana).
    out.reserve(4 + (end - start) * 3)
    const { buffer } = out
    const begin = out.position + 4
    let to = begin
    let removed = 0
    let from = start
    while (from < end) {
      const first = source[from] as number
      let code = table[first] as number
      if (first === 0) {
        removed++
        from += 1
        continue
      }
      if (code !== 0 || from + 1 >= end) {
        from += 1
      } else if (euc && first === 0x8f && from + 2 < end) {
        const index = ((source[from + 1] as number) & 0x7f) << 8
        code = table[threeByteEntries + (index | (source[from + 2] as number))] as number
        from += 3
      } else {
        code = table[twoByteEntries + (((first & 0x7f) << 8) | (source[from + 1] as number))] as number
        from += 2
      }
      to = putCodePoint(buffer, to, code === 0 ? questionMark : code)
    }
    putInt32(buffer, begin - 4, to - begin)
    out.position = to
    if (removed > 0) onNul(removed)
  }
}

/** The code points of a packed table; its format is explained where the tables are. */
export function unpackTable(packed: string): Uint16Array {
  const bytes = inflateRawSync(Buffer.from(packed, 'base64'))
  const count = bytes.length / 2
  const table = new Uint16Array(count)
  let last = 0
  for (let index = 0; index < count; index++) {
    last = (last + (((bytes[index] as number) << 8) | (bytes[index + count] as number))) & 0xffff
    table[index] = last
  }
  return table
}
