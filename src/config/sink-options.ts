// Every option of the JDBC sink connector, once. Names, types and defaults are Debezium's (3.5) unless the
// documentation of an option says that the embedded runtime has its own.
import { frameworkFamilies, frameworkOptions, identityOptions, tasksMax } from './framework-options.ts'
import { atLeast } from './option.ts'
import type { OptionFamily, OptionSet } from './option.ts'
import { sinkConnectOptions } from './sink-connect-options.ts'
import { sinkTargetOptions } from './sink-target-options.ts'

const families: readonly OptionFamily[] = [
  ...frameworkFamilies,
  {
    name: 'consumer.override.*',
    pattern: /^consumer\.override\../,
    usedBy: 'connect',
    doc: 'Kafka consumer settings.',
  },
  {
    name: 'producer.override.*',
    pattern: /^producer\.override\../,
    usedBy: 'connect',
    doc: 'Kafka producer settings, for the dead letter queue.',
  },
  {
    name: 'admin.override.*',
    pattern: /^admin\.override\../,
    usedBy: 'connect',
    doc: 'Kafka admin client settings, for the dead letter queue.',
  },
  {
    name: 'hibernate.*',
    pattern: /^hibernate\../,
    usedBy: 'connect',
    doc: "Settings of the sink's persistence library.",
  },
  {
    name: 'connection.pool.*',
    pattern: /^connection\.pool\../,
    usedBy: 'connect',
    doc: 'Settings of the connection pool.',
  },
  {
    name: 'column.naming.strategy.*',
    pattern: /^column\.naming\.strategy\../,
    usedBy: 'connect',
    doc: 'Settings of the column naming.',
  },
  {
    name: 'collection.naming.strategy.*',
    pattern: /^collection\.naming\.strategy\../,
    usedBy: 'connect',
    doc: 'Settings of the table naming.',
  },
  { name: 'dialect.*', pattern: /^dialect\../, usedBy: 'connect', doc: 'Settings of a database dialect.' },
]

/** In the order in which Connect reports errors. */
export const sinkOptions: OptionSet = {
  groups: ['Common', 'Transforms', 'Predicates', 'Error Handling', 'Connector', 'Embedded'],
  options: [
    ...identityOptions,
    tasksMax(atLeast(1, 'integer')),
    ...frameworkOptions,
    ...sinkTargetOptions,
    ...sinkConnectOptions,
  ],
  families,
}
