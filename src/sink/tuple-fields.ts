/**
 * The fields of a COPY tuple (int32 length, bytes; -1 is NULL) from `at` on, as binary parameters: views into `buffer`,
 * null for NULL.
 */
export function tupleFields(buffer: Buffer, at: number, count: number): (Buffer | null)[] {
  const fields: (Buffer | null)[] = []
  let position = at
  for (let i = 0; i < count; i++) {
    const length = buffer.readInt32BE(position)
    position += 4
    if (length < 0) fields.push(null)
    else {
      fields.push(buffer.subarray(position, position + length))
      position += length
    }
  }
  return fields
}
