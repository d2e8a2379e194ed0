import type { SourceConfig } from '../config/source-config.ts'
import type { ConnectClient } from '../connect/client.ts'
import { CdcError } from '../core/errors.ts'
import type { TableName } from '../core/table.ts'
import { formatTable } from '../core/table.ts'
import { selectTables } from '../lib/table-selection.ts'
import { readCapturedTables } from '../mariadb/captured-tables.ts'
import { connectMariadb } from '../mariadb/connection.ts'
import { someOf } from './known-topics.ts'
import { readSourceConfig } from './live-config.ts'
import { captureLists } from './table-lists.ts'

export interface CapturedOptions {
  /** The source as its file says. */
  readonly source: SourceConfig
  /** What is to be loaded, as `cdc migrate --tables` takes it. */
  readonly tables: 'all' | readonly string[]
  /** What the user calls it. */
  readonly database: string
  readonly signal: AbortSignal
}

/**
 * A table must be recorded before it is loaded: what changes between its copy and the moment from which Debezium reads it
 * would be lost. So on Kafka Connect the connector that runs must capture, with all its tasks, every table that is to be
 * loaded. (The embedded runtime records whole databases and needs no such order.)
 * @throws CdcError CDC-L11 naming the tables and the command to run first; CDC-L03 when the source is not registered;
 * CDC-L01 for names that no captured table has
 */
export async function checkCaptured(client: ConnectClient, options: CapturedOptions): Promise<void> {
  const { source, tables, database, signal } = options
  const info = await client.info(source.name)
  if (info === undefined) {
    const what = 'the source connector is not registered'
    throw new CdcError('CDC-L03', { where: source.name, what, fix: `cdc register source ${database}` })
  }
  const running = [info.config, ...((await client.taskConfigs(source.name)) ?? [])]
  const decides = [...captureLists, 'topic.prefix']
  if (running.every((config) => decides.every((key) => (config[key] ?? '') === (source.raw[key] ?? '')))) return

  const known = running.map((config) => readSourceConfig(source.name, config)).filter((config) => config !== undefined)
  const captured = ({ database: schema, table }: TableName): boolean =>
    known.length === running.length &&
    known.every((config) => config.topicPrefix === source.topicPrefix && config.capturesTable(schema, table))
  await using connection = await connectMariadb(source, { signal, where: source.name })
  const wanted = selectTables(await readCapturedTables(connection, source), tables, source.name)
  const missing = wanted.filter((table) => !captured(table)).map(formatTable)
  if (missing.length === 0) return
  throw new CdcError('CDC-L11', {
    where: source.name,
    what: `the connector that runs does not capture ${someOf(missing)}`,
    why: 'it runs with other lists than its file: what changes between the copy and its next start would be lost',
    fix: `cdc restart source ${database}\nthen load the table`,
  })
}
