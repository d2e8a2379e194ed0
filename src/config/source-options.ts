// Every option of the MariaDB source connector, once. Names, types and defaults are Debezium's (3.5) unless the
// documentation of an option says that the embedded runtime has its own.
import { sourceConnectionOptions } from './source-connection-options.ts'
import { sourceConnectOptions } from './source-connect-options.ts'
import { sourceEventOptions } from './source-event-options.ts'
import { sourceHistoryOptions } from './source-history-options.ts'
import { sourceSnapshotOptions } from './source-snapshot-options.ts'
import { frameworkFamilies, frameworkOptions, identityOptions, tasksMax } from './framework-options.ts'
import type { OptionFamily, OptionSet } from './option.ts'

const families: readonly OptionFamily[] = [
  ...frameworkFamilies,
  {
    name: 'topic.creation.*',
    pattern: /^topic\.creation\../,
    usedBy: 'connect',
    doc: 'How Kafka Connect creates the topics.',
  },
  {
    name: 'schema.history.internal.*',
    pattern: /^schema\.history\.internal\../,
    usedBy: 'connect',
    doc: "Settings of Debezium's schema history; `producer.` and `consumer.` below it are Kafka client settings, which the worker does not hand down.",
  },
  {
    name: 'producer.override.*',
    pattern: /^producer\.override\../,
    usedBy: 'connect',
    doc: 'Kafka producer settings.',
  },
  { name: 'admin.override.*', pattern: /^admin\.override\../, usedBy: 'connect', doc: 'Kafka admin client settings.' },
  { name: 'snapshot.*', pattern: /^snapshot\../, usedBy: 'connect', doc: "Further settings of Debezium's snapshots." },
  {
    name: 'incremental.snapshot.*',
    pattern: /^incremental\.snapshot\../,
    usedBy: 'connect',
    doc: "Further settings of Debezium's incremental snapshots.",
  },
  { name: 'signal.*', pattern: /^signal\../, usedBy: 'connect', doc: "Debezium's signals." },
  { name: 'notification.*', pattern: /^notification\../, usedBy: 'connect', doc: "Debezium's notifications." },
  { name: 'heartbeat.*', pattern: /^heartbeat\../, usedBy: 'connect', doc: 'Further heartbeat settings.' },
  {
    name: 'topic.*',
    pattern: /^topic\.(heartbeat|naming|transaction|cache)(\.|$)/,
    usedBy: 'connect',
    doc: 'How Debezium names its topics.',
  },
  {
    name: 'column.propagate.source.type, datatype.propagate.source.type',
    pattern: /^(column|datatype)\.propagate\.source\.type$/,
    usedBy: 'connect',
    doc: "Adds the source's column types to the records.",
  },
  {
    name: 'column.mask.*, column.truncate.*',
    pattern: /^column\.(mask|truncate)\../,
    usedBy: 'connect',
    doc: 'Hides or shortens values. Refused by the embedded runtime, which copies columns as they are.',
  },
  { name: 'driver.*', pattern: /^driver\../, usedBy: 'connect', doc: 'Properties of the JDBC driver.' },
  { name: 'guardrail.*', pattern: /^guardrail\../, usedBy: 'connect', doc: 'Limits on the number of tables.' },
  {
    name: 'custom.*',
    pattern: /^custom\.(metric\.tags|retriable\.exception)/,
    usedBy: 'connect',
    doc: 'Tags of metrics, exceptions to retry.',
  },
  { name: 'offset.*', pattern: /^offsets?\../, usedBy: 'connect', doc: 'Where Kafka Connect keeps offsets.' },
  {
    name: 'exactly.once.support, transaction.boundary',
    pattern: /^(exactly\.once\.support|transaction\.boundary(\.interval\.ms)?)$/,
    usedBy: 'connect',
    doc: 'Exactly-once sources of Kafka Connect.',
  },
]

/** In the order in which Connect reports errors. */
export const sourceOptions: OptionSet = {
  groups: [
    'Common',
    'Transforms',
    'Predicates',
    'Error Handling',
    'MariaDB',
    'Connector',
    'History Storage',
    'Events',
    'Embedded',
  ],
  options: [
    ...identityOptions,
    tasksMax((value) => (value.trim() === '1' ? undefined : 'A MariaDB source has exactly one task')),
    ...frameworkOptions,
    ...sourceConnectionOptions,
    ...sourceHistoryOptions,
    ...sourceEventOptions,
    ...sourceSnapshotOptions,
    ...sourceConnectOptions,
  ],
  families,
}
