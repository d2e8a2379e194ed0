import type { ColumnType } from '../column-type.ts'
import { lengthEncodedValue, wireStringValue } from '../prefixed-value.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { byteaLiteral, paddedBytes } from './byte-string.ts'

/** BINARY(n): bytea of n bytes. */
export const binaryType: ColumnType = {
  id: 'binary',
  matches: (column) => column.type === 'binary',
  postgresType: () => 'bytea',
  binlogEncoder: (context) => {
    const length = context.column.source.length ?? 1
    expectWireType(context, wireTypes.string)
    expectWireMeta(context, length)
    return wireStringValue(context, paddedBytes(length))
  },
  resultSetEncoder: (context) => lengthEncodedValue(paddedBytes(context.column.source.length ?? 1)),
  mariadbText: (expression) => `MD5(${expression})`,
  postgresText: (expression) => `md5(${expression})`,
  freeText: false,
  defaultLiteral: (text, column) => byteaLiteral(text, column.source.length ?? 1),
  implicitDefault: (column) => byteaLiteral('', column.source.length ?? 1) ?? "''",
}
