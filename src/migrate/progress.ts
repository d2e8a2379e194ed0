import type { CdcError } from '../core/errors.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { NotCopied } from './table-sizes.ts'

/** The steps of one table, in order: rows, then key, secondary indexes, statistics. */
export type LoadPhase = 'copy' | 'keys' | 'indexes' | 'analyze'

/**
 * What a load tells while it runs. `table` is always `database.table` as the source writes it. Of each table that is
 * planned exactly one of `table-done`, `table-skipped` and `table-failed` is the last event, unless the load is aborted.
 */
export type LoadEvent =
  | {
      readonly kind: 'plan'
      /** Biggest first. Rows and bytes are the estimates of the source's statistics. */
      readonly tables: readonly {
        readonly table: string
        /** `schema.table` in PostgreSQL. */
        readonly target: string
        readonly rows: number
        readonly bytes: number
      }[]
      /** Views, sequences and the like, which have tables' names. */
      readonly notCopied: readonly NotCopied[]
    }
  /** Worth knowing; nothing is wrong. */
  | { readonly kind: 'note'; readonly text: string }
  /** Comes again when a table has to be started over; its counts begin at 0 then. */
  | { readonly kind: 'table-start'; readonly table: string }
  /** After `table-start`: a load that was broken off goes on; so many rows are there already. */
  | { readonly kind: 'table-resumed'; readonly table: string; readonly rows: number; readonly chunks: number }
  /** A load that was broken off cannot go on; the table is loaded from its beginning. */
  | { readonly kind: 'table-restarted'; readonly table: string; readonly why: string }
  /** The attempt failed by something that may pass; there is another one, from the chunks that are done. */
  | { readonly kind: 'table-retried'; readonly table: string; readonly error: CdcError }
  /** Writers of the table had to wait so long, until all its readers had opened their snapshots. */
  | { readonly kind: 'locked'; readonly table: string; readonly seconds: number; readonly snapshots: number }
  /** Rows and bytes (of the COPY stream) that have been copied so far, since `table-start`. */
  | { readonly kind: 'rows'; readonly table: string; readonly rows: number; readonly bytes: number }
  | { readonly kind: 'phase'; readonly table: string; readonly phase: LoadPhase }
  | {
      readonly kind: 'table-done'
      readonly table: string
      readonly rows: number
      readonly bytes: number
      /** Of these, rows that were there from a load that was broken off. */
      readonly resumedRows?: number
      readonly copySeconds: number
      readonly indexSeconds: number
      readonly low: GtidPosition
      readonly high: GtidPosition
      /** How values were changed, if any were. */
      readonly changed: ChangedValues
    }
  | { readonly kind: 'table-skipped'; readonly table: string; readonly why: string }
  | { readonly kind: 'table-failed'; readonly table: string; readonly error: CdcError }

/** Values of one column that the target cannot hold as they are. */
export interface ColumnLosses {
  readonly column: string
  /** Zero and partial dates, which became NULL. */
  readonly zeroDates: number
  /** NUL characters that were removed from text. */
  readonly nulCharacters: number
}

export interface ChangedValues {
  /** Only columns that lost something. */
  readonly losses: readonly ColumnLosses[]
  /** Source column -> the type that was chosen by looking at the data, where it is not the default one. */
  readonly choices: Readonly<Record<string, string>>
  /** Those of them that were asked for; the others the data decided. */
  readonly asked: Readonly<Record<string, string>>
}

/** How one table of a finished load ended. */
export interface LoadedTableReport extends ChangedValues {
  /** `database.table` on the source. */
  readonly table: string
  /** `schema.table` on the target. */
  readonly target: string
  readonly state: 'loaded' | 'skipped'
  /** Why a table was skipped. */
  readonly why: string | undefined
  readonly rows: number
  readonly bytes: number
  readonly low: GtidPosition
  readonly high: GtidPosition
}
