// Numbers out of MariaDB's bytes. Bytes are indexed directly: Buffer's own read methods check more than is needed here.

export function uint8(b: Buffer, at: number): number {
  return b[at] as number
}

export function uint16(b: Buffer, at: number): number {
  return (b[at] as number) | ((b[at + 1] as number) << 8)
}

export function uint24(b: Buffer, at: number): number {
  return (b[at] as number) | ((b[at + 1] as number) << 8) | ((b[at + 2] as number) << 16)
}

/** Signed, as an SMI is faster than a double; `>>> 0` makes it unsigned. */
export function int32(b: Buffer, at: number): number {
  return (
    (b[at] as number) | ((b[at + 1] as number) << 8) | ((b[at + 2] as number) << 16) | ((b[at + 3] as number) << 24)
  )
}

export function uint24BigEndian(b: Buffer, at: number): number {
  return ((b[at] as number) << 16) | ((b[at + 1] as number) << 8) | (b[at + 2] as number)
}

export function uint32BigEndian(b: Buffer, at: number): number {
  return (
    (((b[at] as number) << 24) |
      ((b[at + 1] as number) << 16) |
      ((b[at + 2] as number) << 8) |
      (b[at + 3] as number)) >>>
    0
  )
}

/** Little endian of 1 to 4 bytes, unsigned. */
export function uintOf(b: Buffer, at: number, bytes: number): number {
  if (bytes === 1) return uint8(b, at)
  if (bytes === 2) return uint16(b, at)
  if (bytes === 3) return uint24(b, at)
  return int32(b, at) >>> 0
}

/**
 * How many bytes a length-encoded number takes: 1 below 251, else a marker and 2, 3 or 8 bytes. 251 itself is NULL in
 * text rows and does not occur in binary ones.
 */
export function lengthBytes(b: Buffer, at: number): number {
  const first = b[at] as number
  if (first < 251) return 1
  if (first === 252) return 3
  return first === 253 ? 4 : 9
}

/** The length-encoded number at `at`. */
export function lengthEncoded(b: Buffer, at: number): number {
  const first = b[at] as number
  if (first < 251) return first
  if (first === 252) return uint16(b, at + 1)
  if (first === 253) return uint24(b, at + 1)
  return (int32(b, at + 1) >>> 0) + (int32(b, at + 5) >>> 0) * 4_294_967_296
}
