import type { ColumnType, Encoder } from '../column-type.ts'
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

/** BIGINT UNSIGNED goes beyond PostgreSQL's bigint: numeric(20). */
export const bigintUnsignedType: ColumnType = {
  id: 'bigint-unsigned',
  matches: (column) => column.type === 'bigint' && column.unsigned,
  postgresType: () => 'numeric(20)',
  binlogEncoder: (context) => {
    expectWireType(context, wireTypes.longlong)
    return unsignedToNumeric
  },
  resultSetEncoder: () => unsignedToNumeric,
  mariadbText: wholeNumberText,
  postgresText: (expression) => `${expression}::text`,
  freeText: false,
  defaultLiteral: integerLiteral,
  implicitDefault: () => '0',
}
