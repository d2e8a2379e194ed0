import type { ColumnType } from '../column-type.ts'
import { lengthEncodedValue, wireStringValue } from '../prefixed-value.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { byteaLiteral, writeBytes } from './byte-string.ts'

/** VARBINARY(n): bytea, trailing zeros kept. */
export const varbinaryType: ColumnType = {
  id: 'varbinary',
  matches: (column) => column.type === 'varbinary',
  postgresType: () => 'bytea',
  binlogEncoder: (context) => {
    const { length } = context.column.source
    const compressed = context.wire.type === wireTypes.compressedVarchar
    expectWireType(context, wireTypes.varchar, wireTypes.varString, wireTypes.compressedVarchar)
    if (length !== null) expectWireMeta(context, length + (compressed ? 1 : 0))
    return wireStringValue(context, writeBytes)
  },
  resultSetEncoder: () => lengthEncodedValue(writeBytes),
  mariadbText: (expression) => `MD5(${expression})`,
  postgresText: (expression) => `md5(${expression})`,
  freeText: false,
  defaultLiteral: (text) => byteaLiteral(text, 0),
  implicitDefault: () => "''",
}
