import type { SourceColumn } from '../../core/table.ts'
import type { ColumnType, Encoder, MappedColumn } from '../column-type.ts'
import { numericDigits, writeNumeric } from '../numeric-field.ts'
import { lengthBytes, lengthEncoded } from '../source-bytes.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { integerLiteral, numberLiteral } from './constant-default.ts'
import { integerOf, integersFor } from './decimal-integer.ts'

// Row images hold groups of 9 decimal digits in 4 bytes, big endian, with a shorter group outermost on either side of
// the point. The first bit is the sign, inverted; all bits of a negative number are flipped.

/** Bytes of a group of 0 to 9 digits. */
const groupBytes: readonly number[] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4]
const power10: readonly number[] = [1, 10, 100, 1000, 10_000]
const minus = 0x2d
const point = 0x2e

function digitsOf(column: SourceColumn): { precision: number; scale: number } {
  return { precision: column.precision ?? 10, scale: column.scale ?? 0 }
}

/** One decimal digit each, padded to fours on both sides of the point. Encoders never run at the same time. */
const decimalDigits = new Uint8Array(128)

function rowImageEncoder(precision: number, scale: number): Encoder {
  const integerDigits = precision - scale
  // The digits of each group, in order.
  const groups: number[] = []
  if (integerDigits % 9 > 0) groups.push(integerDigits % 9)
  for (let left = integerDigits; left >= 9; left -= 9) groups.push(9)
  for (let left = scale; left >= 9; left -= 9) groups.push(9)
  if (scale % 9 > 0) groups.push(scale % 9)
  const groupCount = groups.length
  const padding = (4 - (integerDigits % 4)) % 4
  const integerCount = (integerDigits + padding) / 4
  const count = integerCount + Math.ceil(scale / 4)
  if (integerDigits <= 9 && scale <= 4) return shortEncoder(integerDigits, scale)

  return (source, at, out) => {
    const negative = ((source[at] as number) & 0x80) === 0
    const flip = negative ? 0xff : 0
    let signBit = 0x80
    let position = at
    let digit = padding
    decimalDigits[0] = 0
    decimalDigits[1] = 0
    decimalDigits[2] = 0
    for (let group = 0; group < groupCount; group++) {
      const digits = groups[group] as number
      const bytes = groupBytes[digits] as number
      let value = 0
      for (let byte = 0; byte < bytes; byte++) {
        value = (value << 8) | ((source[position++] as number) ^ flip ^ signBit)
        signBit = 0
      }
      for (let index = digit + digits - 1; index >= digit; index--) {
        const rest = (value / 10) | 0
        decimalDigits[index] = value - rest * 10
        value = rest
      }
      digit += digits
    }
    decimalDigits[digit] = 0
    decimalDigits[digit + 1] = 0
    decimalDigits[digit + 2] = 0
    for (let index = 0; index < count; index++) {
      const first = index * 4
      numericDigits[index] =
        (decimalDigits[first] as number) * 1000 +
        (decimalDigits[first + 1] as number) * 100 +
        (decimalDigits[first + 2] as number) * 10 +
        (decimalDigits[first + 3] as number)
    }
    writeNumeric(count, integerCount, negative, scale, out)
    return position
  }
}

/** Up to 9 digits before and 4 behind the point, the usual amounts and rates: one group on each side. */
function shortEncoder(integerDigits: number, scale: number): Encoder {
  const integerBytes = groupBytes[integerDigits] as number
  const fractionBytes = groupBytes[scale] as number
  const factor = power10[4 - scale] as number
  const integerCount = Math.ceil(integerDigits / 4)
  const count = integerCount + (scale > 0 ? 1 : 0)
  return (source, at, out) => {
    const negative = ((source[at] as number) & 0x80) === 0
    const flip = negative ? 0xff : 0
    let signBit = 0x80
    let position = at
    let value = 0
    for (let byte = 0; byte < integerBytes; byte++) {
      value = (value << 8) | ((source[position++] as number) ^ flip ^ signBit)
      signBit = 0
    }
    for (let index = integerCount - 1; index >= 0; index--) {
      const rest = (value / 10_000) | 0
      numericDigits[index] = value - rest * 10_000
      value = rest
    }
    if (scale > 0) {
      value = 0
      for (let byte = 0; byte < fractionBytes; byte++) {
        value = (value << 8) | ((source[position++] as number) ^ flip ^ signBit)
        signBit = 0
      }
      numericDigits[integerCount] = value * factor
    }
    writeNumeric(count, integerCount, negative, scale, out)
    return position
  }
}

/** Result rows hold the number as ASCII: `-12.50`; ZEROFILL pads it with zeros. */
function textEncoder(scale: number): Encoder {
  return (source, at, out) => {
    let from = at + lengthBytes(source, at)
    const end = from + lengthEncoded(source, at)
    const negative = source[from] === minus
    if (negative) from++
    let pointAt = from
    while (pointAt < end && source[pointAt] !== point) pointAt++
    const integerCount = (pointAt - from + 3) >> 2
    let count = 0
    for (let stop = pointAt - (integerCount - 1) * 4; stop <= pointAt && count < integerCount; stop += 4) {
      let value = 0
      for (; from < stop; from++) value = value * 10 + (source[from] as number) - 0x30
      numericDigits[count++] = value
    }
    for (from = pointAt + 1; from < end; from += 4) {
      let value = 0
      for (let index = from; index < from + 4; index++) {
        value = value * 10 + (index < end ? (source[index] as number) - 0x30 : 0)
      }
      numericDigits[count++] = value
    }
    writeNumeric(count, integerCount, negative, scale, out)
    return end
  }
}

function cast({ choice }: MappedColumn, numeric: Encoder): Encoder {
  return choice === undefined || choice === 'numeric' ? numeric : integerOf(numeric, choice)
}

export const decimalType: ColumnType = {
  id: 'decimal',
  matches: (column) => column.type === 'decimal',
  casts: (column) => ['numeric', ...integersFor(column)],
  postgresType: (column, choice) => {
    if (choice !== undefined && choice !== 'numeric') return choice
    const { precision, scale } = digitsOf(column)
    return `numeric(${precision},${scale})`
  },
  binlogEncoder: (context) => {
    const { precision, scale } = digitsOf(context.column.source)
    expectWireType(context, wireTypes.decimal)
    expectWireMeta(context, (precision << 8) | scale)
    return cast(context.column, rowImageEncoder(precision, scale))
  },
  resultSetEncoder: ({ column }) => cast(column, textEncoder(digitsOf(column.source).scale)),
  // A cast to the signed type takes ZEROFILL's padding away.
  mariadbText: (expression, column) => {
    const { precision, scale } = digitsOf(column.source)
    return `CAST(CAST(${expression} AS DECIMAL(${precision},${scale})) AS CHAR)`
  },
  postgresText: (expression) => `${expression}::text`,
  freeText: false,
  defaultLiteral: (text, { choice }) =>
    choice === undefined || choice === 'numeric' ? numberLiteral(text) : integerLiteral(text),
  implicitDefault: () => '0',
}
