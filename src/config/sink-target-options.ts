// Options of the sink that the embedded runtime uses too: which topics it takes, where PostgreSQL is, what is written
// and how.
import { castsOptionError } from './casts.ts'
import { findPlaceholderError } from './collection-name.ts'
import { compileJavaRegex } from './java-regex.ts'
import { atLeast, option } from './option.ts'
import type { Option } from './option.ts'
import { postgresUrlError } from './postgres-url.ts'

const common = 'Common'
const connector = 'Connector'
const embedded = 'Embedded'

export const sinkTargetOptions: readonly Option[] = [
  option('topics', 'LIST', {
    importance: 'HIGH',
    width: 'LONG',
    group: common,
    usedBy: 'both',
    doc: 'Topics to take, separated by commas. Either this or `topics.regex`.',
  }),
  option('topics.regex', 'STRING', {
    importance: 'HIGH',
    width: 'LONG',
    group: common,
    usedBy: 'both',
    displayName: 'Topics regex',
    doc: 'Java regular expression that must match the whole name of a topic, `<topic.prefix>.<database>.<table>`. Write a dot as `\\\\.` (in JSON).',
    check: (value) => {
      const { error } = compileJavaRegex(value, { ignoreCase: false })
      return error === undefined
        ? undefined
        : `A valid regular expressions is expected, but it has ${error.what} at character ${error.at + 1}`
    },
  }),
  option('connection.url', 'STRING', {
    required: 'yes',
    importance: 'HIGH',
    width: 'LONG',
    group: connector,
    usedBy: 'both',
    displayName: 'Hostname',
    doc: 'Where PostgreSQL is: `jdbc:postgresql://host:port/database?parameters` or `postgresql://…`, which is rewritten for Kafka Connect. Parameters `currentSchema`, `sslmode`, `ssl`, `sslrootcert`, `user`, `password`, `connectTimeout` count on both runtimes, the others on Kafka Connect.',
    check: postgresUrlError,
  }),
  option('connection.username', 'STRING', {
    importance: 'HIGH',
    group: connector,
    usedBy: 'both',
    displayName: 'User',
    doc: 'User who writes. Required unless the URL names one. (`connection.user` is accepted and explained.)',
  }),
  option('connection.password', 'PASSWORD', {
    importance: 'HIGH',
    group: connector,
    usedBy: 'both',
    displayName: 'Password',
    doc: 'Password of that user.',
  }),
  option('collection.name.format', 'STRING', {
    default: '${topic}',
    width: 'LONG',
    group: connector,
    usedBy: 'both',
    doc: 'Where the rows of a table go: `table` or `schema.table`, with `${topic}` (dots become underscores), `${source.db}`, `${source.table}`. `mp_cdc.${source.table}` puts each table into the schema `mp_cdc`. (`table.name.format` is accepted and explained.)',
    check: findPlaceholderError,
  }),
  option('insert.mode', 'STRING', {
    default: 'upsert',
    importance: 'LOW',
    allowed: ['upsert'],
    group: connector,
    usedBy: 'both',
    doc: 'Only `upsert` survives a repeated delivery. Debezium itself would default to `insert`, so write it down for Kafka Connect.',
  }),
  option('primary.key.mode', 'STRING', {
    default: 'record_key',
    importance: 'LOW',
    allowed: ['record_key'],
    group: connector,
    usedBy: 'both',
    doc: "Only `record_key`: the key of the source's table. Debezium itself would default to `none`, so write it down for Kafka Connect.",
  }),
  option('delete.enabled', 'BOOLEAN', {
    default: 'true',
    importance: 'LOW',
    group: connector,
    usedBy: 'both',
    doc: 'Whether deletes are applied. Debezium itself would default to `false`, so write it down for Kafka Connect.',
  }),
  option('truncate.enabled', 'BOOLEAN', {
    default: 'true',
    importance: 'LOW',
    group: connector,
    usedBy: 'both',
    doc: 'Whether TRUNCATE TABLE is applied. Debezium itself would default to `false`, and its source leaves truncates out unless `skipped.operations=none`.',
  }),
  option('schema.evolution', 'STRING', {
    default: 'basic',
    importance: 'LOW',
    allowed: ['none', 'basic'],
    group: connector,
    usedBy: 'both',
    doc: '`basic` creates missing tables and applies schema changes that are safe; `none` stops at them. Debezium itself would default to `none`.',
  }),
  option('quote.identifiers', 'BOOLEAN', {
    default: 'false',
    importance: 'LOW',
    group: connector,
    usedBy: 'both',
    doc: 'Keeps upper and lower case of names; without it all names become lower case.',
  }),
  option('column.casts', 'STRING', {
    default: '{}',
    importance: 'LOW',
    width: 'LONG',
    group: embedded,
    usedBy: 'embedded',
    doc: 'Made from `connectors/casts.json` when the sink is registered: a JSON object of `database.table.column` patterns and PostgreSQL types. Write the file, not this.',
    check: castsOptionError,
  }),
  option('apply.batch.rows', 'INT', {
    default: '20000',
    group: embedded,
    usedBy: 'embedded',
    doc: 'A batch of whole transactions ends at this many rows.',
    check: atLeast(1, 'integer'),
  }),
  option('apply.batch.bytes', 'LONG', {
    default: '16777216',
    group: embedded,
    usedBy: 'embedded',
    doc: 'A batch ends at this many bytes.',
    check: atLeast(1, 'long'),
  }),
  option('apply.batch.ms', 'INT', {
    default: '500',
    group: embedded,
    usedBy: 'embedded',
    doc: 'A batch ends after this time while changes keep coming. One that has nothing to wait for is applied at once.',
    check: atLeast(0, 'integer'),
  }),
]
