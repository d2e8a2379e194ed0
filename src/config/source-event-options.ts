// How Debezium writes a change into a record: used by Kafka Connect only, or refused by the embedded runtime.
import { option } from './option.ts'
import type { Option } from './option.ts'

const events = 'Events'
const usedBy = 'connect'

export const sourceEventOptions: readonly Option[] = [
  option('column.include.list', 'LIST', {
    group: events,
    usedBy,
    doc: 'Columns to keep. Refused by the embedded runtime, which copies whole tables.',
  }),
  option('column.exclude.list', 'LIST', {
    group: events,
    usedBy,
    doc: 'Columns to leave out. Refused by the embedded runtime, which copies whole tables.',
  }),
  option('message.key.columns', 'STRING', {
    group: events,
    usedBy,
    doc: 'Other key columns for Kafka records. The embedded runtime uses the key of the table.',
  }),
  option('tombstones.on.delete', 'BOOLEAN', {
    default: 'true',
    group: events,
    usedBy,
    doc: 'Whether a delete is followed by an empty record. The JDBC sink does not need it.',
  }),
  option('skipped.operations', 'LIST', {
    default: 't',
    group: events,
    usedBy,
    doc: 'Operations that are not sent: `c`, `u`, `d`, `t`, or `none`. The embedded runtime sends all; whether it applies TRUNCATE is said by `truncate.enabled` of the sink.',
  }),
  option('skip.messages.without.change', 'BOOLEAN', {
    default: 'false',
    group: events,
    usedBy,
    doc: 'Leaves out updates that change no captured column.',
  }),
  option('provide.transaction.metadata', 'BOOLEAN', {
    default: 'false',
    group: events,
    usedBy,
    doc: 'Sends where transactions begin and end.',
  }),
  option('transaction.metadata.factory', 'CLASS', { group: events, usedBy, doc: 'Class that makes them.' }),
  option('include.schema.changes', 'BOOLEAN', {
    default: 'true',
    group: events,
    usedBy,
    doc: 'Sends DDL to the topic `<topic.prefix>`.',
  }),
  option('include.schema.comments', 'BOOLEAN', {
    default: 'false',
    group: events,
    usedBy,
    doc: 'Keeps comments of tables and columns.',
  }),
  option('include.query', 'BOOLEAN', {
    default: 'false',
    group: events,
    usedBy,
    doc: 'Keeps the SQL that caused a change.',
  }),
  option('decimal.handling.mode', 'STRING', {
    default: 'precise',
    allowed: ['precise', 'string', 'double'],
    group: events,
    usedBy,
    doc: 'How DECIMAL is sent. The embedded runtime is always exact.',
  }),
  option('bigint.unsigned.handling.mode', 'STRING', {
    default: 'long',
    allowed: ['precise', 'long'],
    group: events,
    usedBy,
    doc: 'How BIGINT UNSIGNED is sent; `long` turns values over 2^63-1 negative. The embedded runtime is always exact.',
  }),
  option('time.precision.mode', 'STRING', {
    default: 'adaptive_time_microseconds',
    allowed: ['adaptive_time_microseconds', 'connect', 'isostring', 'microseconds', 'nanoseconds'],
    group: events,
    usedBy,
    doc: 'How dates and times are sent. The embedded runtime keeps every digit.',
  }),
  option('binary.handling.mode', 'STRING', {
    default: 'bytes',
    allowed: ['bytes', 'base64', 'base64-url-safe', 'hex'],
    group: events,
    usedBy,
    doc: 'How binary columns are sent.',
  }),
  option('extended.headers.enabled', 'BOOLEAN', {
    default: 'true',
    group: events,
    usedBy,
    doc: "Adds three headers with the connector's and the task's name to every record.",
  }),
  option('schema.name.adjustment.mode', 'STRING', {
    default: 'none',
    allowed: ['none', 'avro', 'avro_unicode'],
    group: events,
    usedBy,
    doc: 'How schema names are made to fit the converter.',
  }),
  option('field.name.adjustment.mode', 'STRING', {
    default: 'none',
    allowed: ['none', 'avro', 'avro_unicode'],
    group: events,
    usedBy,
    doc: 'How field names are made to fit the converter.',
  }),
  option('enable.time.adjuster', 'BOOLEAN', {
    default: 'true',
    group: events,
    usedBy,
    doc: 'Turns two-digit years into four.',
  }),
  option('unavailable.value.placeholder', 'STRING', {
    default: '__debezium_unavailable_value',
    group: events,
    usedBy,
    doc: 'Stands for a value that the source did not send.',
  }),
  option('event.processing.failure.handling.mode', 'STRING', {
    default: 'fail',
    allowed: ['fail', 'warn', 'skip', 'ignore'],
    group: events,
    usedBy,
    doc: 'What happens to a change that cannot be read. The embedded runtime always stops.',
  }),
  option('event.deserialization.failure.handling.mode', 'STRING', {
    default: 'fail',
    allowed: ['fail', 'warn', 'skip', 'ignore'],
    group: events,
    usedBy,
    doc: 'What happens to bytes that cannot be read. The embedded runtime always stops.',
  }),
  option('event.converting.failure.handling.mode', 'STRING', {
    default: 'warn',
    allowed: ['fail', 'warn', 'skip'],
    group: events,
    usedBy,
    doc: 'What happens to a value that cannot be converted. The embedded runtime always stops.',
  }),
  option('inconsistent.schema.handling.mode', 'STRING', {
    default: 'fail',
    allowed: ['fail', 'warn', 'skip', 'ignore'],
    group: events,
    usedBy,
    doc: 'What happens to a table whose structure is not known. The embedded runtime always stops.',
  }),
]
