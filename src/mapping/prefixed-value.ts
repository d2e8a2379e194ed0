import { inflateRawSync, inflateSync } from 'node:zlib'
import type { FieldWriter } from './charsets/field-writer.ts'
import type { BinlogEncoderContext, Encoder } from './column-type.ts'
import { lengthBytes, lengthEncoded, uint16, uint8, uintOf } from './source-bytes.ts'
import { wireMismatch } from './wire-mismatch.ts'
import { wireTypes } from './wire-type.ts'

/** A value behind its length as in binary-protocol rows. */
export function lengthEncodedValue(write: FieldWriter): Encoder {
  return (source, at, out) => {
    const start = at + lengthBytes(source, at)
    const end = start + lengthEncoded(source, at)
    write(source, start, end, out)
    return end
  }
}

/** A value behind its length of 1 to 4 bytes, little endian, as in row images. */
export function prefixedValue(prefixBytes: number, write: FieldWriter): Encoder {
  if (prefixBytes === 1) {
    return (source, at, out) => {
      const end = at + 1 + uint8(source, at)
      write(source, at + 1, end, out)
      return end
    }
  }
  if (prefixBytes === 2) {
    return (source, at, out) => {
      const end = at + 2 + uint16(source, at)
      write(source, at + 2, end, out)
      return end
    }
  }
  return (source, at, out) => {
    const start = at + prefixBytes
    const end = start + uintOf(source, at, prefixBytes)
    write(source, start, end, out)
    return end
  }
}

/** CHAR, VARCHAR, TEXT, BINARY, VARBINARY, BLOB and the COMPRESSED ones, by what the TABLE_MAP says of the column. */
export function wireStringValue(context: BinlogEncoderContext, write: FieldWriter): Encoder {
  const { type, meta } = context.wire
  switch (type) {
    case wireTypes.varchar:
    case wireTypes.varString:
    case wireTypes.string:
      return prefixedValue(meta > 255 ? 2 : 1, write)
    case wireTypes.tinyBlob:
    case wireTypes.mediumBlob:
    case wireTypes.longBlob:
    case wireTypes.blob:
      return prefixedValue(meta, write)
    case wireTypes.compressedBlob:
      return prefixedValue(meta, uncompressed(context.where, write))
    case wireTypes.compressedVarchar:
      return prefixedValue(meta > 255 ? 2 : 1, uncompressed(context.where, write))
    default:
      throw wireMismatch(context.where, `wire type ${type} is not a string`)
  }
}

/**
 * COMPRESSED columns: empty is empty; else a byte whose upper half says how the rest is stored. 0: as it is.
 * 8: by zlib; bits 0-2 are the number of bytes of the real length that follow, bit 3: raw deflate without zlib's header.
 */
function uncompressed(where: string, write: FieldWriter): FieldWriter {
  return (source, start, end, out) => {
    if (start === end) return write(source, start, end, out)
    const first = uint8(source, start)
    const method = (first >> 4) & 15
    if (method === 0) return write(source, start + 1, end, out)
    if (method !== 8) throw wireMismatch(where, `a compressed value begins with the unknown byte ${first}`)
    const packed = source.subarray(start + 1 + (first & 7), end)
    const plain = (first & 8) === 0 ? inflateSync(packed) : inflateRawSync(packed)
    write(plain, 0, plain.length, out)
  }
}
