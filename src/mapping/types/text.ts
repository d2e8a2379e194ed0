import { literalPostgres } from '../../core/quote.ts'
import { columnTextWriter } from '../charsets/text-context.ts'
import type { BinlogEncoderContext, ColumnType, Encoder } from '../column-type.ts'
import { lengthEncodedValue, wireStringValue } from '../prefixed-value.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { storedTextHash } from './character-text.ts'

/** Type -> bytes of the length before each value. */
const texts: Readonly<Record<string, number>> = { tinytext: 1, text: 2, mediumtext: 3, longtext: 4 }

/** A text column that is stored like a BLOB. */
export function textBinlogEncoder(context: BinlogEncoderContext, prefixBytes: number): Encoder {
  expectWireType(
    context,
    ...[wireTypes.blob, wireTypes.tinyBlob, wireTypes.mediumBlob, wireTypes.longBlob, wireTypes.compressedBlob],
  )
  expectWireMeta(context, prefixBytes)
  return wireStringValue(context, columnTextWriter(context, context.column.source.charset ?? 'utf8mb4'))
}

/** TINYTEXT, TEXT, MEDIUMTEXT, LONGTEXT: text, in UTF-8. */
export const textType: ColumnType = {
  id: 'text',
  matches: (column) => texts[column.type] !== undefined,
  postgresType: () => 'text',
  binlogEncoder: (context) => textBinlogEncoder(context, texts[context.column.source.type] ?? 0),
  resultSetEncoder: (context) => lengthEncodedValue(columnTextWriter(context, 'utf8mb4')),
  mariadbText: storedTextHash,
  postgresText: (expression) => `md5(${expression})`,
  freeText: false,
  defaultLiteral: (text) => (text.includes('\0') ? undefined : literalPostgres(text)),
  implicitDefault: () => "''",
}
