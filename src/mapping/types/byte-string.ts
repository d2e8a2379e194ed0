import type { FieldWriter } from '../charsets/field-writer.ts'
import { putInt32 } from '../copy-writer.ts'

/** Bytes as they are. */
export const writeBytes: FieldWriter = (source, start, end, out) => out.bytesField(source, start, end)

/** Bytes of a fixed number, whose trailing zeros the binary log leaves away. */
export function paddedBytes(length: number): FieldWriter {
  return (source, start, end, out) => {
    if (end - start >= length) {
      out.bytesField(source, start, end)
      return
    }
    out.reserve(4 + length)
    const begin = out.position
    out.bytesField(source, start, end)
    out.buffer.fill(0, out.position, begin + 4 + length)
    putInt32(out.buffer, begin, length)
    out.position = begin + 4 + length
  }
}

/** A literal for a constant default of ASCII characters. MariaDB prints a question mark for bytes that it cannot show. */
export function byteaLiteral(text: string, length: number): string | undefined {
  if (!/^[\0-\x3e\x40-\x7e]*$/.test(text)) return undefined
  return `'\\x${Buffer.from(text)
    .toString('hex')
    .padEnd(length * 2, '0')}'`
}
