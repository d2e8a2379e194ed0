import { doesNotFitCast } from '../cast-misfit.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { numericDigits, writeNumeric } from '../numeric-field.ts'
import { int32 } from '../source-bytes.ts'
import { expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { integerLiteral } from './constant-default.ts'
import { wholeNumberText } from './number-text.ts'

/** 2^64 has 20 digits: five of base 10000. Divides four limbs of 16 bits by 10000, five times. */
const unsignedToNumeric: Encoder = (source, at, out) => {
  const low = int32(source, at)
  const high = int32(source, at + 4)
  let a = high >>> 16
  let b = high & 0xffff
  let c = low >>> 16
  let d = low & 0xffff
  for (let digit = 4; digit >= 0; digit--) {
    let rest = a % 10_000
    a = (a / 10_000) | 0
    rest = (rest << 16) | b
    b = (rest / 10_000) | 0
    rest = ((rest % 10_000) << 16) | c
    c = (rest / 10_000) | 0
    rest = ((rest % 10_000) << 16) | d
    d = (rest / 10_000) | 0
    numericDigits[digit] = rest % 10_000
  }
  writeNumeric(5, 5, false, 0, out)
  return at + 8
}

/** The upper half does not fit, and is never wrapped into negative numbers. */
function unsignedToBigint({ where }: EncoderContext): Encoder {
  return (source, at, out) => {
    const high = int32(source, at + 4)
    if (high < 0) throw doesNotFitCast(where, 'a number over 9223372036854775807', 'bigint', 'numeric(20)')
    out.int8Field(high, int32(source, at))
    return at + 8
  }
}

function encoder(context: EncoderContext): Encoder {
  return context.column.choice === 'bigint' ? unsignedToBigint(context) : unsignedToNumeric
}

/** BIGINT UNSIGNED goes beyond PostgreSQL's bigint: numeric(20). */
export const bigintUnsignedType: ColumnType = {
  id: 'bigint-unsigned',
  matches: (column) => column.type === 'bigint' && column.unsigned,
  casts: () => ['numeric', 'bigint'],
  postgresType: (_column, choice) => (choice === 'bigint' ? 'bigint' : 'numeric(20)'),
  binlogEncoder: (context) => {
    expectWireType(context, wireTypes.longlong)
    return encoder(context)
  },
  resultSetEncoder: encoder,
  mariadbText: wholeNumberText,
  postgresText: (expression) => `${expression}::text`,
  freeText: false,
  defaultLiteral: integerLiteral,
  implicitDefault: () => '0',
  misfits: (_column, choice) =>
    choice === 'bigint' ? (expression) => `${expression} > 9223372036854775807` : undefined,
}
