// The topics of tables that are known, of whatever source: from MariaDB itself, from what running sources have written,
// and from the lists that name tables.
import type { SourceConfig } from '../config/source-config.ts'
import type { TableName } from '../core/table.ts'
import { readSourceConfig } from './live-config.ts'
import { sourceFileOf } from './situation.ts'
import type { Situation } from './situation.ts'

export interface KnownTopic extends TableName {
  readonly topic: string
  /** The source connector that writes it. */
  readonly source: string
}

/** The source of the sink's own database, as its file says and as it runs. */
export interface OwnSource {
  readonly file: SourceConfig
  /** undefined: it is not registered. */
  readonly live: SourceConfig | undefined
}

/** undefined: the database has no source file that can be understood. */
export function readOwnSource(situation: Situation): OwnSource | undefined {
  const written = sourceFileOf(situation)
  const file = written === undefined ? undefined : readSourceConfig(written.name, written.config)
  if (written === undefined || file === undefined) return undefined
  const running = situation.others.find(({ name, type }) => name === written.name && type === 'source')
  return { file, live: running === undefined ? undefined : readSourceConfig(running.name, running.config) }
}

/** Every source of the cluster and of the files; one that has a file and runs counts as it runs. */
export function listKnownTopics(situation: Situation): readonly KnownTopic[] {
  const sources = new Map<string, { config: SourceConfig; tables: TableName[] }>()
  const add = (name: string, raw: Readonly<Record<string, string>>, topics: readonly string[]): void => {
    const config = readSourceConfig(name, raw)
    if (config === undefined || sources.has(name)) return
    const written = topics.flatMap((topic) => tableOfTopic(topic, config))
    sources.set(name, { config, tables: [...written, ...namedTables(config)] })
  }
  for (const { name, type, config, topics } of situation.others) if (type === 'source') add(name, config, topics)
  for (const { kind, name, config } of situation.files) if (kind === 'source') add(name, config, [])

  const own = sourceFileOf(situation)
  if (own !== undefined) sources.get(own.name)?.tables.push(...(situation.server?.tables ?? []))
  const found = [...sources].flatMap(([source, { config, tables }]) =>
    tables
      .filter(({ database, table }) => config.capturesTable(database, table))
      .map(({ database, table }) => ({ database, table, source, topic: config.topicName(database, table) })),
  )
  return [...new Map(found.map((one) => [one.topic, one])).values()]
}

function tableOfTopic(topic: string, config: SourceConfig): readonly TableName[] {
  const rest = topic.startsWith(`${config.topicPrefix}.`) ? topic.slice(config.topicPrefix.length + 1) : ''
  return splitTable(rest)
}

/** Entries of the list that are names: `db.T_DEAL` or `db\.T_DEAL`. */
function namedTables(config: SourceConfig): readonly TableName[] {
  return config.tableInclude.flatMap((entry) => {
    const name = entry.replaceAll('\\.', '.')
    return /^[\w$ -]+\.[\w$ -]+$/.test(name) ? splitTable(name) : []
  })
}

function splitTable(text: string): readonly TableName[] {
  const dot = text.indexOf('.')
  return dot <= 0 ? [] : [{ database: text.slice(0, dot), table: text.slice(dot + 1) }]
}

/** `"topics.regex": "prefix\\.database\\..*"` for a source, as it stands in JSON. */
export function regexLine(source: SourceConfig): string {
  const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const [database] = source.databaseInclude
  // A list of databases that is one plain name; anything else is left open.
  const second =
    source.databaseInclude.length === 1 && /^[\w-]+$/.test(database ?? '')
      ? `${escape(database ?? '')}\\..*`
      : '[^.]+\\..*'
  return `"topics.regex": ${JSON.stringify(`${escape(source.topicPrefix)}\\.${second}`)}`
}

/** At most `most` names, and how many more there are. */
export function someOf(names: readonly string[], most = 5): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
