import type { ColumnType } from '../column-type.ts'
import { lengthEncodedValue, wireStringValue } from '../prefixed-value.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { byteaLiteral, writeBytes } from './byte-string.ts'

/** Type -> bytes of the length before each value. */
const blobs: Readonly<Record<string, number>> = { tinyblob: 1, blob: 2, mediumblob: 3, longblob: 4 }

/** TINYBLOB, BLOB, MEDIUMBLOB, LONGBLOB: bytea. */
export const blobType: ColumnType = {
  id: 'blob',
  matches: (column) => blobs[column.type] !== undefined,
  postgresType: () => 'bytea',
  binlogEncoder: (context) => {
    expectWireType(
      context,
      ...[wireTypes.blob, wireTypes.tinyBlob, wireTypes.mediumBlob, wireTypes.longBlob, wireTypes.compressedBlob],
    )
    expectWireMeta(context, blobs[context.column.source.type] ?? 0)
    return wireStringValue(context, writeBytes)
  },
  resultSetEncoder: () => lengthEncodedValue(writeBytes),
  mariadbText: (expression) => `MD5(${expression})`,
  postgresText: (expression) => `md5(${expression})`,
  freeText: false,
  defaultLiteral: (text) => byteaLiteral(text, 0),
  implicitDefault: () => "''",
}
