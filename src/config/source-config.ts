import { readFileSync } from 'node:fs'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { MariadbSettings } from '../core/mariadb-settings.ts'
import { must } from '../core/assert.ts'
import { findPlugin } from './connector-class.ts'
import { valueOf } from './examine.ts'
import type { Problem, RawConfig } from './examine.ts'
import { examineSource } from './examine-source.ts'
import type { Runtime } from './examine-source.ts'
import type { Notice } from './notice.ts'
import { regexListEntries, regexListMatcher } from './regex-list.ts'
import { readTransforms } from './transforms.ts'

/** A source connector's configuration, checked and resolved. It can be passed wherever MariadbSettings are wanted. */
export interface SourceConfig extends MariadbSettings {
  readonly name: string
  /** The full class name. */
  readonly connectorClass: string
  readonly serverId: number
  readonly topicPrefix: string
  capturesDatabase(database: string): boolean
  capturesTable(database: string, table: string): boolean
  /** The topic that the changes of a table belong to: `<prefix>.<database>.<table>`, as Debezium spells it. */
  topicName(database: string, table: string): string
  /** `database.include.list`, as written. */
  readonly databaseInclude: readonly string[]
  /** `table.include.list`, as written. */
  readonly tableInclude: readonly string[]
  /** As written, old spellings included. */
  readonly snapshotMode: string
  readonly heartbeatMs: number
  readonly relayMaxBytes: number
  readonly notices: readonly Notice[]
  /** The configuration as given, name included. Holds secrets. */
  readonly raw: RawConfig
}

export interface ParseOptions {
  /** Where a key stands, for errors: `file:line:column`. Default: the connector's name. */
  readonly where?: (key: string) => string
  /**
   * Which runtime it is for. `connect` does not refuse what only the embedded runtime cannot do.
   * Default: embedded.
   */
  readonly runtime?: Runtime
}

/** How often a quiet server is asked for a sign of life when the file does not say. */
const defaultHeartbeatMs = 10_000

/**
 * Checks a source configuration.
 * @throws CdcErrors with every mistake at once (CDC-C05 unknown key, CDC-C06 value, CDC-C07 missing key, CDC-C09 a
 * certificate file that cannot be read).
 */
export function parseSourceConfig(raw: RawConfig, options: ParseOptions = {}): SourceConfig {
  const { problems, notices } = examineSource(raw, options.runtime ?? 'embedded')
  throwProblems(problems, raw, options)
  const value = (name: string): string => must(valueOf('source', raw, name), name).trim()
  const filters = {
    tableInclude: listFilter(raw['table.include.list']),
    tableExclude: listFilter(raw['table.exclude.list']),
  }
  const capturesDatabase = databaseFilter(raw)
  const transforms = readTransforms(raw)
  const prefix = value('topic.prefix')
  const delimiter = value('topic.delimiter')
  const heartbeatMs = Number(value('heartbeat.interval.ms'))
  return {
    name: value('name'),
    connectorClass: findPlugin(value('connector.class'))?.class ?? value('connector.class'),
    host: value('database.hostname'),
    port: Number(value('database.port')),
    user: value('database.user'),
    password: raw['database.password'] ?? '',
    ssl: { mode: sslMode(value('database.ssl.mode')), ca: readCertificates(raw, 'database.ssl.ca', options) },
    connectTimeoutMs: Number(value('connect.timeout.ms')),
    serverId: Number(value('database.server.id')),
    topicPrefix: prefix,
    capturesDatabase,
    capturesTable(database, table) {
      const name = `${database}.${table}`
      if (!capturesDatabase(database)) return false
      return (filters.tableInclude?.(name) ?? true) && !(filters.tableExclude?.(name) ?? false)
    },
    topicName: (database, table) => transforms.route(sanitizeTopic([prefix, database, table].join(delimiter))),
    databaseInclude: regexListEntries(raw['database.include.list']),
    tableInclude: regexListEntries(raw['table.include.list']),
    snapshotMode: value('snapshot.mode').toLowerCase(),
    heartbeatMs: heartbeatMs === 0 ? defaultHeartbeatMs : heartbeatMs,
    relayMaxBytes: Number(value('relay.max.bytes')),
    notices,
    raw,
  }
}

/** The options that say which databases are captured; all of these are recorded. */
export const databaseLists = ['database.include.list', 'database.exclude.list'] as const

/** Which databases lists capture. @throws nothing that a checked configuration would not have thrown */
export function databaseFilter(lists: RawConfig): (database: string) => boolean {
  const [include, exclude] = databaseLists.map((name) => listFilter(lists[name]))
  return (database) => {
    if (systemDatabases.has(database.toLowerCase())) return false
    return (include?.(database) ?? true) && !(exclude?.(database) ?? false)
  }
}

function listFilter(written: string | undefined): ((text: string) => boolean) | undefined {
  return written === undefined || written.trim() === '' ? undefined : regexListMatcher(written)
}

/** Debezium never captures these. */
const systemDatabases: ReadonlySet<string> = new Set(['mysql', 'performance_schema', 'sys', 'information_schema'])

/** Kafka allows few characters in a topic's name; Debezium writes an underscore for each other one, 249 at most. */
function sanitizeTopic(topic: string): string {
  return topic.replace(/[^\w.-]/g, '_').slice(0, 249)
}

function sslMode(word: string): MariadbSettings['ssl']['mode'] {
  const mode = word.toLowerCase()
  return mode === 'trust' || mode === 'verify-ca' || mode === 'verify-full' ? mode : 'disable'
}

/** Every problem as an error at the line of its key. @throws CdcErrors unless there are none. */
export function throwProblems(problems: readonly Problem[], raw: RawConfig, options: ParseOptions): void {
  if (problems.length === 0) return
  const name = raw['name'] ?? 'connector'
  const errors = problems.map((problem) => {
    const where = options.where?.(problem.key) ?? name
    return new CdcError(problem.code, { where, what: `${problem.key}: ${problem.message}`, fix: problem.fix })
  })
  throw new CdcErrors(errors)
}

/** The text of the PEM file that a key names. @throws CdcErrors CDC-C09 when it cannot be read. */
export function readCertificates(raw: RawConfig, key: string, options: ParseOptions): string | undefined {
  const path = raw[key]
  return path === undefined || path.trim() === ''
    ? undefined
    : readPem(path.trim(), options.where?.(key) ?? raw['name'] ?? key)
}

/** @throws CdcErrors CDC-C09 when the file cannot be read. */
export function readPem(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CdcErrors([
      new CdcError('CDC-C09', { where, what: `the certificate file ${path} cannot be read`, cause }),
    ])
  }
}
