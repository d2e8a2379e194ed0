import type { SourceColumn } from '../../core/table.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { putInt32 } from '../copy-writer.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'

function bitsOf(column: SourceColumn): number {
  return column.length ?? 1
}

function isBoolean(column: SourceColumn, choice: string | undefined): boolean {
  return bitsOf(column) === 1 && choice !== 'bit'
}

/** `bytes` of a number, big endian. */
function bitEncoder({ column }: EncoderContext, prefixBytes: 0 | 1): Encoder {
  const bits = bitsOf(column.source)
  const bytes = (bits + 7) >> 3
  if (isBoolean(column.source, column.choice)) {
    return (source, at, out) => {
      out.booleanField(source[at + prefixBytes] === 1)
      return at + prefixBytes + 1
    }
  }
  // PostgreSQL puts the unused bits behind, MariaDB before the value.
  const shift = bytes * 8 - bits
  return (source, at, out) => {
    out.reserve(8 + bytes)
    const { buffer, position } = out
    putInt32(buffer, position, 4 + bytes)
    putInt32(buffer, position + 4, bits)
    const from = at + prefixBytes
    for (let index = 0; index < bytes; index++) {
      const next = index + 1 < bytes ? (source[from + index + 1] as number) : 0
      buffer[position + 8 + index] = ((source[from + index] as number) << shift) | (next >> (8 - shift))
    }
    out.position = position + 8 + bytes
    return from + bytes
  }
}

/** BIT(1) is a boolean, BIT(n) a bit(n). */
export const bitType: ColumnType = {
  id: 'bit',
  matches: (column) => column.type === 'bit',
  casts: (column) => (bitsOf(column) === 1 ? ['boolean', 'bit'] : ['bit']),
  postgresType: (column, choice) => (isBoolean(column, choice) ? 'boolean' : `bit(${bitsOf(column)})`),
  binlogEncoder: (context) => {
    const bits = bitsOf(context.column.source)
    expectWireType(context, wireTypes.bit)
    expectWireMeta(context, ((bits >> 3) << 8) | (bits & 7))
    return bitEncoder(context, 0)
  },
  // A length of at most 8 comes first, one byte.
  resultSetEncoder: (context) => bitEncoder(context, 1),
  mariadbText: (expression, column) => `LPAD(BIN(CAST(${expression} AS UNSIGNED)), ${bitsOf(column.source)}, '0')`,
  postgresText: (expression, column) =>
    isBoolean(column.source, column.choice) ? `${expression}::integer::text` : `${expression}::text`,
  freeText: false,
  defaultLiteral: (text, column) => {
    const bits = /^(?:b')?([01]+)'?$/.exec(text)?.[1]
    const length = bitsOf(column.source)
    if (bits === undefined || bits.length > length) return undefined
    if (isBoolean(column.source, column.choice)) return bits === '1' ? 'true' : 'false'
    return `B'${bits.padStart(length, '0')}'`
  },
  implicitDefault: (column) =>
    isBoolean(column.source, column.choice) ? 'false' : `B'${'0'.repeat(bitsOf(column.source))}'`,
}
