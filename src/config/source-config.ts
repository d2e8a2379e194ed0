import type { MariadbSettings } from '../core/mariadb-settings.ts'
import type { Notice } from './notice.ts'

/** A source connector's configuration, checked and resolved. It can be passed wherever MariadbSettings are wanted. */
export interface SourceConfig extends MariadbSettings {
  readonly name: string
  readonly connectorClass: string
  readonly serverId: number
  readonly topicPrefix: string
  capturesDatabase(database: string): boolean
  capturesTable(database: string, table: string): boolean
  /** The topic that the changes of a table belong to: `<prefix>.<database>.<table>`, as Debezium spells it. */
  topicName(database: string, table: string): string
  /** `database.include.list`, as written. */
  readonly databaseInclude: readonly string[]
  /** `table.include.list`, as written. */
  readonly tableInclude: readonly string[]
  /** As written, old spellings included. */
  readonly snapshotMode: string
  readonly heartbeatMs: number
  readonly relayMaxBytes: number
  readonly notices: readonly Notice[]
  /** The configuration as given, name included. Holds secrets. */
  readonly raw: Readonly<Record<string, string>>
}

export interface ParseOptions {
  /** Where a key stands, for errors: `file:line:column`. Default: the connector's name. */
  readonly where?: (key: string) => string
}

/** @throws CdcErrors with every mistake at once (CDC-C05 unknown key, CDC-C06 value, CDC-C07 missing key). */
export function parseSourceConfig(_raw: Readonly<Record<string, string>>, _options: ParseOptions = {}): SourceConfig {
  throw new Error('BUG: not written yet')
}
