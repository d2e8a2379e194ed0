import type { TableName } from '../core/table.ts'
import { sampleTexts } from './regex-samples.ts'
import type { SinkConfig } from './sink-config.ts'
import type { SourceConfig } from './source-config.ts'

/**
 * Whether a sink can match a topic of a source: tables known to exist, then examples of what the source's lists
 * capture, then examples of what the sink's expression matches.
 */
export function feeds(source: SourceConfig, sink: SinkConfig, known: readonly TableName[]): boolean {
  const tables = [...known, ...exampleTables(source)]
  if (tables.some(({ database, table }) => takes(source, sink, database, table))) return true
  return exampleTopics(sink).some((topic) => {
    const name = tableOf(topic, source.topicPrefix)
    return name !== undefined && takes(source, sink, name.database, name.table)
  })
}

function takes(source: SourceConfig, sink: SinkConfig, database: string, table: string): boolean {
  return source.capturesTable(database, table) && sink.matchesTopic(source.topicName(database, table))
}

/** Tables that the source's lists may capture, whether or not they exist. */
function exampleTables(source: SourceConfig): readonly TableName[] {
  const fromTables = source.tableInclude.flatMap(sampleTexts).flatMap((text) => splitTable(text))
  const fromDatabases = source.databaseInclude.flatMap(sampleTexts).map((database) => ({ database, table: 'x' }))
  return [...fromTables, ...fromDatabases]
}

function exampleTopics(sink: SinkConfig): readonly string[] {
  const list = (sink.raw['topics'] ?? '').split(',').map((topic) => topic.trim())
  return [...list, ...sampleTexts(sink.raw['topics.regex'] ?? '')]
}

function tableOf(topic: string, prefix: string): TableName | undefined {
  return topic.startsWith(`${prefix}.`) ? splitTable(topic.slice(prefix.length + 1))[0] : undefined
}

function splitTable(text: string): readonly TableName[] {
  const dot = text.indexOf('.')
  return dot <= 0 ? [] : [{ database: text.slice(0, dot), table: text.slice(dot + 1) }]
}
