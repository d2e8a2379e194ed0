// Further options of the MariaDB source that only Kafka Connect uses. They are declared so that one file serves both
// runtimes and a misspelt one is still found.
import { option } from './option.ts'
import type { Option } from './option.ts'

const connector = 'Connector'
const usedBy = 'connect'

export const sourceConnectOptions: readonly Option[] = [
  option('max.queue.size', 'INT', {
    default: '8192',
    group: connector,
    usedBy,
    doc: 'Changes held in memory.',
  }),
  option('max.batch.size', 'INT', {
    default: '2048',
    group: connector,
    usedBy,
    doc: 'Changes handed on at once.',
  }),
  option('max.queue.size.in.bytes', 'LONG', {
    default: '0',
    group: connector,
    usedBy,
    doc: 'Bytes held in memory; 0: no limit.',
  }),
  option('poll.interval.ms', 'LONG', {
    default: '500',
    group: connector,
    usedBy,
    doc: 'Pause between looks for changes.',
  }),
  option('retriable.restart.connector.wait.ms', 'LONG', {
    default: '10000',
    group: connector,
    usedBy,
    doc: 'Pause before a restart after a passing error.',
  }),
  option('connect.keep.alive', 'BOOLEAN', {
    default: 'true',
    group: connector,
    usedBy,
    doc: 'Whether a thread watches the connection. The embedded runtime always does.',
  }),
  option('connect.keep.alive.interval.ms', 'LONG', {
    default: '60000',
    group: connector,
    usedBy,
    doc: 'How often it looks.',
  }),
  option('use.nongraceful.disconnect', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'Closes the socket without waiting.',
  }),
  option('binlog.net.write.timeout', 'LONG', {
    default: '0',
    group: connector,
    usedBy,
    doc: 'Sets `net_write_timeout` of the binlog connection.',
  }),
  option('binlog.net.read.timeout', 'LONG', {
    default: '0',
    group: connector,
    usedBy,
    doc: 'Sets `net_read_timeout` of the binlog connection.',
  }),
  option('binlog.buffer.size', 'INT', {
    default: '0',
    group: connector,
    usedBy,
    doc: 'Look-ahead buffer for transactions.',
  }),
  option('min.row.count.to.stream.results', 'INT', {
    default: '1000',
    group: connector,
    usedBy,
    doc: 'Rows from which a snapshot streams.',
  }),
  option('database.server.id.offset', 'LONG', {
    default: '10000',
    group: connector,
    usedBy,
    doc: 'Added to the server id by helper connections.',
  }),
  option('database.initial.statements', 'STRING', {
    group: connector,
    usedBy,
    doc: 'SQL run on each new connection.',
  }),
  option('database.query.timeout.ms', 'INT', {
    default: '600000',
    group: connector,
    usedBy,
    doc: 'Longest query.',
  }),
  option('database.ssl.keystore', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Java key store with the client certificate.',
  }),
  option('database.ssl.keystore.password', 'PASSWORD', { group: connector, usedBy, doc: 'Its password.' }),
  option('database.ssl.truststore', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Java key store with the authorities to trust. The embedded runtime reads `database.ssl.ca`.',
  }),
  option('database.ssl.truststore.password', 'PASSWORD', { group: connector, usedBy, doc: 'Its password.' }),
  option('database.protocol', 'STRING', {
    default: 'jdbc:mariadb',
    group: connector,
    usedBy,
    doc: 'JDBC protocol.',
  }),
  option('database.jdbc.driver', 'CLASS', {
    default: 'org.mariadb.jdbc.Driver',
    group: connector,
    usedBy,
    doc: 'JDBC driver class.',
  }),
  option('connection.validation.timeout.ms', 'LONG', {
    default: '60000',
    group: connector,
    usedBy,
    doc: 'How long a validation may take to connect.',
  }),
  option('executor.shutdown.timeout.ms', 'LONG', {
    default: '4000',
    group: connector,
    usedBy,
    doc: 'How long threads may take to end.',
  }),
  option('read.only', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'Incremental snapshots without a signal table.',
  }),
  option('gtid.source.includes', 'LIST', {
    group: connector,
    usedBy,
    doc: 'Server ids or domains to accept.',
  }),
  option('gtid.source.excludes', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Server ids or domains to leave out.',
  }),
  option('gtid.source.filter.dml.events', 'BOOLEAN', {
    default: 'true',
    group: connector,
    usedBy,
    doc: 'Whether that also filters rows.',
  }),
  option('converters', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Names of custom converters, each with `<name>.type` and more below it.',
  }),
  option('post.processors', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Names of post processors, each with `<name>.type` and more below it.',
  }),
  option('sourceinfo.struct.maker', 'CLASS', {
    group: connector,
    usedBy,
    doc: 'Class that fills the `source` field.',
  }),
  option('table.ignore.builtin', 'BOOLEAN', {
    default: 'true',
    group: connector,
    usedBy,
    doc: 'Leaves system tables out. The embedded runtime always does.',
  }),
  option('log.position.check.enable', 'BOOLEAN', {
    default: 'true',
    group: connector,
    usedBy,
    doc: 'Whether the position is checked at the start. The embedded runtime always does.',
  }),
  option('advanced.metrics.enable', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'Further metrics.',
  }),
  option('streaming.delay.ms', 'LONG', {
    default: '0',
    group: connector,
    usedBy,
    doc: 'Pause before streaming.',
  }),
  option('query.fetch.size', 'INT', { default: '0', group: connector, usedBy, doc: 'Rows fetched at once.' }),
  option('legacy.snapshot.max.threads', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'Older kind of parallel snapshot.',
  }),
  option('topic.heartbeat.prefix', 'STRING', {
    default: '__debezium-heartbeat',
    group: connector,
    usedBy,
    doc: 'First part of the heartbeat topic.',
  }),
  option('topic.naming.strategy', 'CLASS', {
    group: connector,
    usedBy,
    doc: 'Class that names topics. The embedded runtime knows only the two of Debezium.',
  }),
  option('topic.transaction', 'STRING', {
    default: 'transaction',
    group: connector,
    usedBy,
    doc: 'Last part of the transaction topic.',
  }),
  option('topic.cache.size', 'INT', {
    default: '10000',
    group: connector,
    usedBy,
    doc: 'Topic names kept in memory.',
  }),
  option('errors.max.retries', 'INT', {
    default: '-1',
    group: connector,
    usedBy,
    doc: 'How often a passing error is tried again; -1: for ever.',
  }),
]
