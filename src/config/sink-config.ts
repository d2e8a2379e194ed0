import type { PostgresSettings } from '../core/postgres-settings.ts'
import type { Notice } from './notice.ts'
import type { ParseOptions } from './source-config.ts'

export interface TargetName {
  readonly schema: string
  readonly table: string
}

/** A sink connector's configuration, checked and resolved. */
export interface SinkConfig {
  readonly name: string
  readonly connectorClass: string
  readonly postgres: PostgresSettings
  matchesTopic(topic: string): boolean
  /** Where a source table's rows go: collection.name.format filled in, folded unless quote.identifiers. */
  targetName(database: string, table: string, topic: string): TargetName
  readonly quoteIdentifiers: boolean
  readonly deleteEnabled: boolean
  readonly truncateEnabled: boolean
  readonly schemaEvolution: 'none' | 'basic'
  /** A batch ends at this many rows, bytes, or milliseconds, whichever comes first; always after a whole transaction. */
  readonly batchRows: number
  readonly batchBytes: number
  readonly batchMs: number
  readonly notices: readonly Notice[]
  /** The configuration as given, name included. Holds secrets. */
  readonly raw: Readonly<Record<string, string>>
}

/** @throws CdcErrors with every mistake at once (CDC-C05 unknown key, CDC-C06 value, CDC-C07 missing key). */
export function parseSinkConfig(_raw: Readonly<Record<string, string>>, _options: ParseOptions = {}): SinkConfig {
  throw new Error('BUG: not written yet')
}
