import type { ColumnType, Encoder } from '../column-type.ts'
import { uint16, uint8 } from '../source-bytes.ts'
import { expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { integerLiteral } from './constant-default.ts'

/** A byte: 0 is the year 0000, else years after 1900. */
const fromByte: Encoder = (source, at, out) => {
  const value = uint8(source, at)
  out.int4Field(value === 0 ? 0 : 1900 + value)
  return at + 1
}

/** The old YEAR(2) is to MariaDB itself just a number of two digits. */
const twoDigitsFromByte: Encoder = (source, at, out) => {
  out.int4Field(uint8(source, at) % 100)
  return at + 1
}

const fromShort: Encoder = (source, at, out) => {
  out.int4Field(uint16(source, at))
  return at + 2
}

export const yearType: ColumnType = {
  id: 'year',
  matches: (column) => column.type === 'year',
  postgresType: () => 'integer',
  binlogEncoder: (context) => {
    expectWireType(context, wireTypes.year)
    return context.column.source.columnType.startsWith('year(2)') ? twoDigitsFromByte : fromByte
  },
  resultSetEncoder: () => fromShort,
  mariadbText: (expression) => `CAST(CAST(${expression} AS UNSIGNED) AS CHAR)`,
  postgresText: (expression) => `${expression}::text`,
  freeText: false,
  defaultLiteral: integerLiteral,
  implicitDefault: () => '0',
}
