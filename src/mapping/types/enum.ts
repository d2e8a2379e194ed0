import { literalPostgres } from '../../core/quote.ts'
import { columnTextWriter } from '../charsets/text-context.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { lengthEncodedValue } from '../prefixed-value.ts'
import { uint16, uint8 } from '../source-bytes.ts'
import { expectWireMeta, expectWireType, wireMismatch } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { storedText } from './character-text.ts'

/** The member's number, from 1, in one byte or two; 0 stands for an invalid value, which is the empty string. */
function rowImageEncoder(context: EncoderContext, bytes: number): Encoder {
  const texts = ['', ...context.column.source.members].map((member) => Buffer.from(member.replaceAll('\0', '')))
  return (source, at, out) => {
    const text = texts[bytes === 1 ? uint8(source, at) : uint16(source, at)]
    if (text === undefined) throw wireMismatch(context.where, 'an ENUM value has a number beyond the known members')
    out.bytesField(text, 0, text.length)
    return at + bytes
  }
}

/** ENUM: text. */
export const enumType: ColumnType = {
  id: 'enum',
  matches: (column) => column.type === 'enum',
  postgresType: () => 'text',
  binlogEncoder: (context) => {
    const bytes = context.column.source.members.length < 256 ? 1 : 2
    expectWireType(context, wireTypes.enum)
    expectWireMeta(context, bytes)
    return rowImageEncoder(context, bytes)
  },
  resultSetEncoder: (context) => lengthEncodedValue(columnTextWriter(context, 'utf8mb4')),
  mariadbText: storedText,
  postgresText: (expression) => expression,
  freeText: true,
  defaultLiteral: (text) => literalPostgres(text),
  implicitDefault: (column) => literalPostgres(column.source.members[0] ?? ''),
}
