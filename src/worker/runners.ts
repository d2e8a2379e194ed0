// What the worker needs of the other parts, as small interfaces. `worker-parts.ts` fills them with the real ones; tests
// of connector life and of the REST answers fill in their own.
import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import type { CdcError } from '../core/errors.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { TableName } from '../core/table.ts'
import type { Logger } from '../lib/logger.ts'
import type { Relay } from '../relay/relay.ts'

/** What a running source tells of itself. */
export interface SourceProgress {
  readonly phase: string
  /** How far the server's own binary log goes, if known. */
  readonly serverPosition: GtidPosition | null
  /** Seconds between the server's last transaction and what is in the relay; null: not known. */
  readonly behindSeconds: number | null
  /** A passing error that is being retried. */
  readonly error: CdcError | null
}

export interface SourceRun {
  readonly config: SourceConfig
  readonly relay: Relay
  readonly stateDirectory: string
  readonly signal: AbortSignal
  readonly log: Logger
  readonly onProgress: (progress: SourceProgress) => void
}

/** Copies the binary log into the relay until aborted; throws when it must stop. */
export type SourceRunner = (run: SourceRun) => Promise<void>

/** How far a sink has applied one source. */
export interface AppliedSource {
  readonly source: string
  readonly position: GtidPosition
  /** Epoch seconds of the last applied transaction; null: none yet. */
  readonly sourceTime: number | null
}

/** What a running sink tells of itself. Counts are since the start of the run. */
export interface SinkProgress {
  readonly phase: string
  readonly applied: readonly AppliedSource[]
  readonly transactions: number
  readonly rows: number
  /** Captured tables that were met in the stream and never loaded: their changes are not applied. */
  readonly unloaded: readonly string[]
  readonly error: CdcError | null
}

export interface SinkFeed {
  /** Name of the source connector. */
  readonly name: string
  readonly relay: Relay
  readonly config: SourceConfig
  /** From where on the relay has every change of a database; undefined: from its beginning. */
  recordedSince?(database: string): GtidPosition | undefined
  /** How far the server's own binary log went when it was asked last; null: not known. */
  serverPosition?(): GtidPosition | null
}

export interface SinkRun {
  readonly config: SinkConfig
  /** At least one. */
  readonly sources: readonly SinkFeed[]
  readonly owner: string
  readonly signal: AbortSignal
  readonly log: Logger
  readonly onProgress: (progress: SinkProgress) => void
}

/** Applies relays to PostgreSQL until aborted; throws when it must stop. */
export type SinkRunner = (run: SinkRun) => Promise<void>

export interface SourceCheck {
  /** The captured tables that exist. */
  readonly tables: readonly TableName[]
  /** What stands against the configuration: the option it is about, and one line for a person. */
  readonly problems: readonly { readonly option: string; readonly message: string }[]
}

/** The positions of a sink in PostgreSQL; for a stopped sink. */
export interface SinkPositions {
  read(config: SinkConfig): Promise<readonly AppliedSource[]>
  write(config: SinkConfig, source: string, position: GtidPosition): Promise<void>
  /** Of one source, or of all. */
  remove(config: SinkConfig, source?: string): Promise<void>
}

export interface WorkerParts {
  readonly runSource: SourceRunner
  readonly runSink: SinkRunner
  /** Asks the database; never throws for what the database says. */
  readonly checkSource: (config: SourceConfig) => Promise<SourceCheck>
  readonly openRelay: (options: { directory: string; maxBytes: number; log: Logger }) => Promise<Relay>
  readonly sinkPositions: SinkPositions
}
