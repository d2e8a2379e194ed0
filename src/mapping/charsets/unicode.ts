import { putInt32 } from '../copy-writer.ts'
import type { FieldWriter, NulCounter } from './field-writer.ts'
import { putCodePoint } from './utf8.ts'

/** UTF-16 (surrogate pairs become one character) and UCS-2 (`pairs` false: every two bytes are one). */
export function utf16TextWriter(order: 'big' | 'little', pairs: boolean, onNul: NulCounter): FieldWriter {
  const upper = order === 'big' ? 0 : 1
  const lower = 1 - upper
  return (source, start, end, out) => {
    out.reserve(4 + ((end - start) >> 1) * 3)
    const { buffer } = out
    const begin = out.position + 4
    let to = begin
    let removed = 0
    for (let from = start; from + 1 < end; from += 2) {
      let code = ((source[from + upper] as number) << 8) | (source[from + lower] as number)
      if (pairs && code >= 0xd800 && code < 0xdc00 && from + 3 < end) {
        const second = ((source[from + 2 + upper] as number) << 8) | (source[from + 2 + lower] as number)
        code = 0x10000 + ((code & 0x3ff) << 10) + (second & 0x3ff)
        from += 2
      }
      if (code === 0) removed++
      else to = putCodePoint(buffer, to, code)
    }
    putInt32(buffer, begin - 4, to - begin)
    out.position = to
    if (removed > 0) onNul(removed)
  }
}

/** Four bytes a character, big endian. */
export function utf32TextWriter(onNul: NulCounter): FieldWriter {
  return (source, start, end, out) => {
    out.reserve(4 + (end - start))
    const { buffer } = out
    const begin = out.position + 4
    let to = begin
    let removed = 0
    for (let from = start; from + 3 < end; from += 4) {
      const code =
        ((source[from + 1] as number) << 16) | ((source[from + 2] as number) << 8) | (source[from + 3] as number)
      if (code === 0) removed++
      else to = putCodePoint(buffer, to, code)
    }
    putInt32(buffer, begin - 4, to - begin)
    out.position = to
    if (removed > 0) onNul(removed)
  }
}
