// A pipeline as it is registered on a Kafka Connect 4.1 with Debezium 3.5: `trading` with both connectors, and `finance`
// beside it. The answers are shaped as that cluster gave them.
import type { ConnectorFile, ConnectorKind } from '../../src/config/connector-file.ts'
import type { ConnectorOffset } from '../../src/connect/rest-types.ts'
import { parsePosition } from '../../src/core/gtid.ts'
import type { SourceTable } from '../../src/core/table.ts'
import type { LiveConnector, Situation } from '../../src/plan/situation.ts'

type Config = Readonly<Record<string, string>>

export const plugins = [
  { class: 'io.debezium.connector.jdbc.JdbcSinkConnector', type: 'sink', version: '3.5.0.Final' },
  { class: 'io.debezium.connector.mariadb.MariaDbConnector', type: 'source', version: '3.5.0.Final' },
]

export function sourceConfig(database: string, changes: Config = {}): Config {
  const schema = `xchange_${database}`
  return withoutEmpty({
    'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
    'tasks.max': '1',
    'database.hostname': `${database}.db`,
    'database.port': '3306',
    'database.user': 'cdc',
    'database.password': 'secret',
    'database.server.id': database === 'trading' ? '5401' : '5402',
    'topic.prefix': schema,
    'database.include.list': schema,
    'table.include.list': `${schema}.T_DEAL,${schema}.T_CARRIER`,
    'snapshot.mode': 'no_data',
    'schema.history.internal.kafka.topic': `${schema}.schema-history`,
    'schema.history.internal.kafka.bootstrap.servers': 'kafka:9092',
    'skipped.operations': 'none',
    'value.converter.replace.null.with.default': 'false',
    ...changes,
  })
}

export function sinkConfig(database: string, changes: Config = {}): Config {
  return withoutEmpty({
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'topics.regex': `xchange_${database}\\.xchange_${database}\\..*`,
    'connection.url': 'jdbc:postgresql://pg:5432/warehouse',
    'connection.username': 'cdc',
    'connection.password': 'secret',
    'collection.name.format': database === 'trading' ? 'mp_cdc.${source.table}' : 'other.${source.table}',
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_key',
    'delete.enabled': 'true',
    'value.converter.replace.null.with.default': 'false',
    'consumer.override.auto.offset.reset': 'earliest',
    ...changes,
  })
}

export function fileOf(kind: ConnectorKind, database: string, config: Config): ConnectorFile {
  const name = kind === 'source' ? `mariadb-${database}-connector` : `postgres-sink-${database}`
  const path = kind === 'source' ? `sources/mariadb/${database}.json` : `sinks/postgres/${database}.json`
  return { kind, database, name, config, path, where: (key) => `${path}:${key}` }
}

/** As registered: Connect adds the name. */
export function liveOf(file: ConnectorFile, topics: readonly string[] = []): LiveConnector {
  return { name: file.name, type: file.kind, config: { ...file.config, name: file.name }, topics }
}

export function sourceOffset(server: string): ConnectorOffset {
  const offset = { file: 'mysql-bin.000004', pos: 805, gtids: '0-77-100', ts_sec: 1_795_419_820 }
  return { partition: { server }, offset }
}

export const sinkOffset = (topic: string, offset: number): ConnectorOffset => ({
  partition: { kafka_topic: topic, kafka_partition: 0 },
  offset: { kafka_offset: offset },
})

export function tableOf(name: string, key: readonly string[] = ['id'], database = 'xchange_trading'): SourceTable {
  return { database, table: name, engine: 'InnoDB', columns: [], key, indexes: [], comment: '' }
}

/** The files say what runs. Changes of a `source` situation: the file's own configuration and what is around it. */
export function sourceSituation(changes: Config = {}, around: Partial<Situation> = {}): Situation {
  const file = fileOf('source', 'trading', sourceConfig('trading', changes))
  const sink = fileOf('sink', 'trading', sinkConfig('trading'))
  const neighbour = fileOf('source', 'finance', sourceConfig('finance'))
  return {
    file,
    live: liveOf(fileOf('source', 'trading', sourceConfig('trading'))),
    offsets: [sourceOffset('xchange_trading')],
    others: [liveOf(neighbour), liveOf(sink)],
    files: [sink, neighbour],
    plugins,
    connectVersion: '4.1.1',
    server: {
      serverId: 77,
      position: parsePosition('0-77-118'),
      tables: [tableOf('T_DEAL'), tableOf('T_CARRIER')],
    },
    topics: undefined,
    unread: undefined,
    ...around,
  }
}

export function sinkSituation(changes: Config = {}, around: Partial<Situation> = {}): Situation {
  const source = fileOf('source', 'trading', sourceConfig('trading'))
  const neighbour = fileOf('source', 'finance', sourceConfig('finance'))
  const other = fileOf('sink', 'finance', sinkConfig('finance'))
  const topic = 'xchange_trading.xchange_trading.T_DEAL'
  return {
    ...sourceSituation(),
    file: fileOf('sink', 'trading', sinkConfig('trading', changes)),
    live: liveOf(fileOf('sink', 'trading', sinkConfig('trading'))),
    offsets: [sinkOffset(topic, 10)],
    others: [liveOf(source, [topic]), liveOf(neighbour, ['xchange_finance.xchange_finance.T_DEAL']), liveOf(other)],
    files: [source, neighbour, other],
    ...around,
  }
}

function withoutEmpty(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== ''))
}
