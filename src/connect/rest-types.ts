// What a Connect REST API answers, as recorded from Kafka Connect 4.1 with Debezium 3.5. The embedded worker answers alike.

import type { ConnectorKind } from '../config/connector-file.ts'

export type ConnectState = 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'UNASSIGNED' | 'RESTARTING'

/** A connector's settings: everything is text, also numbers. */
export type ConnectorConfig = Readonly<Record<string, string>>

/** `GET /`. */
export interface RootAnswer {
  readonly version: string
  readonly commit: string
  /** A Kafka cluster stands behind a real Connect; the embedded worker has its own word here. */
  readonly kafka_cluster_id?: string
  /** Only the embedded worker has this. */
  readonly runtime?: 'embedded'
}

export interface TaskStatus {
  readonly id: number
  readonly state: ConnectState
  readonly worker_id: string
  /** The whole error, many lines; only of a failed task. */
  readonly trace?: string
}

/** `GET /connectors/x/status`. */
export interface ConnectorStatus {
  readonly name: string
  readonly connector: { readonly state: ConnectState; readonly worker_id: string; readonly trace?: string }
  readonly tasks: readonly TaskStatus[]
  readonly type: ConnectorKind
}

/** `GET /connectors/x`, and the answer to a created or changed configuration. */
export interface ConnectorInfo {
  readonly name: string
  readonly config: ConnectorConfig
  readonly tasks: readonly { readonly connector: string; readonly task: number }[]
  readonly type: ConnectorKind
}

/** `GET /connectors?expand=status&expand=info`, by connector name. */
export type ExpandedConnectors = Readonly<
  Record<string, { readonly status: ConnectorStatus; readonly info: ConnectorInfo }>
>

/** One partition of a connector's position; `offset` null asks for it to be forgotten. */
export interface ConnectorOffset {
  readonly partition: Readonly<Record<string, unknown>>
  readonly offset: Readonly<Record<string, unknown>> | null
}

/** One of `GET /connectors/x/tasks`. */
export interface TaskAnswer {
  readonly id: { readonly connector: string; readonly task: number }
  readonly config: ConnectorConfig
}

/** `GET /connectors/x/topics`. */
export type TopicsAnswer = Readonly<Record<string, { readonly topics: readonly string[] }>>

/** `GET /connectors/x/offsets`. */
export interface OffsetsAnswer {
  readonly offsets: readonly ConnectorOffset[]
}

/** One of `GET /connector-plugins`. */
export interface PluginAnswer {
  readonly class: string
  readonly type: string
  readonly version: string
}

/** `PUT /connector-plugins/x/config/validate`, as far as it is used. */
export interface ValidationAnswer {
  readonly name: string
  readonly error_count: number
  readonly configs: readonly {
    readonly value: { readonly name: string; readonly value: string | null; readonly errors: readonly string[] }
  }[]
}
