import { CdcError } from '../../core/errors.ts'
import { doesNotFitCast } from '../cast-misfit.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { uint8 } from '../source-bytes.ts'
import { expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { integerLiteral } from './constant-default.ts'
import { wholeNumberText } from './number-text.ts'

const signed: Encoder = (source, at, out) => {
  out.int2Field((uint8(source, at) << 24) >> 24)
  return at + 1
}

const unsigned: Encoder = (source, at, out) => {
  out.int2Field(uint8(source, at))
  return at + 1
}

function booleanEncoder({ where, column }: EncoderContext): Encoder {
  return (source, at, out) => {
    const value = uint8(source, at)
    if (value > 1) {
      if (column.choice === 'boolean') throw doesNotFitCast(where, 'a number other than 0 and 1', 'boolean', 'smallint')
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

function tinyint(postgres: 'boolean' | 'smallint', other: 'boolean' | 'smallint'): ColumnType {
  const isWidthOne = postgres === 'boolean'
  const isBoolean = (choice: string | undefined): boolean => (choice ?? postgres) === 'boolean'
  const encoder = (context: EncoderContext): Encoder => {
    if (isBoolean(context.column.choice)) return booleanEncoder(context)
    return context.column.source.unsigned ? unsigned : signed
  }
  return {
    id: isWidthOne ? 'boolean' : 'tinyint',
    matches: (column) => column.type === 'tinyint' && (column.length === 1) === isWidthOne,
    casts: () => [postgres, other],
    postgresType: (_column, choice) => (isBoolean(choice) ? 'boolean' : 'smallint'),
    binlogEncoder: (context) => {
      expectWireType(context, wireTypes.tiny)
      return encoder(context)
    },
    resultSetEncoder: encoder,
    mariadbText: wholeNumberText,
    postgresText: (expression, { choice }) =>
      isBoolean(choice) ? `${expression}::integer::text` : `${expression}::text`,
    freeText: false,
    defaultLiteral: (text, { choice }) => {
      if (!isBoolean(choice)) return integerLiteral(text)
      if (text === '0') return 'false'
      return text === '1' ? 'true' : undefined
    },
    implicitDefault: ({ choice }) => (isBoolean(choice) ? 'false' : '0'),
    misfits: (_column, choice) => (isBoolean(choice) ? (expression) => `${expression} NOT IN (0, 1)` : undefined),
    ...(isWidthOne ? { roomier: 'smallint' } : {}),
  }
}

/** TINYINT(1), which is what BOOL means to MariaDB: boolean, or smallint where other numbers are stored. */
export const booleanType: ColumnType = tinyint('boolean', 'smallint')

/** Any other TINYINT, signed or unsigned: smallint. */
export const tinyintType: ColumnType = tinyint('smallint', 'boolean')
