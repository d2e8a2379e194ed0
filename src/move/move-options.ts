import type { ConnectorFile } from '../config/connector-file.ts'
import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import type { ConnectClient } from '../connect/client.ts'
import type { KafkaClient } from '../connect/kafka/client.ts'

/** Both runtimes, what is moved, and where it is told what happens. */
export interface MoveOptions {
  readonly embedded: ConnectClient
  readonly connect: ConnectClient
  readonly kafka: KafkaClient
  /** For connections of our own to both databases. */
  readonly source: SourceConfig
  readonly sink: SinkConfig
  /** The files as the runtime that the pipeline goes to wants them. */
  readonly files: { readonly source: ConnectorFile; readonly sink: ConnectorFile }
  readonly signal: AbortSignal
  /** How long each wait may take. */
  readonly timeoutMs: number
  readonly onStep: (subject: string, text: string) => void
}
