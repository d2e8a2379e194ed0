// Options of the sink that only Kafka Connect uses. They are declared so that one file serves both runtimes and a
// misspelt one is still found.
import { atLeast, option } from './option.ts'
import type { Option } from './option.ts'

const connector = 'Connector'

export const sinkConnectOptions: readonly Option[] = [
  option('batch.size', 'INT', {
    default: '500',
    check: atLeast(1, 'integer'),
    group: connector,
    usedBy: 'connect',
    doc: 'Rows written at once on Kafka Connect. The embedded runtime has `apply.batch.rows`, because its batches are whole transactions.',
  }),
  option('use.reduction.buffer', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy: 'connect',
    doc: 'Keeps only the last change of a key within a batch. The embedded runtime always does.',
  }),
  option('flush.max.retries', 'INT', {
    default: '5',
    check: atLeast(0, 'integer'),
    group: connector,
    usedBy: 'connect',
    doc: 'How often a failed write is tried again. The embedded runtime retries until it works.',
  }),
  option('flush.retry.delay.ms', 'LONG', {
    default: '1000',
    check: atLeast(0, 'long'),
    group: connector,
    usedBy: 'connect',
    doc: 'Pause between those tries.',
  }),
  option('connection.restart.on.errors', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy: 'connect',
    doc: 'Whether a lost connection is opened again. The embedded runtime always does.',
  }),
  option('connection.provider', 'CLASS', { group: connector, usedBy: 'connect', doc: 'Class of the connection pool.' }),
  option('connection.pool.min_size', 'INT', {
    default: '5',
    importance: 'LOW',
    displayName: 'Connection pool minimum size',
    group: connector,
    usedBy: 'connect',
    doc: 'Minimum number of connection in the connection pool',
  }),
  option('connection.pool.max_size', 'INT', {
    default: '32',
    importance: 'LOW',
    group: connector,
    usedBy: 'connect',
    doc: 'Most connections in the pool.',
  }),
  option('connection.pool.acquire_increment', 'INT', {
    default: '32',
    importance: 'LOW',
    group: connector,
    usedBy: 'connect',
    doc: 'Connections opened at once.',
  }),
  option('connection.pool.timeout', 'LONG', {
    default: '1800',
    importance: 'LOW',
    group: connector,
    usedBy: 'connect',
    doc: 'Seconds after which an unused connection is closed.',
  }),
  option('primary.key.fields', 'STRING', {
    group: connector,
    usedBy: 'connect',
    doc: 'Fields that make the key in other modes than `record_key`.',
  }),
  option('use.time.zone', 'STRING', {
    default: 'UTC',
    group: connector,
    usedBy: 'connect',
    doc: 'Time zone of timestamps. The embedded runtime writes moments, which have none.',
  }),
  option('field.include.list', 'LIST', {
    group: connector,
    usedBy: 'connect',
    doc: 'Fields to write. Refused by the embedded runtime, which copies whole tables.',
  }),
  option('field.exclude.list', 'LIST', {
    group: connector,
    usedBy: 'connect',
    doc: 'Fields to leave out. Refused by the embedded runtime, which copies whole tables.',
  }),
  option('column.naming.strategy', 'CLASS', { group: connector, usedBy: 'connect', doc: 'Class that names columns.' }),
  option('collection.naming.strategy', 'CLASS', {
    group: connector,
    usedBy: 'connect',
    doc: 'Class that names tables.',
  }),
  option('collection.table.format', 'STRING', {
    group: connector,
    usedBy: 'connect',
    doc: 'Further format of table names.',
  }),
  option('cloud.events.schema.name.pattern', 'STRING', {
    group: connector,
    usedBy: 'connect',
    doc: 'How CloudEvents are recognised.',
  }),
  option('dialect.postgres.postgis.schema', 'STRING', {
    default: 'public',
    group: connector,
    usedBy: 'connect',
    doc: 'Schema of PostGIS.',
  }),
  option('dialect.postgres.unnest.insert.enabled', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy: 'connect',
    doc: 'Faster inserts of some column types.',
  }),
]
