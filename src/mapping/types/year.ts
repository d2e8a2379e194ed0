import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import type { CopyWriter } from '../copy-writer.ts'
import { uint16, uint8 } from '../source-bytes.ts'
import { expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { integerLiteral } from './constant-default.ts'

type YearWriter = (year: number, out: CopyWriter) => void

function yearWriter({ column }: EncoderContext): YearWriter {
  return column.choice === 'smallint' ? (year, out) => out.int2Field(year) : (year, out) => out.int4Field(year)
}

/** A byte: 0 is the year 0000, else years after 1900. */
function fromByte(write: YearWriter): Encoder {
  return (source, at, out) => {
    const value = uint8(source, at)
    write(value === 0 ? 0 : 1900 + value, out)
    return at + 1
  }
}

/** The old YEAR(2) is to MariaDB itself just a number of two digits. */
function twoDigitsFromByte(write: YearWriter): Encoder {
  return (source, at, out) => {
    write(uint8(source, at) % 100, out)
    return at + 1
  }
}

function fromShort(write: YearWriter): Encoder {
  return (source, at, out) => {
    write(uint16(source, at), out)
    return at + 2
  }
}

export const yearType: ColumnType = {
  id: 'year',
  matches: (column) => column.type === 'year',
  casts: () => ['integer', 'smallint'],
  postgresType: (_column, choice) => choice ?? 'integer',
  binlogEncoder: (context) => {
    expectWireType(context, wireTypes.year)
    const write = yearWriter(context)
    return context.column.source.columnType.startsWith('year(2)') ? twoDigitsFromByte(write) : fromByte(write)
  },
  resultSetEncoder: (context) => fromShort(yearWriter(context)),
  mariadbText: (expression) => `CAST(CAST(${expression} AS UNSIGNED) AS CHAR)`,
  postgresText: (expression) => `${expression}::text`,
  freeText: false,
  defaultLiteral: integerLiteral,
  implicitDefault: () => '0',
}
