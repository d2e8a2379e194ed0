import { type CopyWriter, putInt32 } from './copy-writer.ts'

/** Base-10000 digits of the number being written. One buffer for all: encoders never run at the same time. */
export const numericDigits = new Int32Array(64)

/**
 * A numeric field from `numericDigits[0..count)`, of which the first `integerCount` stand before the point.
 * Leading and trailing zeros are left away, as PostgreSQL itself does, so equal numbers have equal bytes.
 */
export function writeNumeric(
  count: number,
  integerCount: number,
  negative: boolean,
  scale: number,
  out: CopyWriter,
): void {
  let first = 0
  while (first < count && numericDigits[first] === 0) first++
  let end = count
  while (end > first && numericDigits[end - 1] === 0) end--
  const digits = end - first
  const weight = digits === 0 ? 0 : integerCount - first - 1
  const bytes = 8 + digits * 2
  out.reserve(4 + bytes)
  const { buffer } = out
  let at = out.position
  putInt32(buffer, at, bytes)
  buffer[at + 4] = 0
  buffer[at + 5] = digits
  buffer[at + 6] = weight >> 8
  buffer[at + 7] = weight
  buffer[at + 8] = negative && digits > 0 ? 0x40 : 0
  buffer[at + 9] = 0
  buffer[at + 10] = 0
  buffer[at + 11] = scale
  at += 12
  for (let index = first; index < end; index++) {
    const digit = numericDigits[index] as number
    buffer[at] = digit >> 8
    buffer[at + 1] = digit
    at += 2
  }
  out.position = at
}
