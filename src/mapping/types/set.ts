import { literalPostgres } from '../../core/quote.ts'
import { columnTextWriter } from '../charsets/text-context.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { putInt32 } from '../copy-writer.ts'
import { lengthEncodedValue } from '../prefixed-value.ts'
import { int32, uintOf } from '../source-bytes.ts'
import { expectWireMeta, expectWireType, wireMismatch } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { storedText } from './character-text.ts'

const comma = 0x2c

/** Bytes that a set of so many members takes: 1, 2, 3, 4 or 8. */
function setBytes(members: number): number {
  const bytes = (members + 7) >> 3
  return bytes > 4 ? 8 : bytes
}

/** A bit for each member, little endian; the members that are in it, in their order, with commas between. */
function rowImageEncoder(context: EncoderContext, bytes: number): Encoder {
  const texts = context.column.source.members.map((member) => Buffer.from(member.replaceAll('\0', '')))
  const longest = texts.reduce((sum, text) => sum + text.length + 1, 0)
  return (source, at, out) => {
    let low = bytes === 8 ? int32(source, at) : uintOf(source, at, bytes)
    let high = bytes === 8 ? int32(source, at + 4) : 0
    out.reserve(4 + longest)
    const begin = out.position + 4
    let to = begin
    for (let index = 0; low !== 0 || high !== 0; index++) {
      if ((low & 1) === 1) {
        const text = texts[index]
        if (text === undefined) throw wireMismatch(context.where, 'a SET value has a bit beyond the known members')
        if (to > begin) out.buffer[to++] = comma
        text.copy(out.buffer, to)
        to += text.length
      }
      low = (low >>> 1) | (high << 31)
      high >>>= 1
    }
    putInt32(out.buffer, begin - 4, to - begin)
    out.position = to
    return at + bytes
  }
}

/** SET: text, its members with commas between. */
export const setType: ColumnType = {
  id: 'set',
  matches: (column) => column.type === 'set',
  postgresType: () => 'text',
  binlogEncoder: (context) => {
    const bytes = setBytes(context.column.source.members.length)
    expectWireType(context, wireTypes.set)
    expectWireMeta(context, bytes)
    return rowImageEncoder(context, bytes)
  },
  resultSetEncoder: (context) => lengthEncodedValue(columnTextWriter(context, 'utf8mb4')),
  mariadbText: storedText,
  postgresText: (expression) => expression,
  freeText: true,
  defaultLiteral: (text) => literalPostgres(text),
  implicitDefault: () => "''",
}
