import type { ColumnType, Encoder } from '../column-type.ts'
import { int32 } from '../source-bytes.ts'
import { expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { numberLiteral } from './constant-default.ts'

// IEEE 754, little endian in MariaDB and big endian in COPY: turned round, never parsed, so not a bit is lost.
// FLOAT(7,2) is the float that is stored, not what is displayed. Minus zero becomes zero: row images can hold it, but
// MariaDB prints 0 and sends 0 in result rows, and both ways must give the same.

const signBit = -0x80000000

const float4: Encoder = (source, at, out) => {
  const bits = int32(source, at)
  out.int4Field(bits === signBit ? 0 : bits)
  return at + 4
}

const float8: Encoder = (source, at, out) => {
  const high = int32(source, at + 4)
  const low = int32(source, at)
  out.int8Field(high === signBit && low === 0 ? 0 : high, low)
  return at + 8
}

function floating(id: 'float' | 'double', wire: number, postgres: string, encoder: Encoder): ColumnType {
  return {
    id,
    matches: (column) => column.type === id,
    postgresType: () => postgres,
    binlogEncoder: (context) => {
      expectWireType(context, wire)
      return encoder
    },
    resultSetEncoder: () => encoder,
    // The two servers print floats by different rules, and not always the shortest digits. So the text is the eight
    // bytes of the number as a double. MariaDB shows them only inside a geometry: behind 4 bytes of SRID, 1 of byte
    // order and 4 of type, little endian. Adding 0 makes zero of minus zero.
    mariadbText: (expression) => `LOWER(HEX(REVERSE(SUBSTR(POINT(${expression} + 0e0, 0), 10, 8))))`,
    postgresText: (expression) => `encode(float8send(${expression}::float8 + 0), 'hex')`,
    freeText: false,
    defaultLiteral: numberLiteral,
    implicitDefault: () => '0',
  }
}

export const floatType: ColumnType = floating('float', wireTypes.float, 'real', float4)
export const doubleType: ColumnType = floating('double', wireTypes.double, 'double precision', float8)
