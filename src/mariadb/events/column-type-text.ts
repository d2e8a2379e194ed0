import type { TypeClause } from './type-clause.ts'

/** Display widths that integers have when none is given: signed, unsigned. */
const widths: Readonly<Record<string, readonly [number, number]>> = {
  tinyint: [4, 3],
  smallint: [6, 5],
  mediumint: [9, 8],
  int: [11, 10],
  bigint: [20, 20],
}

/** The display width of an integer; null: not an integer. */
export function displayWidth(type: string, given: number | null, unsigned: boolean): number | null {
  const [signedWidth, unsignedWidth] = widths[type] ?? []
  if (signedWidth === undefined || unsignedWidth === undefined) return null
  return given ?? (unsigned ? unsignedWidth : signedWidth)
}

export interface ColumnTypeText {
  readonly type: string
  readonly clause: TypeClause
  readonly length: number | null
  readonly unsigned: boolean
  readonly zerofill: boolean
  readonly compressed: boolean
}

/** The type as SHOW CREATE TABLE prints it: `decimal(10,2) unsigned`, `enum('a','b')`. */
export function columnTypeText(column: ColumnTypeText): string {
  const { type, clause, length } = column
  let text = type === 'json' ? 'longtext' : type
  if (length !== null) text += `(${length})`
  else if (type === 'year') text += `(${clause.sized ?? 4})`
  else if (clause.fraction > 0) text += `(${clause.fraction})`
  else if (clause.precision !== null) text += `(${clause.precision},${clause.scale ?? 0})`
  else if (clause.members.length > 0) {
    text += `(${clause.members.map((member) => `'${member.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`).join(',')})`
  }
  if (column.unsigned) text += ' unsigned'
  if (column.zerofill) text += ' zerofill'
  if (column.compressed) text += ' /*M!100301 COMPRESSED*/'
  return text
}
