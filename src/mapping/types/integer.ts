import { doesNotFitCast } from '../cast-misfit.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { int32, uint16, uint24 } from '../source-bytes.ts'
import { expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { integerLiteral } from './constant-default.ts'
import { wholeNumberText } from './number-text.ts'

// Integers are little endian in row images and in result rows; only a MEDIUMINT differs (3 bytes, but 4 in result rows).
// Signed and unsigned ones become the smallest integer that holds them all. BIGINT UNSIGNED is too large: see
// bigint-unsigned.ts; so is TINYINT, which may be a boolean: see tinyint.ts. ZEROFILL pads only the display.

interface Integer {
  readonly type: string
  readonly unsigned: boolean
  readonly postgres: string
  readonly wire: number
  readonly binlog: Encoder
  readonly resultSet?: Encoder
  readonly cast?: IntegerCast
}

/** Another type that a column may become. */
interface IntegerCast {
  readonly postgres: string
  encoder(context: EncoderContext): Encoder
  /** MariaDB's SQL. */
  misfits(expression: string): string
}

const toInteger: IntegerCast = {
  postgres: 'integer',
  encoder:
    ({ where }) =>
    (source, at, out) => {
      const value = int32(source, at)
      if (value < 0) throw doesNotFitCast(where, 'a number over 2147483647', 'integer', 'bigint')
      out.int4Field(value)
      return at + 4
    },
  misfits: (expression) => `${expression} > 2147483647`,
}

const int2: Encoder = (source, at, out) => {
  out.int2Field((uint16(source, at) << 16) >> 16)
  return at + 2
}

const uint2: Encoder = (source, at, out) => {
  out.int4Field(uint16(source, at))
  return at + 2
}

const int3: Encoder = (source, at, out) => {
  out.int4Field((uint24(source, at) << 8) >> 8)
  return at + 3
}

const uint3: Encoder = (source, at, out) => {
  out.int4Field(uint24(source, at))
  return at + 3
}

const int4: Encoder = (source, at, out) => {
  out.int4Field(int32(source, at))
  return at + 4
}

const uint4: Encoder = (source, at, out) => {
  out.int8Field(0, int32(source, at))
  return at + 4
}

const int8: Encoder = (source, at, out) => {
  out.int8Field(int32(source, at + 4), int32(source, at))
  return at + 8
}

const integers: readonly Integer[] = [
  { type: 'smallint', unsigned: false, postgres: 'smallint', wire: wireTypes.short, binlog: int2 },
  { type: 'smallint', unsigned: true, postgres: 'integer', wire: wireTypes.short, binlog: uint2 },
  { type: 'mediumint', unsigned: false, postgres: 'integer', wire: wireTypes.int24, binlog: int3, resultSet: int4 },
  { type: 'mediumint', unsigned: true, postgres: 'integer', wire: wireTypes.int24, binlog: uint3, resultSet: int4 },
  { type: 'int', unsigned: false, postgres: 'integer', wire: wireTypes.long, binlog: int4 },
  { type: 'int', unsigned: true, postgres: 'bigint', wire: wireTypes.long, binlog: uint4, cast: toInteger },
  { type: 'bigint', unsigned: false, postgres: 'bigint', wire: wireTypes.longlong, binlog: int8 },
]

function integer(shape: Integer): ColumnType {
  const { cast } = shape
  const isCast = (choice: string | undefined): choice is string => cast !== undefined && choice === cast.postgres
  return {
    id: shape.unsigned ? `${shape.type}-unsigned` : shape.type,
    matches: (column) => column.type === shape.type && column.unsigned === shape.unsigned,
    ...(cast === undefined ? {} : { casts: () => [shape.postgres, cast.postgres] }),
    postgresType: (_column, choice) => (isCast(choice) ? choice : shape.postgres),
    binlogEncoder: (context) => {
      expectWireType(context, shape.wire)
      return isCast(context.column.choice) && cast !== undefined ? cast.encoder(context) : shape.binlog
    },
    resultSetEncoder: (context) =>
      isCast(context.column.choice) && cast !== undefined ? cast.encoder(context) : (shape.resultSet ?? shape.binlog),
    mariadbText: wholeNumberText,
    postgresText: (expression) => `${expression}::text`,
    freeText: false,
    defaultLiteral: integerLiteral,
    implicitDefault: () => '0',
    misfits: (_column, choice) => (isCast(choice) ? cast?.misfits : undefined),
  }
}

/** SMALLINT to BIGINT, signed and unsigned, without BIGINT UNSIGNED. */
export const integerTypes: readonly ColumnType[] = integers.map(integer)
