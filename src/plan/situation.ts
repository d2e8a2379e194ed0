// Everything that the checks of a registration look at. Plain data: the checks ask nobody.
import type { ConnectorFile } from '../config/connector-file.ts'
import type { ConnectorConfig, ConnectorOffset, PluginAnswer } from '../connect/rest-types.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { SourceTable } from '../core/table.ts'

/** A connector that is registered on the cluster. */
export interface LiveConnector {
  readonly name: string
  readonly type: 'source' | 'sink'
  readonly config: ConnectorConfig
  /** Of a source: the topics it has written since it started, as Connect tells them. Empty where not asked. */
  readonly topics: readonly string[]
}

/** What MariaDB itself says; the command may run where it cannot be reached. */
export interface SourceServer {
  readonly serverId: number
  readonly position: GtidPosition
  /** Captured by the source's file, with their keys. */
  readonly tables: readonly SourceTable[]
}

export interface Situation {
  /** What is to be sent: as Kafka Connect takes it, without `name`. */
  readonly file: ConnectorFile
  /** What runs under this name; undefined: nothing. */
  readonly live: LiveConnector | undefined
  /** Stored positions of this name; undefined: they cannot be seen. */
  readonly offsets: readonly ConnectorOffset[] | undefined
  /** The other connectors of the cluster. */
  readonly others: readonly LiveConnector[]
  /** The project's other files that can be read, as Kafka Connect takes them. */
  readonly files: readonly ConnectorFile[]
  readonly plugins: readonly PluginAnswer[]
  /** Of Kafka Connect itself: `4.1.1`. */
  readonly connectVersion: string
  /** undefined: MariaDB cannot be asked from here. */
  readonly server: SourceServer | undefined
  /** All topics of the Kafka cluster; undefined: Kafka cannot be asked from here. */
  readonly topics: readonly string[] | undefined
  /** Records that this sink has not read yet, by topic; undefined: Kafka cannot be asked from here. */
  readonly unread: ReadonlyMap<string, bigint> | undefined
}

/** The source file of the database that a sink's file belongs to; of a source's file itself. */
export function sourceFileOf({ file, files }: Situation): ConnectorFile | undefined {
  if (file.kind === 'source') return file
  return files.find(({ kind, database }) => kind === 'source' && database === file.database)
}

/** The value of a key, without blanks around it; empty: it has none. */
export function valueIn(config: Readonly<Record<string, string>> | undefined, key: string): string {
  return config?.[key]?.trim() ?? ''
}

/** Whether the running connector has another value under this key, or none runs. */
export function isNewValue({ file, live }: Situation, key: string): boolean {
  return live === undefined || valueIn(live.config, key) !== valueIn(file.config, key)
}

export interface StoredPosition {
  /** The topic prefix under which it is stored. */
  readonly server: string
  readonly offset: NonNullable<ConnectorOffset['offset']>
}

/** Of a source; undefined: they cannot be seen. */
export function storedPositions({ offsets }: Situation): readonly StoredPosition[] | undefined {
  return offsets?.flatMap(({ partition: { server }, offset }) =>
    offset === null || typeof server !== 'string' ? [] : [{ server, offset }],
  )
}

/** Whether a source has a position under the prefix of its file; undefined: it cannot be seen. */
export function hasPosition(situation: Situation): boolean | undefined {
  const prefix = valueIn(situation.file.config, 'topic.prefix')
  return storedPositions(situation)?.some(({ server }) => server === prefix)
}

/** Whether Kafka Connect is of that version or later. */
export function isConnectSince({ connectVersion }: Situation, major: number, minor: number): boolean {
  const [, first = '0', second = '0'] = /^(\d+)\.(\d+)/.exec(connectVersion) ?? []
  return Number(first) > major || (Number(first) === major && Number(second) >= minor)
}
