import { CdcError } from '../../core/errors.ts'
import type { EncoderContext } from '../column-type.ts'
import type { FieldWriter, NulCounter } from './field-writer.ts'
import { textFieldWriter } from './text-field.ts'

/** Counts removed NUL characters; in a key, where two keys could become one, it stops. */
export function nulCounter(context: EncoderContext): NulCounter {
  const { column, losses, where } = context
  return (removed) => {
    if (column.inKey) {
      throw new CdcError('CDC-T03', {
        where,
        what: 'a NUL character in a key column',
        why: 'PostgreSQL cannot store it, and without it two keys could become one',
      })
    }
    losses.nulCharacters += removed
  }
}

/** The writer for a column's texts. @throws CdcError CDC-T01 for a character set that is not known */
export function columnTextWriter(context: EncoderContext, charset: string): FieldWriter {
  const writer = textFieldWriter(charset, nulCounter(context))
  if (writer !== undefined) return writer
  throw new CdcError('CDC-T01', { where: context.where, what: `the character set ${charset} is not supported` })
}
