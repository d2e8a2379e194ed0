import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { Logger } from '../lib/logger.ts'
import type { Relay } from '../relay/relay.ts'
import type { DefaultCharset } from './read-statement.ts'
import type { SinkSourceStatus } from './sink-status.ts'

/** A source connector whose relay the sink reads. */
export interface SinkSource {
  /** Name of the source connector. */
  readonly name: string
  readonly relay: Relay
  readonly config: SourceConfig
  /** From where on the relay has every change of a database; undefined: from its beginning. */
  recordedSince?(database: string): GtidPosition | undefined
  /** How far the server's own binary log went when it was asked last; null: not known. */
  serverPosition?(): GtidPosition | null
  /** Asks the source for default character sets, which statements of the stream leave out. */
  readonly defaultCharset: DefaultCharset
}

export interface RunSinkOptions {
  readonly config: SinkConfig
  readonly sources: readonly SinkSource[]
  /** The worker's persistent id: it may take over from itself at once. */
  readonly owner: string
  readonly signal: AbortSignal
  readonly log: Logger
  onStatus(status: SinkSourceStatus): void
}
