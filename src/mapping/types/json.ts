import { literalPostgres } from '../../core/quote.ts'
import { columnTextWriter } from '../charsets/text-context.ts'
import type { ColumnType } from '../column-type.ts'
import { lengthEncodedValue } from '../prefixed-value.ts'
import { storedTextHash } from './character-text.ts'
import { textBinlogEncoder } from './text.ts'

/**
 * JSON, to MariaDB a LONGTEXT whose texts pass json_valid. The target's `json` keeps the text as it is, which jsonb would
 * not. MariaDB lets some texts pass that no JSON parser accepts (`1.`, `"\x"`): where such are stored the choice `text`
 * takes the column as it is.
 */
export const jsonType: ColumnType = {
  id: 'json',
  matches: (column) => column.type === 'json',
  casts: () => ['json', 'text'],
  postgresType: (_column, choice) => (choice === 'text' ? 'text' : 'json'),
  binlogEncoder: (context) => textBinlogEncoder(context, 4),
  resultSetEncoder: (context) => lengthEncodedValue(columnTextWriter(context, 'utf8mb4')),
  mariadbText: storedTextHash,
  postgresText: (expression) => `md5(${expression}::text)`,
  freeText: false,
  defaultLiteral: (text, column) => (column.choice === 'text' || isJson(text) ? literalPostgres(text) : undefined),
  implicitDefault: (column) => (column.choice === 'text' ? "''" : "'null'"),
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
