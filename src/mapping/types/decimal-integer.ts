import type { SourceColumn } from '../../core/table.ts'
import type { Encoder } from '../column-type.ts'
import { CopyWriter } from '../copy-writer.ts'

/** Digits that fit whatever they are. */
const digitsThatFit: readonly (readonly [type: string, digits: number])[] = [
  ['integer', 9],
  ['bigint', 18],
]

/** The integer types that hold every value of a DECIMAL without fraction. */
export function integersFor({ precision, scale }: SourceColumn): readonly string[] {
  if (scale !== 0 && scale !== null) return []
  return digitsThatFit.flatMap(([type, digits]) => ((precision ?? 10) <= digits ? [type] : []))
}

/** Writes as an integer what `numeric` writes as a numeric field without fraction. */
export function integerOf(numeric: Encoder, type: string): Encoder {
  const field = new CopyWriter(64)
  return (source, at, out) => {
    field.reset()
    const next = numeric(source, at, field)
    const value = wholeNumber(field.buffer)
    if (type === 'integer') out.int4Field(Number(value))
    else out.int8Field(Number(value >> 32n), Number(value & 0xffffffffn))
    return next
  }
}

/** A numeric field: length, number of base-10000 digits, weight of the first, sign, scale, digits. */
function wholeNumber(field: Buffer): bigint {
  const digits = field.readInt16BE(4)
  const weight = field.readInt16BE(6)
  let value = 0n
  for (let index = 0; index <= weight; index++) {
    value = value * 10_000n + BigInt(index < digits ? field.readInt16BE(12 + index * 2) : 0)
  }
  return field.readUInt16BE(8) === 0x4000 ? -value : value
}
