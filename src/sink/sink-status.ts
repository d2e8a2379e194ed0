import type { CdcError } from '../core/errors.ts'
import type { GtidPosition } from '../core/gtid.ts'

/** What a running sink tells of one of its sources. */
export interface SinkSourceStatus {
  /** Name of the source connector. */
  readonly source: string
  readonly phase: 'starting' | 'applying' | 'idle' | 'waiting-for-load' | 'held' | 'retrying'
  /** Applied and committed in PostgreSQL. */
  readonly position: GtidPosition
  /** When the last applied transaction began on the source, seconds since 1970; null: none yet. */
  readonly sourceSeconds: number | null
  /** Since the sink started. */
  readonly transactions: number
  readonly changes: number
  /** Captured tables that were met in the stream and never loaded. */
  readonly unloaded: readonly string[]
  /** The transient error that is being retried. */
  readonly error: CdcError | null
}
