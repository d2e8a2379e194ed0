import { uint16, uint24BigEndian } from '../source-bytes.ts'

/** Bytes of a second's fraction with 0 to 6 digits. */
export function fractionBytes(digits: number): number {
  return (digits + 1) >> 1
}

/** The fraction as it stands: hundredths, ten-thousandths or millionths, big endian in 1, 2 or 3 bytes. */
export function packedFraction(source: Buffer, at: number, bytes: number): number {
  if (bytes === 0) return 0
  if (bytes === 1) return source[at] as number
  if (bytes === 3) return uint24BigEndian(source, at)
  const swapped = uint16(source, at)
  return ((swapped & 255) << 8) | (swapped >> 8)
}

/** What makes microseconds of it, by its number of bytes. */
export const fractionMicros: readonly number[] = [0, 10_000, 100, 1]
