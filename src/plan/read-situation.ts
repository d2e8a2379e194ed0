import { loadConnectorFile, listConnectorFiles } from '../config/connector-file.ts'
import type { ConnectorFile } from '../config/connector-file.ts'
import { forKafkaConnect } from '../config/kafka-connect.ts'
import type { Project } from '../config/project.ts'
import { resolveProviders } from '../config/providers.ts'
import { parseSourceConfig } from '../config/source-config.ts'
import type { ConnectClient } from '../connect/client.ts'
import type { ConnectorOffset } from '../connect/rest-types.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { readCapturedTables } from '../mariadb/captured-tables.ts'
import { connectMariadb } from '../mariadb/connection.ts'
import { readServerPosition } from '../mariadb/server-checks.ts'
import { sourceFileOf } from './situation.ts'
import type { LiveConnector, Situation, SourceServer } from './situation.ts'

/** What is asked of Kafka itself, where it can be reached. */
export interface TopicReader {
  /** Names of all topics. */
  topics(): Promise<readonly string[]>
  /** The offset that the next record of each partition will get. */
  endOffsets(
    topics: readonly string[],
  ): Promise<readonly { readonly topic: string; readonly partition: number; readonly offset: bigint }[]>
}

export interface SituationOptions {
  readonly client: ConnectClient
  readonly project: Project
  readonly signal: AbortSignal
  /** undefined: Kafka cannot be asked from here; what needs it is not seen. */
  readonly kafka?: TopicReader | undefined
}

/** Whoever registers waits for it, and a database that does not answer is no reason not to register. */
const longestMs = 5_000

/**
 * Asks the cluster, the project, MariaDB and Kafka. What the latter two do not tell is undefined.
 * @throws CdcError when the Connect REST API does not answer
 */
export async function readSituation(
  file: ConnectorFile,
  { client, project, signal, kafka }: SituationOptions,
): Promise<Situation> {
  const files = readableFiles(project, file)
  const [connectors, plugins, root] = await Promise.all([client.list(), client.plugins(), client.root()])
  const all = Object.values(connectors).map(({ info: { name, type, config } }) => ({ name, type, config, topics: [] }))
  // A connector that was made a moment ago has no status yet, and the list leaves it out.
  const live = all.find(({ name }) => name === file.name) ?? (await readLive(client, file.name))
  const source = sourceFileOf({ ...blank, file, files })
  const asked = kafka === undefined ? undefined : await askKafka(kafka)
  const [others, offsets, server] = await Promise.all([
    withTopics(
      client,
      all.filter(({ name }) => name !== file.name),
      file.kind === 'sink',
    ),
    live === undefined ? undefined : client.offsets(file.name),
    source === undefined ? undefined : readServer(source, project, signal),
  ])
  return {
    ...{ file, files, live, others, offsets, plugins, server },
    connectVersion: root.version,
    topics: asked,
    unread: kafka === undefined || asked === undefined ? undefined : await readUnread(kafka, offsets ?? []),
  }
}

const blank = {
  ...{ live: undefined, offsets: undefined, others: [], plugins: [], connectVersion: '' },
  ...{ server: undefined, topics: undefined, unread: undefined },
}

async function readLive(client: ConnectClient, wanted: string): Promise<LiveConnector | undefined> {
  const info = await client.info(wanted)
  return info === undefined ? undefined : { name: info.name, type: info.type, config: info.config, topics: [] }
}

/** A file that cannot be read is no reason not to register another one. */
function readableFiles(project: Project, own: ConnectorFile): readonly ConnectorFile[] {
  return listConnectorFiles(project).flatMap(({ kind, database }) => {
    if (kind === own.kind && database === own.database) return []
    try {
      const file = loadConnectorFile(project, kind, database)
      return { ...file, config: forKafkaConnect(kind, file.config).config }
    } catch (error) {
      if (error instanceof CdcErrors) return []
      throw error
    }
  })
}

/** Only the checks of a sink look at the topics of the others. */
async function withTopics(
  client: ConnectClient,
  connectors: readonly LiveConnector[],
  wanted: boolean,
): Promise<readonly LiveConnector[]> {
  if (!wanted) return connectors
  return await Promise.all(
    connectors.map(async (connector) =>
      connector.type === 'source' ? { ...connector, topics: await client.topics(connector.name) } : connector,
    ),
  )
}

async function readServer(
  file: ConnectorFile,
  { environment }: Project,
  signal: AbortSignal,
): Promise<SourceServer | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestMs)])
  try {
    const raw = resolveProviders({ ...file.config, name: file.name }, environment.variables)
    const config = parseSourceConfig(raw, { runtime: 'connect' })
    const settings = { ...config, connectTimeoutMs: Math.min(config.connectTimeoutMs, longestMs) }
    await using connection = await connectMariadb(settings, { signal: limit, where: file.name })
    const [row] = await connection.query<{ id: string | number }>('SELECT @@global.server_id AS id')
    const tables = await readCapturedTables(connection, config)
    return { serverId: Number(row?.id ?? 0), position: await readServerPosition(connection), tables }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CdcError || error instanceof CdcErrors || limit.aborted) return undefined
    throw error
  }
}

async function askKafka(kafka: TopicReader): Promise<readonly string[] | undefined> {
  try {
    return await kafka.topics()
  } catch (error) {
    if (error instanceof CdcError) return undefined
    throw error
  }
}

/** By topic, what lies behind the sink's stored offsets. */
async function readUnread(
  kafka: TopicReader,
  offsets: readonly ConnectorOffset[],
): Promise<ReadonlyMap<string, bigint> | undefined> {
  const read = offsets.flatMap(({ partition, offset }) => {
    const { kafka_topic: topic, kafka_partition: number } = partition
    const done = offset?.['kafka_offset']
    return typeof topic === 'string' && typeof done === 'number' ? [{ topic, partition: Number(number), done }] : []
  })
  try {
    const ends = await kafka.endOffsets([...new Set(read.map(({ topic }) => topic))])
    const unread = new Map<string, bigint>()
    for (const { topic, partition, offset } of ends) {
      const done = read.find((one) => one.topic === topic && one.partition === partition)?.done ?? 0
      unread.set(topic, (unread.get(topic) ?? 0n) + offset - BigInt(done))
    }
    return unread
  } catch (error) {
    if (error instanceof CdcError) return undefined
    throw error
  }
}
