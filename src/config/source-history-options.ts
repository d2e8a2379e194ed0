// Debezium's schema history, which only Kafka Connect uses.
import { option } from './option.ts'
import type { Option } from './option.ts'

const history = 'History Storage'
const usedBy = 'connect'

export const sourceHistoryOptions: readonly Option[] = [
  option('schema.history.internal', 'CLASS', {
    default: 'io.debezium.storage.kafka.history.KafkaSchemaHistory',
    group: history,
    usedBy,
    doc: 'Class that keeps the schema history. The embedded runtime has none: it reads the structure from the binary log and the server.',
  }),
  option('schema.history.internal.kafka.topic', 'STRING', {
    required: 'connect',
    importance: 'HIGH',
    group: history,
    usedBy,
    doc: 'Topic of the schema history; one partition, kept for ever, one per connector.',
  }),
  option('schema.history.internal.kafka.bootstrap.servers', 'STRING', {
    required: 'connect',
    importance: 'HIGH',
    group: history,
    usedBy,
    doc: 'Kafka brokers for the schema history.',
  }),
  option('schema.history.internal.skip.unparseable.ddl', 'BOOLEAN', {
    default: 'false',
    group: history,
    usedBy,
    doc: 'Goes on after DDL that Debezium cannot read. The embedded runtime reads the structure from the binary log.',
  }),
  option('schema.history.internal.store.only.captured.tables.ddl', 'BOOLEAN', {
    default: 'false',
    group: history,
    usedBy,
    doc: 'Keeps only captured tables.',
  }),
  option('schema.history.internal.store.only.captured.databases.ddl', 'BOOLEAN', {
    default: 'false',
    group: history,
    usedBy,
    doc: 'Keeps only captured databases.',
  }),
  option('schema.history.internal.kafka.recovery.poll.interval.ms', 'INT', {
    default: '100',
    group: history,
    usedBy,
    doc: 'Pause between reads while the history is read.',
  }),
  option('schema.history.internal.kafka.recovery.attempts', 'INT', {
    default: '100',
    group: history,
    usedBy,
    doc: 'Reads without new entries until it counts as read.',
  }),
  option('schema.history.internal.kafka.query.timeout.ms', 'LONG', {
    default: '3000',
    group: history,
    usedBy,
    doc: 'How long asking about the topic may take.',
  }),
  option('schema.history.internal.kafka.create.timeout.ms', 'LONG', {
    default: '30000',
    group: history,
    usedBy,
    doc: 'How long creating the topic may take.',
  }),
]
