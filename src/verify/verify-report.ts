import type { GtidPosition } from '../core/gtid.ts'

/** One column that differs; values as canonical text, long ones as the md5 of their bytes, null is NULL. */
export interface ColumnDifference {
  readonly name: string
  readonly source: string | null
  readonly target: string | null
}

/** One row that is not the same on both sides. */
export interface RowDifference {
  /** `id=5` or `a=1, b=x`; of a table without a key the whole row. */
  readonly key: string
  /** Seen from the source: the target lacks it, has it too much, or has other values. */
  readonly kind: 'missing' | 'extra' | 'different'
  /** Only for `different`. */
  readonly columns?: readonly ColumnDifference[]
  /** Tables without a key: how often the same row stands on each side. */
  readonly counts?: { readonly source: number; readonly target: number }
}

export interface VerifiedTable {
  /** `database.table` */
  readonly table: string
  /** `schema.table` */
  readonly target: string
  /** null: was not counted, because of `problem`. */
  readonly sourceRows: number | null
  readonly targetRows: number | null
  readonly equal: boolean
  /** At most 20. */
  readonly differences: readonly RowDifference[]
  /** There are more than those listed. */
  readonly more: boolean
  /** Why the rows were not compared: not loaded, target or columns missing. */
  readonly problem?: string
  /** Columns that only the target has; they say nothing about equality. */
  readonly extraColumns: readonly string[]
}

export interface VerifyResult {
  readonly equal: boolean
  /** The moment that was compared. */
  readonly position: GtidPosition
  readonly tables: readonly VerifiedTable[]
}

export type VerifyEvent =
  | { readonly kind: 'plan'; readonly tables: readonly string[] }
  /** The source's snapshot stands; the target has to come up to it. */
  | { readonly kind: 'waiting'; readonly position: GtidPosition }
  | { readonly kind: 'table-start'; readonly table: string }
  | { readonly kind: 'table-done'; readonly result: VerifiedTable }
