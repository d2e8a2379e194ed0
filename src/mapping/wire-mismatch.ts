import { CdcError } from '../core/errors.ts'
import type { BinlogEncoderContext } from './column-type.ts'

/** The rows in the binary log are not of the shape that the known definition says; decoding on would give garbage. */
export function wireMismatch(where: string, what: string): CdcError {
  return new CdcError('CDC-D02', {
    where,
    what,
    why: 'the rows in the binary log have another shape than the table definition that is known',
  })
}

/** Stops unless the wire column has one of these types. @throws CdcError CDC-D02 */
export function expectWireType(context: BinlogEncoderContext, ...types: readonly number[]): void {
  if (types.includes(context.wire.type)) return
  throw wireMismatch(
    context.where,
    `${context.column.source.columnType} arrives as wire type ${context.wire.type}, not ${types.join(' or ')}`,
  )
}

/** Stops unless the wire column has this length, precision or fraction. @throws CdcError CDC-D02 */
export function expectWireMeta(context: BinlogEncoderContext, expected: number): void {
  if (context.wire.meta === expected) return
  throw wireMismatch(
    context.where,
    `${context.column.source.columnType} arrives with the type parameter ${context.wire.meta}, not ${expected}`,
  )
}
