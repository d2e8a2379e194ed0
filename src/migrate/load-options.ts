import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { LoadEvent } from './progress.ts'

/** By ranges of the key, by the years of a column where a table has it, or as fits each table best. */
export type ChunkBy = 'auto' | 'primary-key' | { readonly year: string }

/** Whether a table is written without write-ahead log while it is loaded. */
export type LoadMode = 'auto' | 'unlogged' | 'logged'

/**
 * What happens to a load that was broken off: `auto` goes on with it or, when that cannot be, starts the table over;
 * `required` refuses to start over; `never` starts over.
 */
export type Resume = 'auto' | 'required' | 'never'

export interface MigrateOptions {
  readonly source: SourceConfig
  readonly sink: SinkConfig
  /** Globs (`*`, `?`) over `table` or `database.table`. */
  readonly tables: 'all' | readonly string[]
  /** Tables that are loaded at the same time. */
  readonly maxWorkers: number
  /** Readers of one big table. */
  readonly chunkWorkers: number
  /** Rows in one COPY statement. */
  readonly batchSize: number
  /** A table of more rows than this is read in chunks. */
  readonly threshold: number
  /** Load tables again that are loaded already, and overwrite target tables that hold other rows. */
  readonly replace: boolean
  readonly chunkBy: ChunkBy
  readonly loadMode: LoadMode
  readonly resume: Resume
  /** A value that PostgreSQL cannot hold is an error, instead of being changed and counted. */
  readonly strict: boolean
  /** Make the target schema where it is missing. */
  readonly createSchema: boolean
  /** Give the target of an AUTO_INCREMENT column a sequence. */
  readonly withSequences: boolean
  /** Make foreign keys when all tables are loaded. */
  readonly withForeignKeys: boolean
  readonly signal: AbortSignal
  readonly log: Logger
  readonly onEvent: (event: LoadEvent) => void
}

/** The options that are seldom given. */
export const usualLoadOptions = {
  chunkBy: 'auto',
  loadMode: 'auto',
  resume: 'auto',
  strict: false,
  createSchema: true,
  withSequences: false,
  withForeignKeys: false,
} as const satisfies Partial<MigrateOptions>

const limits = [
  { name: 'maxWorkers', flag: '--max-workers', min: 1, max: 64 },
  { name: 'chunkWorkers', flag: '--chunk-workers', min: 1, max: 64 },
  { name: 'batchSize', flag: '--batch-size', min: 1, max: 1_000_000_000 },
  { name: 'threshold', flag: '--threshold', min: 1, max: Number.MAX_SAFE_INTEGER },
] as const

/** @throws CdcError CDC-C06 (CdcErrors when several are wrong); nothing has been touched then. */
export function checkLoadOptions(options: MigrateOptions): void {
  const errors = limits.flatMap(({ name, flag, min, max }) => {
    const value = options[name]
    if (Number.isSafeInteger(value) && value >= min && value <= max) return []
    const what = `${value} is not a whole number from ${min} to ${max}`
    return [new CdcError('CDC-C06', { where: flag, what, fix: `give ${flag} a whole number from ${min} to ${max}` })]
  })
  if (options.tables !== 'all' && options.tables.length === 0) {
    const what = 'no table is named'
    errors.push(
      new CdcError('CDC-C01', { where: '--tables', what, fix: '--tables all, or names with commas between them' }),
    )
  }
  if (errors.length > 1) throw new CdcErrors(errors)
  if (errors[0] !== undefined) throw errors[0]
}
