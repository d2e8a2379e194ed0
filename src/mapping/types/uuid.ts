import type { FieldWriter } from '../charsets/field-writer.ts'
import type { ColumnType } from '../column-type.ts'
import { putInt32 } from '../copy-writer.ts'
import { lengthEncodedValue, wireStringValue } from '../prefixed-value.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { paddedBytes, writeBytes } from './byte-string.ts'

const dash = 0x2d

/** Result rows hold the text: 36 characters. */
const writeFromText: FieldWriter = (source, start, end, out) => {
  out.reserve(20)
  const { buffer } = out
  let to = out.position + 4
  for (let from = start; from < end;) {
    if (source[from] === dash) {
      from++
      continue
    }
    buffer[to++] = (hexDigit(source[from] as number) << 4) | hexDigit(source[from + 1] as number)
    from += 2
  }
  putInt32(buffer, out.position, 16)
  out.position += 20
}

/** The text, in lower case as both servers print it, of up to 16 bytes. */
const writeAsText: FieldWriter = (source, start, end, out) => {
  const hex = source.toString('hex', start, end).padEnd(32, '0')
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  const text = Buffer.from(groups.join('-'), 'latin1')
  out.bytesField(text, 0, text.length)
}

/** 0-9 are 0x30-0x39, letters of either case end in 1 to 6. */
function hexDigit(character: number): number {
  return character < 0x40 ? character & 15 : (character & 7) + 9
}

/** UUID: uuid. Row images hold its 16 bytes in the order of the text, without trailing zeros. */
export const uuidType: ColumnType = {
  id: 'uuid',
  matches: (column) => column.type === 'uuid',
  casts: () => ['uuid', 'text'],
  postgresType: (_column, choice) => choice ?? 'uuid',
  binlogEncoder: (context) => {
    expectWireType(context, wireTypes.string)
    expectWireMeta(context, 16)
    return wireStringValue(context, context.column.choice === 'text' ? writeAsText : paddedBytes(16))
  },
  resultSetEncoder: ({ column }) => lengthEncodedValue(column.choice === 'text' ? writeBytes : writeFromText),
  mariadbText: (expression) => `LOWER(CAST(${expression} AS CHAR))`,
  postgresText: (expression) => `${expression}::text`,
  freeText: false,
  defaultLiteral: (text) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? `'${text}'` : undefined),
  implicitDefault: () => "'00000000-0000-0000-0000-000000000000'",
}
