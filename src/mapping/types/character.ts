import { literalPostgres } from '../../core/quote.ts'
import { charsetName, charsetWidth } from '../charsets/charset-name.ts'
import { columnTextWriter } from '../charsets/text-context.ts'
import type { ColumnType } from '../column-type.ts'
import { lengthEncodedValue, wireStringValue } from '../prefixed-value.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { storedText } from './character-text.ts'

/** CHAR and VARCHAR (trailing spaces of a CHAR are not sent): text, in UTF-8. */
function character(id: 'char' | 'varchar'): ColumnType {
  return {
    id,
    matches: (column) => column.type === id,
    postgresType: () => 'text',
    binlogEncoder: (context) => {
      const { source } = context.column
      const charset = charsetName(source.charset ?? 'utf8mb4')
      const compressed = context.wire.type === wireTypes.compressedVarchar
      if (id === 'char') expectWireType(context, wireTypes.string)
      else expectWireType(context, wireTypes.varchar, wireTypes.varString, wireTypes.compressedVarchar)
      // The byte in front of a compressed value counts as one more.
      if (source.length !== null) {
        expectWireMeta(context, source.length * charsetWidth(charset) + (compressed ? 1 : 0))
      }
      return wireStringValue(context, columnTextWriter(context, charset))
    },
    resultSetEncoder: (context) => lengthEncodedValue(columnTextWriter(context, 'utf8mb4')),
    mariadbText: storedText,
    postgresText: (expression) => expression,
    freeText: true,
    defaultLiteral: (text) => (text.includes('\0') ? undefined : literalPostgres(text)),
    implicitDefault: () => "''",
  }
}

export const charType: ColumnType = character('char')
export const varcharType: ColumnType = character('varchar')
