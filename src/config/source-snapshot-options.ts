// Debezium's snapshots, signals and heartbeats: used by Kafka Connect only.
import { option } from './option.ts'
import type { Option } from './option.ts'

const connector = 'Connector'
const usedBy = 'connect'

export const sourceSnapshotOptions: readonly Option[] = [
  option('snapshot.locking.mode', 'STRING', {
    default: 'minimal',
    allowed: ['minimal', 'extended', 'none', 'custom', 'minimal_at_least_once'],
    group: connector,
    usedBy,
    doc: 'What a snapshot locks.',
  }),
  option('snapshot.lock.timeout.ms', 'LONG', {
    default: '10000',
    group: connector,
    usedBy,
    doc: 'How long it waits for the locks.',
  }),
  option('snapshot.delay.ms', 'LONG', {
    default: '0',
    group: connector,
    usedBy,
    doc: 'Pause before a snapshot.',
  }),
  option('snapshot.fetch.size', 'INT', {
    group: connector,
    usedBy,
    doc: 'Rows fetched at once by a snapshot.',
  }),
  option('snapshot.max.threads', 'INT', {
    default: '1',
    group: connector,
    usedBy,
    doc: 'Parallel snapshot readers.',
  }),
  option('snapshot.max.threads.multiplier', 'INT', {
    default: '1',
    group: connector,
    usedBy,
    doc: 'Further parallel snapshot readers.',
  }),
  option('snapshot.include.collection.list', 'LIST', {
    group: connector,
    usedBy,
    doc: 'Tables of a snapshot.',
  }),
  option('snapshot.select.statement.overrides', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Tables whose rows a snapshot selects by a statement of its own.',
  }),
  option('snapshot.query.mode', 'STRING', {
    default: 'select_all',
    allowed: ['select_all', 'custom'],
    group: connector,
    usedBy,
    doc: 'How a snapshot selects.',
  }),
  option('snapshot.tables.order.by.row.count', 'STRING', {
    default: 'disabled',
    allowed: ['disabled', 'ascending', 'descending'],
    group: connector,
    usedBy,
    doc: 'Order of the tables of a snapshot.',
  }),
  option('snapshot.scan.all.columns.force', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'Reads all columns when taking the structure.',
  }),
  option('snapshot.mode.custom.name', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Name of a custom snapshot mode.',
  }),
  option('snapshot.mode.configuration.based.snapshot.data', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'For `configuration_based`: rows.',
  }),
  option('snapshot.mode.configuration.based.snapshot.schema', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'For `configuration_based`: structure.',
  }),
  option('snapshot.mode.configuration.based.start.stream', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'For `configuration_based`: streaming.',
  }),
  option('incremental.snapshot.chunk.size', 'INT', {
    default: '1024',
    group: connector,
    usedBy,
    doc: 'Rows of a chunk of an incremental snapshot.',
  }),
  option('incremental.snapshot.allow.schema.changes', 'BOOLEAN', {
    default: 'false',
    group: connector,
    usedBy,
    doc: 'Whether structure may change during one.',
  }),
  option('incremental.snapshot.watermarking.strategy', 'STRING', {
    default: 'INSERT_INSERT',
    group: connector,
    usedBy,
    doc: 'How one marks its chunks.',
  }),
  option('signal.data.collection', 'LIST', { group: connector, usedBy, doc: 'Table of signals.' }),
  option('signal.enabled.channels', 'LIST', {
    default: 'source',
    group: connector,
    usedBy,
    doc: 'Where signals come from.',
  }),
  option('signal.poll.interval.ms', 'LONG', {
    default: '5000',
    group: connector,
    usedBy,
    doc: 'How often they are looked for.',
  }),
  option('signal.kafka.topic', 'STRING', { group: connector, usedBy, doc: 'Topic of signals.' }),
  option('signal.kafka.bootstrap.servers', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Kafka brokers of that topic.',
  }),
  option('signal.file', 'STRING', { group: connector, usedBy, doc: 'File of signals.' }),
  option('notification.enabled.channels', 'LIST', {
    group: connector,
    usedBy,
    doc: 'Where notifications go.',
  }),
  option('notification.sink.topic.name', 'STRING', {
    group: connector,
    usedBy,
    doc: 'Topic of notifications.',
  }),
  option('heartbeat.action.query', 'STRING', {
    group: connector,
    usedBy,
    doc: 'SQL run with each heartbeat.',
  }),
  option('heartbeat.topics.prefix', 'STRING', {
    default: '__debezium-heartbeat',
    group: connector,
    usedBy,
    doc: 'Former name of `topic.heartbeat.prefix`.',
  }),
]
