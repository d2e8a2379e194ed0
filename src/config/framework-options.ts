// Options that Kafka Connect itself has for every connector, and the families of both kinds.
import { option } from './option.ts'
import type { Option, OptionFamily } from './option.ts'

const common = 'Common'
const errorHandling = 'Error Handling'

/** `name` to the converters: what every connector starts with. */
export const identityOptions: readonly Option[] = [
  option('name', 'STRING', {
    required: 'yes',
    importance: 'HIGH',
    displayName: 'Connector name',
    group: common,
    usedBy: 'both',
    doc: 'Globally unique name to use for this connector.',
    check: (value) => (/\p{Cc}/u.test(value) ? 'Control characters are not accepted' : undefined),
  }),
  option('connector.class', 'STRING', {
    required: 'yes',
    importance: 'HIGH',
    width: 'LONG',
    displayName: 'Connector class',
    group: common,
    usedBy: 'both',
    doc: 'The plugin: `io.debezium.connector.mariadb.MariaDbConnector` or `io.debezium.connector.jdbc.JdbcSinkConnector`, or their short names.',
  }),
]

export const frameworkOptions: readonly Option[] = [
  option('key.converter', 'CLASS', {
    importance: 'LOW',
    group: common,
    usedBy: 'connect',
    doc: 'How record keys are written to and read from Kafka.',
  }),
  option('value.converter', 'CLASS', {
    importance: 'LOW',
    group: common,
    usedBy: 'connect',
    doc: 'How record values are written to and read from Kafka. The JDBC sink needs one that keeps the schema.',
  }),
  option('header.converter', 'CLASS', {
    importance: 'LOW',
    group: common,
    usedBy: 'connect',
    doc: 'How record headers are written to and read from Kafka.',
  }),
  option('config.action.reload', 'STRING', {
    importance: 'LOW',
    default: 'restart',
    allowed: ['none', 'restart'],
    group: common,
    usedBy: 'connect',
    doc: 'What happens when a value that came from a config provider changes.',
  }),
  option('transforms', 'LIST', {
    importance: 'LOW',
    width: 'LONG',
    group: 'Transforms',
    usedBy: 'both',
    doc: 'Names of single message transforms. The embedded runtime applies `RegexRouter` to names, needs neither `Cast` nor `ExtractNewRecordState`, and refuses the others.',
  }),
  option('predicates', 'LIST', {
    importance: 'LOW',
    width: 'LONG',
    group: 'Predicates',
    usedBy: 'connect',
    doc: 'Names of predicates for transforms.',
  }),
  option('errors.retry.timeout', 'LONG', {
    default: '0',
    group: errorHandling,
    usedBy: 'connect',
    doc: 'How long (ms) a failed conversion or transform is tried again.',
  }),
  option('errors.retry.delay.max.ms', 'LONG', {
    default: '60000',
    group: errorHandling,
    usedBy: 'connect',
    doc: 'Longest pause between those tries.',
  }),
  option('errors.tolerance', 'STRING', {
    default: 'none',
    allowed: ['none', 'all'],
    group: errorHandling,
    usedBy: 'connect',
    doc: '`all` skips records that cannot be converted. The embedded runtime never skips.',
  }),
  option('errors.log.enable', 'BOOLEAN', {
    default: 'false',
    group: errorHandling,
    usedBy: 'connect',
    doc: 'Logs each failed operation.',
  }),
  option('errors.log.include.messages', 'BOOLEAN', {
    default: 'false',
    group: errorHandling,
    usedBy: 'connect',
    doc: 'Adds the record, which may hold personal data, to that log.',
  }),
]

/** `tasks.max` differs in its check between the kinds. */
export function tasksMax(check: (value: string) => string | undefined): Option {
  return option('tasks.max', 'INT', {
    default: '1',
    importance: 'HIGH',
    displayName: 'Tasks max',
    group: common,
    usedBy: 'connect',
    doc: 'Maximum number of tasks. The embedded runtime always runs one; a MariaDB source may not have more.',
    check,
  })
}

export const frameworkFamilies: readonly OptionFamily[] = [
  { name: 'transforms.<name>.*', pattern: /^transforms\../, usedBy: 'both', doc: 'Settings of a transform.' },
  { name: 'predicates.<name>.*', pattern: /^predicates\../, usedBy: 'connect', doc: 'Settings of a predicate.' },
  {
    name: 'key.converter.*, value.converter.*, header.converter.*',
    pattern: /^(key|value|header)\.converter\../,
    usedBy: 'connect',
    doc: 'Settings of a converter.',
  },
  { name: 'errors.*', pattern: /^errors\../, usedBy: 'connect', doc: 'Further error handling of Kafka Connect.' },
  {
    name: 'openlineage.integration.*',
    pattern: /^openlineage\.integration\../,
    usedBy: 'connect',
    doc: 'OpenLineage.',
  },
  { name: 'internal.*', pattern: /^internal\../, usedBy: 'connect', doc: "Debezium's unsupported switches." },
]
