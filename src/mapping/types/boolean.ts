import { CdcError } from '../../core/errors.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { uint8 } from '../source-bytes.ts'
import { expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { integerLiteral } from './constant-default.ts'
import { wholeNumberText } from './number-text.ts'
import { tinyintEncoders } from './integer.ts'

function booleanEncoder({ where }: EncoderContext): Encoder {
  return (source, at, out) => {
    const value = uint8(source, at)
    if (value > 1) {
      throw new CdcError('CDC-T02', {
        where,
        what: 'a TINYINT(1) holds a number other than 0 and 1, but the target column is boolean',
        fix: 'load the table again with cdc migrate … --replace; the column is then made a smallint',
      })
    }
    out.booleanField(value === 1)
    return at + 1
  }
}

function encoder(context: EncoderContext): Encoder {
  if (context.column.choice !== 'smallint') return booleanEncoder(context)
  return context.column.source.unsigned ? tinyintEncoders.unsigned : tinyintEncoders.signed
}

/** TINYINT(1), which is what BOOL means to MariaDB: boolean, or smallint where other numbers are stored. */
export const booleanType: ColumnType = {
  id: 'boolean',
  matches: (column) => column.type === 'tinyint' && column.length === 1,
  postgresType: (_column, choice) => (choice === 'smallint' ? 'smallint' : 'boolean'),
  binlogEncoder: (context) => {
    expectWireType(context, wireTypes.tiny)
    return encoder(context)
  },
  resultSetEncoder: encoder,
  mariadbText: wholeNumberText,
  postgresText: (expression, column) =>
    column.choice === 'smallint' ? `${expression}::text` : `${expression}::integer::text`,
  freeText: false,
  defaultLiteral: (text, column) => {
    if (column.choice === 'smallint') return integerLiteral(text)
    if (text === '0') return 'false'
    return text === '1' ? 'true' : undefined
  },
  implicitDefault: (column) => (column.choice === 'smallint' ? '0' : 'false'),
  probe: () => ({ condition: (expression) => `${expression} NOT IN (0, 1)`, choice: 'smallint' }),
}
