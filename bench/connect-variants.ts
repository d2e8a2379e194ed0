import { sinkTemplate, sourceTemplate } from '../src/config/connector-template.ts'
import type { ConnectorDocument } from '../src/config/connector-template.ts'
import { interpolate } from '../src/config/interpolate.ts'
import { forKafkaConnect } from '../src/config/kafka-connect.ts'
import type { KafkaServer } from '../test/harness/start-kafka.ts'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import type { PostgresServer } from '../test/harness/start-postgres.ts'

/** What one side of the comparison says beyond our connector files, or instead of them. */
export interface Variant {
  /** `defaults`: only what Debezium requires, and what upserts and deletes by key require. */
  readonly from?: 'files' | 'defaults'
  readonly source?: Readonly<Record<string, string | null>>
  readonly sink?: Readonly<Record<string, string | null>>
  readonly worker?: Readonly<Record<string, string>>
  readonly jvm?: readonly string[]
}

/** Each in the Java that it gets: without a word its own choice, ours as deploy/connect/start.sh starts it. */
export const defaultsAndOurs: Readonly<Record<string, Variant>> = {
  defaults: { from: 'defaults', jvm: [], source: { transforms: '' } },
  ours: { jvm: ['-XX:+UseParallelGC'] },
}

export interface PairOptions {
  /** Topic prefix, target schema, and part of the names. */
  readonly prefix: string
  readonly serverId: number
  readonly mariadb: MariadbServer
  readonly postgres: PostgresServer
  readonly kafka: KafkaServer
}

const required = {
  source: [
    'connector.class',
    'tasks.max',
    'database.hostname',
    'database.port',
    'database.user',
    'database.password',
    'database.server.id',
    'topic.prefix',
    'table.include.list',
    'snapshot.mode',
    'schema.history.internal.kafka.topic',
    'schema.history.internal.kafka.bootstrap.servers',
    'topic.creation.default.partitions',
    'topic.creation.default.replication.factor',
  ],
  sink: [
    'connector.class',
    'tasks.max',
    'topics.regex',
    'connection.url',
    'connection.username',
    'connection.password',
    'collection.name.format',
    'insert.mode',
    'primary.key.mode',
    'delete.enabled',
    'schema.evolution',
  ],
} as const

/** The two connectors of a variant, filled in, as they are sent to Kafka Connect. */
export function connectorPair(
  variant: Variant,
  { prefix, serverId, mariadb, postgres, kafka }: PairOptions,
): { source: ConnectorDocument; sink: ConnectorDocument } {
  const options = {
    database: prefix,
    schema: 'bench',
    topicPrefix: prefix,
    targetSchema: prefix,
    serverId,
    variablePrefix: 'BENCH',
  }
  const variables = {
    BENCH_HOST: mariadb.host,
    BENCH_PORT: String(mariadb.port),
    BENCH_USER: mariadb.settings.user,
    BENCH_PASS: mariadb.settings.password ?? '',
    BENCH_TABLE_ALLOWLIST: String.raw`bench\.wide`,
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
    SINK_DB_URL: `jdbc:postgresql://${postgres.host}:${postgres.port}/${postgres.settings.database}`,
    SINK_DB_USER: postgres.settings.user,
    SINK_DB_PASSWORD: postgres.settings.password ?? '',
  }
  const build = (
    kind: 'source' | 'sink',
    { name, config }: ConnectorDocument,
    changes: Readonly<Record<string, string | null>>,
  ): ConnectorDocument => {
    const kept: readonly string[] = required[kind]
    const lines = Object.entries(config).filter(([key]) => variant.from !== 'defaults' || kept.includes(key))
    const changed = Object.entries({ ...Object.fromEntries(lines), ...changes }).flatMap(([key, value]) => {
      const text = value === null ? undefined : interpolate(value, variables).text
      return text === undefined ? [] : [[key, text] as const]
    })
    return { name, config: forKafkaConnect(kind, Object.fromEntries(changed)).config }
  }
  return {
    source: build('source', sourceTemplate(options), variant.source ?? {}),
    sink: build('sink', sinkTemplate(options), variant.sink ?? {}),
  }
}
