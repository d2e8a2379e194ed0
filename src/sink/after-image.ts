import type { SourceTable } from '../core/table.ts'
import type { CopyWriter } from '../mapping/copy-writer.ts'
import type { BinlogRowEncoder } from '../mapping/row-encoder.ts'
import type { RowsEvent } from '../mariadb/events/rows.ts'

/** A row in a writer of its own, from its beginning. */
export interface RowInWriter {
  readonly writer: CopyWriter
  readonly offsets: Int32Array
}

/**
 * Writes the after image of an update, which starts at `at`: whole, or made of what changed and of the row before it
 * (which must stand in another writer). Returns where the next row starts.
 */
export function encodeAfter(
  event: RowsEvent,
  at: number,
  {
    encoder,
    before,
    after,
  }: { readonly encoder: BinlogRowEncoder; readonly before: RowInWriter; readonly after: RowInWriter },
): number {
  const { buffer: source, changedColumns: changed } = event
  if (changed === null) return encoder.encode(source, at, after.writer, after.offsets)
  const { buffer } = before.writer
  const image = { source, at, changed, before: { buffer, offsets: before.offsets } }
  return encoder.encodeChanged(image, after.writer, after.offsets)
}

/**
 * Whether such an image leaves out a virtual column. The server writes those that it had to compute (for an index), and
 * no word of others, although they may have changed with what they are computed from.
 */
export function lacksComputed({ changedColumns }: RowsEvent, { columns }: SourceTable): boolean {
  if (changedColumns === null) return false
  return columns.some(
    ({ generated }, i) => generated === 'virtual' && ((changedColumns[i >> 3] ?? 0) & (1 << (i & 7))) === 0,
  )
}
