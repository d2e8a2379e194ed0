import { dateLiteral, daysSince2000, isRealDate, missingDateWriter, onlyRealDates, withYearZero } from '../calendar.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { uint16, uint24, uint8 } from '../source-bytes.ts'
import { expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'

/** Three bytes, little endian: year << 9 | month << 5 | day. */
function rowImageEncoder(context: EncoderContext): Encoder {
  const writeMissing = missingDateWriter(context)
  return (source, at, out) => {
    const value = uint24(source, at)
    const year = value >> 9
    const month = (value >> 5) & 15
    const day = value & 31
    if (isRealDate(year, month, day)) out.int4Field(daysSince2000(year, month, day))
    else writeMissing(out)
    return at + 3
  }
}

/** A length (0 for the zero date), then year u16, month, day and perhaps a time of zero. */
function resultSetEncoder(context: EncoderContext): Encoder {
  const writeMissing = missingDateWriter(context)
  return (source, at, out) => {
    const length = uint8(source, at)
    const year = length === 0 ? 0 : uint16(source, at + 1)
    const month = length === 0 ? 0 : uint8(source, at + 3)
    const day = length === 0 ? 0 : uint8(source, at + 4)
    if (isRealDate(year, month, day)) out.int4Field(daysSince2000(year, month, day))
    else writeMissing(out)
    return at + 1 + length
  }
}

export const dateType: ColumnType = {
  id: 'date',
  matches: (column) => column.type === 'date',
  postgresType: () => 'date',
  binlogEncoder: (context) => {
    expectWireType(context, wireTypes.date, wireTypes.newDate)
    return rowImageEncoder(context)
  },
  resultSetEncoder,
  mariadbText: (expression) => onlyRealDates(expression, `DATE_FORMAT(${expression}, '%Y-%m-%d')`),
  postgresText: (expression) => withYearZero(expression, `to_char(${expression}, 'YYYY-MM-DD')`),
  freeText: false,
  defaultLiteral: (text) => dateLiteral(text, /^(\d{4})-(\d\d)-(\d\d)$/, ''),
  implicitDefault: () => 'NULL',
}
