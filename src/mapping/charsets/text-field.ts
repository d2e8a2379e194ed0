import { charsetName } from './charset-name.ts'
import { multiByteTextWriter } from './multi-byte.ts'
import { singleByteCodePoints, singleByteTextWriter } from './single-byte.ts'
import { utf16TextWriter, utf32TextWriter } from './unicode.ts'
import { utf8TextWriter } from './utf8.ts'
import type { FieldWriter, NulCounter } from './field-writer.ts'
import { multiByteTables } from './multi-byte-tables.ts'

/**
 * A writer of text fields for values in that character set of MariaDB; `onNul` hears of removed NUL characters.
 * undefined: the character set is not known.
 */
export function textFieldWriter(charset: string, onNul: NulCounter): FieldWriter | undefined {
  const name = charsetName(charset)
  switch (name) {
    case 'utf8mb4':
    case 'utf8mb3':
      return utf8TextWriter(onNul)
    case 'utf16':
      return utf16TextWriter('big', true, onNul)
    case 'utf16le':
      return utf16TextWriter('little', true, onNul)
    case 'ucs2':
      return utf16TextWriter('big', false, onNul)
    case 'utf32':
      return utf32TextWriter(onNul)
    default: {
      const codePoints = singleByteCodePoints(name)
      if (codePoints !== undefined) return singleByteTextWriter(codePoints, onNul)
      const packed = multiByteTables[name]
      return packed === undefined ? undefined : multiByteTextWriter(name, packed, onNul)
    }
  }
}
