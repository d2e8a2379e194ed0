import { must } from '../core/assert.ts'
import { parseCastsOption } from './casts.ts'
import type { Casts } from './casts.ts'
import type { PostgresSettings } from '../core/postgres-settings.ts'
import { fillCollectionName } from './collection-name.ts'
import { findPlugin } from './connector-class.ts'
import { valueOf } from './examine.ts'
import type { RawConfig } from './examine.ts'
import { examineSink } from './examine-sink.ts'
import { compileJavaRegex } from './java-regex.ts'
import type { Notice } from './notice.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import type { PostgresUrl } from './postgres-url.ts'
import { hasReference } from './reference.ts'
import { readPem, throwProblems } from './source-config.ts'
import type { ParseOptions } from './source-config.ts'
import { readTransforms } from './transforms.ts'

export interface TargetName {
  readonly schema: string
  readonly table: string
}

/** A sink connector's configuration, checked and resolved. */
export interface SinkConfig {
  readonly name: string
  /** The full class name. */
  readonly connectorClass: string
  readonly postgres: PostgresSettings
  matchesTopic(topic: string): boolean
  /** Where a source table's rows go: collection.name.format filled in, folded unless quote.identifiers. */
  targetName(database: string, table: string, topic: string): TargetName
  readonly quoteIdentifiers: boolean
  readonly deleteEnabled: boolean
  readonly truncateEnabled: boolean
  /** Columns that are to become another type than the usual one. */
  readonly casts: Casts
  readonly schemaEvolution: 'none' | 'basic'
  /** A batch ends at this many rows, bytes, or milliseconds, whichever comes first; always after a whole transaction. */
  readonly batchRows: number
  readonly batchBytes: number
  readonly batchMs: number
  readonly notices: readonly Notice[]
  /** The configuration as given, name included. Holds secrets. */
  readonly raw: RawConfig
}

/**
 * Checks a sink configuration.
 * @throws CdcErrors with every mistake at once (CDC-C05 unknown key, CDC-C06 value, CDC-C07 missing key, CDC-C09 a
 * certificate file that cannot be read).
 */
export function parseSinkConfig(raw: RawConfig, options: ParseOptions = {}): SinkConfig {
  const { problems, notices } = examineSink(raw, options.runtime ?? 'embedded')
  throwProblems(problems, raw, options)
  const value = (name: string): string => must(valueOf('sink', raw, name), name).trim()
  const isTrue = (name: string): boolean => value(name).toLowerCase() === 'true'
  const { url } = { url: undefined, ...parsePostgresUrl(value('connection.url')) }
  const address = hasReference(value('connection.url')) ? elsewhere : must(url, 'checked connection.url')
  const transforms = readTransforms(raw)
  const format = value('collection.name.format')
  const quoteIdentifiers = isTrue('quote.identifiers')
  const fold = (name: string): string => (quoteIdentifiers ? name : name.toLowerCase())
  const ownSchema = address.parameters.get('currentSchema')?.split(',')[0]?.trim() ?? ''
  return {
    name: value('name'),
    connectorClass: findPlugin(value('connector.class'))?.class ?? value('connector.class'),
    postgres: postgresSettings(raw, address, options),
    matchesTopic: topicMatcher(raw),
    targetName(database, table, topic) {
      const filled = fillCollectionName(format, { database, table, topic: transforms.route(topic) })
      return {
        schema: filled.schema === undefined ? ownSchema || 'public' : fold(filled.schema),
        table: fold(filled.table),
      }
    },
    quoteIdentifiers,
    deleteEnabled: isTrue('delete.enabled'),
    truncateEnabled: isTrue('truncate.enabled'),
    casts: parseCastsOption(value('column.casts')),
    schemaEvolution: value('schema.evolution').toLowerCase() === 'none' ? 'none' : 'basic',
    batchRows: Number(value('apply.batch.rows')),
    batchBytes: Number(value('apply.batch.bytes')),
    batchMs: Number(value('apply.batch.ms')),
    notices,
    raw,
  }
}

/** An address that is kept elsewhere (`${env:X}`) is not known before its reference is resolved. */
const elsewhere: PostgresUrl = {
  host: '',
  port: 0,
  database: undefined,
  user: undefined,
  password: undefined,
  parameters: new Map(),
}

function topicMatcher(raw: RawConfig): (topic: string) => boolean {
  const expression = raw['topics.regex'] ?? ''
  if (expression.trim() === '') {
    const names = new Set((raw['topics'] ?? '').split(',').map((name) => name.trim()))
    return (topic) => names.has(topic)
  }
  const { regex } = { regex: undefined, ...compileJavaRegex(expression, { ignoreCase: false }) }
  if (hasReference(expression)) return () => false
  const checked = must(regex, 'checked topics.regex')
  return (topic) => checked.test(topic)
}

/** As pgjdbc does: what the URL says wins over the keys. */
function postgresSettings(raw: RawConfig, url: PostgresUrl, options: ParseOptions): PostgresSettings {
  const user = url.user ?? raw['connection.username'] ?? raw['connection.user'] ?? ''
  const caPath = url.parameters.get('sslrootcert')
  const where = options.where?.('connection.url') ?? raw['name'] ?? 'connection.url'
  const seconds = Number(url.parameters.get('connectTimeout') ?? url.parameters.get('connect_timeout') ?? '')
  return {
    host: url.host,
    port: url.port,
    // Without a database both drivers take the one named like the user.
    database: url.database ?? url.parameters.get('dbname') ?? user,
    user,
    password: url.password ?? raw['connection.password'] ?? '',
    ssl: { mode: sslMode(url.parameters), ca: caPath === undefined ? undefined : readPem(caPath, where) },
    connectTimeoutMs: seconds > 0 ? seconds * 1000 : 10_000,
  }
}

/** pgjdbc: `ssl=true` (or empty) alone means verify-full; without either, TLS is used when the server offers it. */
function sslMode(parameters: ReadonlyMap<string, string>): PostgresSettings['ssl']['mode'] {
  const mode = parameters.get('sslmode')
  switch (mode) {
    case 'disable':
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return mode
    case undefined: {
      const ssl = parameters.get('ssl')?.toLowerCase()
      if (ssl === 'false') return 'disable'
      return ssl === 'true' || ssl === '' ? 'verify-full' : 'prefer'
    }
    default:
      return 'prefer'
  }
}
