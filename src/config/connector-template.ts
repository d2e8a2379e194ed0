// What a new pair of connector files says. The files in connectors/ began as these.

export interface TemplateOptions {
  /** What the user calls the database: the file's name. */
  readonly database: string
  /** Its name on the MariaDB server. */
  readonly schema: string
  readonly topicPrefix: string
  /** PostgreSQL schema. */
  readonly targetSchema: string
  readonly serverId: number
  /** `TRADING` in TRADING_HOST. */
  readonly variablePrefix: string
}

export interface ConnectorDocument {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
}

/** Kafka clients of the schema history do not inherit the worker's login; without CONFLUENT_API_KEY none is set. */
function historyClient(client: 'producer' | 'consumer'): Record<string, string> {
  const prefix = `schema.history.internal.${client}`
  const login =
    'org.apache.kafka.common.security.plain.PlainLoginModule required username="${CONFLUENT_API_KEY}" password="${CONFLUENT_API_SECRET}";'
  return {
    [`${prefix}.security.protocol`]: '${CONFLUENT_API_KEY:+SASL_SSL}',
    [`${prefix}.sasl.mechanism`]: '${CONFLUENT_API_KEY:+PLAIN}',
    [`${prefix}.sasl.jaas.config`]: `\${CONFLUENT_API_KEY:+${login}}`,
    [`${prefix}.ssl.truststore.type`]: '${KAFKA_CA_FILE:+PEM}',
    [`${prefix}.ssl.truststore.location`]: '${KAFKA_CA_FILE:+${KAFKA_CA_FILE}}',
  }
}

const jsonConverters = {
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': 'true',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'true',
  // Else a NULL in a column with a default arrives as the default.
  'value.converter.replace.null.with.default': 'false',
}

export function sourceTemplate(options: TemplateOptions): ConnectorDocument {
  const { database, schema, topicPrefix, serverId, variablePrefix } = options
  return {
    name: `mariadb-${database}-connector`,
    config: {
      'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
      'tasks.max': '1',
      'database.hostname': `\${${variablePrefix}_HOST}`,
      'database.port': `\${${variablePrefix}_PORT:-3306}`,
      'database.user': `\${${variablePrefix}_USER}`,
      'database.password': `\${${variablePrefix}_PASS}`,
      'database.ssl.mode': `\${${variablePrefix}_SSL_MODE:-disable}`,
      'database.server.id': String(serverId),
      'topic.prefix': topicPrefix,
      'database.include.list': schema,
      'table.include.list': `\${${variablePrefix}_TABLE_ALLOWLIST}`,
      'snapshot.mode': 'no_data',
      'schema.history.internal.kafka.topic': `${topicPrefix}.schema-history`,
      'schema.history.internal.kafka.bootstrap.servers': '${KAFKA_BOOTSTRAP_SERVERS:-127.0.0.1:9092}',
      ...historyClient('producer'),
      ...historyClient('consumer'),
      // Else Debezium reads the structure of every database of the server, and fails on what it cannot read there.
      'schema.history.internal.store.only.captured.databases.ddl': 'true',
      'include.schema.changes': 'false',
      'heartbeat.interval.ms': '10000',
      'skipped.operations': 'none',
      'tombstones.on.delete': 'false',
      'decimal.handling.mode': 'precise',
      'bigint.unsigned.handling.mode': 'precise',
      'time.precision.mode': 'adaptive_time_microseconds',
      // Else the year 1 becomes 2001.
      'enable.time.adjuster': 'false',
      'binary.handling.mode': 'bytes',
      converters: 'tinyint1',
      'tinyint1.type': 'io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter',
      ...jsonConverters,
      'topic.creation.default.partitions': '1',
      'topic.creation.default.replication.factor': '-1',
      'topic.creation.default.cleanup.policy': 'delete',
      'topic.creation.default.retention.ms': '604800000',
      // The largest message, compressed. Confluent Cloud allows no more; a broker of one's own may.
      'topic.creation.default.max.message.bytes': '${KAFKA_MAX_MESSAGE_BYTES:-8388608}',
      // Else three headers come with every record, and the sink converts them for nothing.
      'extended.headers.enabled': 'false',
      'max.batch.size': '8192',
      'max.queue.size': '32768',
      'max.queue.size.in.bytes': '67108864',
      'poll.interval.ms': '20',
      // Every record carries its schema, always the same: it shrinks to a tenth, and the better the more are together.
      'producer.override.compression.type': 'lz4',
      'producer.override.batch.size': '131072',
      // Before compression. An update holds a row twice, and bytes grow by a third: 16 MB become 43.
      'producer.override.max.request.size': '67108864',
      'producer.override.buffer.memory': '67108864',
    },
  }
}

export function sinkTemplate(options: TemplateOptions): ConnectorDocument {
  const { database, schema, topicPrefix, targetSchema } = options
  const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return {
    name: `postgres-sink-${database}`,
    config: {
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      'tasks.max': '1',
      'topics.regex': String.raw`${literal(topicPrefix)}\.${literal(schema)}\..*`,
      'connection.url': '${SINK_DB_URL}',
      'connection.username': '${SINK_DB_USER}',
      'connection.password': '${SINK_DB_PASSWORD}',
      'collection.name.format': `${targetSchema}.\${source.table}`,
      'insert.mode': 'upsert',
      'primary.key.mode': 'record_key',
      'delete.enabled': 'true',
      'truncate.enabled': 'true',
      'schema.evolution': 'basic',
      'quote.identifiers': 'false',
      'connection.restart.on.errors': 'true',
      'use.reduction.buffer': 'true',
      'batch.size': '5000',
      // Several rows in one INSERT. It needs the reduction buffer, which keeps a key from being twice in it.
      'hibernate.connection.reWriteBatchedInserts': 'true',
      // A task writes through one connection; by default five are opened for each.
      'connection.pool.min_size': '1',
      'connection.pool.max_size': '3',
      'connection.pool.acquire_increment': '1',
      // A connection that PostgreSQL ended while nothing was written is found out before it is used.
      'hibernate.c3p0.testConnectionOnCheckout': 'true',
      // Seconds that each step waits for a new connection. Only writing itself is tried again after that.
      'hibernate.c3p0.acquireRetryAttempts': '240',
      'flush.max.retries': '100',
      'flush.retry.delay.ms': '1000',
      ...jsonConverters,
      // A changed key travels in a header, which Kafka's default converter reads as a map that the sink cannot take.
      'header.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'consumer.override.auto.offset.reset': 'earliest',
      'consumer.override.max.poll.records': '5000',
      // Kafka's default is 50 MB for each sink: eight of them fill a worker's memory with what waits.
      'consumer.override.fetch.max.bytes': '8388608',
      'consumer.override.max.partition.fetch.bytes': '8388608',
      'consumer.override.metadata.max.age.ms': '2000',
    },
  }
}

/** The lines a database needs in `.env`, with the values that can be guessed. */
export function environmentLines(options: TemplateOptions): readonly (readonly [string, string])[] {
  const { variablePrefix, schema } = options
  return [
    [`${variablePrefix}_HOST`, ''],
    [`${variablePrefix}_PORT`, '3306'],
    [`${variablePrefix}_USER`, ''],
    [`${variablePrefix}_PASS`, ''],
    [`${variablePrefix}_TABLE_ALLOWLIST`, String.raw`${schema}\..*`],
  ]
}
