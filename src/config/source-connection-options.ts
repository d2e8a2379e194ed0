// Options of the MariaDB source that the embedded runtime uses too: where the server is, who we are to it, what is
// captured, and how much may wait on disk.
import { atLeast, option } from './option.ts'
import type { Option } from './option.ts'
import { regexListError } from './regex-list.ts'

const mariadb = 'MariaDB'
const connector = 'Connector'
const embedded = 'Embedded'

/** The words of Debezium, in the order in which it lists them. */
export const snapshotModes = [
  'always',
  'never',
  'initial_only',
  'configuration_based',
  'when_needed',
  'initial',
  'custom',
  'no_data',
  'recovery',
] as const

/** Former words and what they are called now. */
export const formerSnapshotModes: Readonly<Record<string, string>> = {
  schema_only: 'no_data',
  schema_only_recovery: 'recovery',
}

export const sourceConnectionOptions: readonly Option[] = [
  option('topic.prefix', 'STRING', {
    required: 'yes',
    importance: 'HIGH',
    group: 'Common',
    usedBy: 'both',
    doc: 'First part of every topic name, `<topic.prefix>.<database>.<table>`, and the name under which the position is kept. Leave it as it is: with another prefix Debezium forgets its position.',
    check: (value) =>
      /^[\w.-]+$/.test(value) ? undefined : 'Only letters, digits, underscores, hyphens and dots are accepted',
  }),
  option('database.hostname', 'STRING', {
    required: 'yes',
    importance: 'HIGH',
    group: mariadb,
    usedBy: 'both',
    displayName: 'Hostname',
    doc: 'Host name or address of the MariaDB server.',
  }),
  option('database.port', 'INT', {
    default: '3306',
    importance: 'HIGH',
    group: mariadb,
    usedBy: 'both',
    displayName: 'Port',
    doc: 'Port of the MariaDB server.',
    check: portError,
  }),
  option('database.user', 'STRING', {
    required: 'yes',
    importance: 'HIGH',
    group: mariadb,
    usedBy: 'both',
    displayName: 'User',
    doc: 'User with SELECT, REPLICATION SLAVE and BINLOG MONITOR.',
  }),
  option('database.password', 'PASSWORD', {
    importance: 'HIGH',
    group: mariadb,
    usedBy: 'both',
    displayName: 'Password',
    doc: 'Password of that user.',
  }),
  option('database.server.id', 'LONG', {
    required: 'yes',
    importance: 'HIGH',
    group: mariadb,
    usedBy: 'both',
    displayName: 'Cluster ID',
    doc: 'The number by which MariaDB knows this reader. Unique among all servers and readers of the cluster, 1 to 4294967295.',
    check: (value) =>
      atLeast(1, 'long')(value) ??
      (BigInt(value.trim().replace('+', '')) > 4294967295n ? 'Value must be no more than 4294967295' : undefined),
  }),
  option('database.ssl.mode', 'STRING', {
    default: 'disable',
    allowed: ['disable', 'trust', 'verify-ca', 'verify-full'],
    group: mariadb,
    usedBy: 'both',
    doc: 'Whether the connection is encrypted: `disable` no, `trust` without checking the certificate, `verify-ca` with a certificate of a trusted authority, `verify-full` and with the right host name.',
  }),
  option('database.ssl.ca', 'STRING', {
    group: mariadb,
    usedBy: 'embedded',
    doc: 'PEM file with the authorities to trust; without it those of the system.',
  }),
  option('connect.timeout.ms', 'INT', {
    default: '30000',
    group: mariadb,
    usedBy: 'both',
    doc: 'How long connecting may take.',
    check: atLeast(1, 'integer'),
  }),
  option('database.include.list', 'LIST', {
    importance: 'HIGH',
    width: 'LONG',
    group: mariadb,
    usedBy: 'both',
    doc: 'Databases to capture: names or regular expressions, separated by commas, matched whole and without regard to case.',
    check: regexListError,
  }),
  option('database.exclude.list', 'LIST', {
    width: 'LONG',
    group: mariadb,
    usedBy: 'both',
    doc: 'Databases to leave out. Not together with `database.include.list`.',
    check: regexListError,
  }),
  option('table.include.list', 'LIST', {
    importance: 'HIGH',
    width: 'LONG',
    group: mariadb,
    usedBy: 'both',
    doc: 'Tables to capture as `database.table`: names or regular expressions, separated by commas, matched whole and without regard to case.',
    check: regexListError,
  }),
  option('table.exclude.list', 'LIST', {
    width: 'LONG',
    group: mariadb,
    usedBy: 'both',
    doc: 'Tables to leave out. Not together with `table.include.list`.',
    check: regexListError,
  }),
  option('topic.delimiter', 'STRING', {
    default: '.',
    group: connector,
    usedBy: 'both',
    doc: 'Stands between the parts of a topic name.',
  }),
  option('snapshot.mode', 'STRING', {
    default: 'initial',
    importance: 'LOW',
    allowed: [...snapshotModes, ...Object.keys(formerSnapshotModes)],
    group: connector,
    usedBy: 'connect',
    doc: 'What Debezium reads before it streams; `no_data` is right here, because `cdc migrate` copies the rows. On the embedded runtime every word means `no_data`. `schema_only` is the former name of `no_data` and is refused by Debezium 3.3 and later.',
  }),
  option('heartbeat.interval.ms', 'INT', {
    default: '0',
    group: connector,
    usedBy: 'both',
    displayName: 'Connector heartbeat interval (milli-seconds)',
    doc: 'How often the server is asked for a sign of life while nothing changes. 0: never on Kafka Connect, every 10 seconds on the embedded runtime.',
    check: atLeast(0, 'integer'),
  }),
  option('relay.max.bytes', 'LONG', {
    default: '10737418240',
    group: embedded,
    usedBy: 'embedded',
    doc: 'How much of the binary log may wait on disk for a slow or stopped sink. Then reading pauses until there is room.',
    check: atLeast(1, 'long'),
  }),
]

export function portError(value: string): string | undefined {
  const port = Number(value)
  return port >= 1 && port <= 65535 ? undefined : 'Value must be between 1 and 65535'
}
