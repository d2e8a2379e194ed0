import { formatTable } from '../core/table.ts'
import type { WireTable } from '../core/wire.ts'
import { must } from '../core/assert.ts'
import type { Encoder, EncoderContext, Losses } from './column-type.ts'
import type { CopyWriter } from './copy-writer.ts'
import type { MappedTable } from './mapped-table.ts'
import { checkWireTable } from './wire-agreement.ts'

export interface RowEncoder {
  /**
   * Reads one row at `at` and writes a COPY tuple: the field count in two bytes, then the fields in the target's column
   * order. `offsets[i]` becomes where field i (its length) begins in `out.buffer`, `offsets[n]` the end.
   * Returns the position after the row.
   */
  encode(source: Buffer, at: number, out: CopyWriter, offsets: Int32Array): number
}

/** A row that is written already: what `encode` left in its writer and its offsets. */
export interface WrittenRow {
  readonly buffer: Buffer
  readonly offsets: Int32Array
}

export interface BinlogRowEncoder extends RowEncoder {
  /**
   * As `encode`, for the after image of an update that holds only the columns in `changed` (a bit each, lowest first);
   * the fields of the others are taken from the row before.
   */
  encodeChanged(
    image: { readonly source: Buffer; readonly at: number; readonly changed: Buffer; readonly before: WrittenRow },
    out: CopyWriter,
    offsets: Int32Array,
  ): number
}

/**
 * For row images of the binary log: null bits ((n + 7) / 8 bytes, lowest bit first, over all wire columns), then values.
 * `losses` has one entry per column and is counted up.
 * @throws CdcError CDC-D02 when the wire table is not the one that is mapped, naming the difference
 */
export function compileBinlogEncoder(table: MappedTable, wire: WireTable, losses: readonly Losses[]): BinlogRowEncoder {
  checkWireTable(table, wire)
  const encoders = contexts(table, losses).map((context, i) =>
    context.column.type.binlogEncoder({ ...context, wire: must(wire.columns[i], 'wire column') }),
  )
  const count = wire.columns.length
  // Columns beyond the table's are hidden hashes of unique long texts: eight bytes each, which nobody else can see.
  const hidden = Array.from({ length: count - encoders.length }, (_, index) => encoders.length + index)
  const whole = compile(encoders, { nullBytes: 0, firstBit: 0, bitmapBytes: (count + 7) >> 3, hidden })
  return { ...whole, encodeChanged: changedEncoder(encoders, count) }
}

/** Which columns such an image holds differs from event to event, so nothing is generated. */
function changedEncoder(encoders: readonly Encoder[], columns: number): BinlogRowEncoder['encodeChanged'] {
  return ({ source, at, changed, before }, out, offsets) => {
    const isThere = (column: number): boolean => ((changed[column >> 3] ?? 0) & (1 << (column & 7))) !== 0
    let present = 0
    for (let column = 0; column < columns; column++) if (isThere(column)) present++
    let next = at + ((present + 7) >> 3)
    let bit = 0
    out.count(encoders.length)
    for (let column = 0; column < columns; column++) {
      const encoder = encoders[column]
      if (encoder !== undefined) offsets[column] = out.position
      if (!isThere(column)) {
        if (encoder !== undefined)
          out.copyField(before.buffer, before.offsets[column] ?? 0, before.offsets[column + 1] ?? 0)
        continue
      }
      const isNull = ((source[at + (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0
      bit++
      if (encoder === undefined) next += isNull ? 0 : 8
      else if (isNull) out.nullField()
      else next = encoder(source, next, out)
    }
    offsets[encoders.length] = out.position
    return next
  }
}

/**
 * For rows of a binary-protocol result set with the table's columns in order: a zero byte, null bits (the first two are
 * not used), then values.
 */
export function compileResultSetEncoder(table: MappedTable, losses: readonly Losses[]): RowEncoder {
  const encoders = contexts(table, losses).map((context) => context.column.type.resultSetEncoder(context))
  return compile(encoders, { nullBytes: 1, firstBit: 2, bitmapBytes: (encoders.length + 9) >> 3, hidden: [] })
}

function contexts(table: MappedTable, losses: readonly Losses[]): EncoderContext[] {
  return table.columns.map((column, i) => ({
    column,
    losses: must(losses[i], 'losses of a column'),
    where: `${formatTable(table.source)}.${column.source.name}`,
  }))
}

interface RowShape {
  /** Where the null bits begin, from the row's first byte. */
  readonly nullBytes: number
  /** The bit of the first column. */
  readonly firstBit: number
  readonly bitmapBytes: number
  /** Ordinals of columns of eight bytes that are skipped. */
  readonly hidden: readonly number[]
}

/**
 * One function per table with a call per column, so that the engine sees calls that always have the same target.
 * Only numbers and names made here enter the source text.
 */
function compile(encoders: readonly Encoder[], shape: RowShape): RowEncoder {
  const isNull = (column: number): string => {
    const bit = shape.firstBit + column
    return `(source[at + ${shape.nullBytes + (bit >> 3)}] & ${1 << (bit & 7)}) !== 0`
  }
  const lines = [`let p = at + ${shape.nullBytes + shape.bitmapBytes}`, `out.count(${encoders.length})`]
  for (const i of encoders.keys()) {
    lines.push(`offsets[${i}] = out.position`, `if (${isNull(i)}) out.nullField(); else p = e${i}(source, p, out)`)
  }
  lines.push(`offsets[${encoders.length}] = out.position`)
  for (const i of shape.hidden) lines.push(`if (!(${isNull(i)})) p += 8`)
  const names = encoders.map((_, i) => `e${i}`)
  const body = `'use strict'\nreturn function encode(source, at, out, offsets) {\n${lines.join('\n')}\nreturn p\n}`
  const make = new Function(...names, body) as (...all: readonly Encoder[]) => RowEncoder['encode']
  return { encode: make(...encoders) }
}
