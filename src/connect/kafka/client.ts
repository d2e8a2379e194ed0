// What cdc asks Kafka itself. Only reading: nothing is joined, committed or changed.
import type { Admin } from '@platformatic/kafka'
import type { KafkaSettings } from '../../config/kafka-settings.ts'
import { openConnections } from './connections.ts'
import type { KafkaConnections, KafkaOptions } from './connections.ts'
import { readFirstRecords } from './first-records.ts'
import type { FirstRecord } from './first-records.ts'
import type { PartitionOffset, TopicPartition } from './partition-offset.ts'

export interface NewestRecord extends TopicPartition {
  /** Epoch milliseconds at which it was written; undefined: the partition holds none. */
  readonly time: number | undefined
}

export interface TopicSettings {
  readonly topic: string
  readonly partitions: number
  /** As Kafka calls them: `retention.ms`, `cleanup.policy`. */
  readonly settings: ReadonlyMap<string, string>
}

/**
 * Kafka as its settings name it; connected to when the first call is made. Every call throws CDC-K01 (nobody answers),
 * K02 (login), K03 (permission), K04 (TLS), K05 (refused) or K06 (a broker's advertised address), each within its time.
 */
export interface KafkaClient extends AsyncDisposable {
  /** `host:port,host:port`, for messages. */
  readonly where: string
  /** Names of all topics that the login may see, without Kafka's own. */
  topics(): Promise<readonly string[]>
  /** The first offset that is still there, of every partition of these topics. */
  beginOffsets(topics: readonly string[]): Promise<readonly PartitionOffset[]>
  /** The offset that the next record will get. */
  endOffsets(topics: readonly string[]): Promise<readonly PartitionOffset[]>
  newestRecords(topics: readonly string[]): Promise<readonly NewestRecord[]>
  /** By group; partitions for which the group has not committed anything are left out, and so are unknown groups. */
  committedOffsets(groups: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionOffset[]>>
  /** Of each partition the first record at or after that offset. */
  firstRecords(positions: readonly PartitionOffset[]): Promise<readonly FirstRecord[]>
  topicSettings(topics: readonly string[]): Promise<readonly TopicSettings[]>
}

const begin = -2n
const end = -1n
const newest = -3n
/** Kafka's number for a resource of the kind topic. */
const topicResource = 2
const settingNames = ['cleanup.policy', 'retention.ms', 'retention.bytes']

/** Reads the library, which takes a moment, only here. */
export async function openKafka(settings: KafkaSettings, options: KafkaOptions): Promise<KafkaClient> {
  const connections = await openConnections(settings, options)
  const call = <T>(what: string, needs: string, operate: (admin: Admin) => Promise<T>): Promise<T> =>
    connections.call({ what, needs }, operate)

  const offsets = async (
    topics: readonly string[],
    timestamp: bigint,
  ): Promise<readonly (PartitionOffset & { time: bigint })[]> => {
    if (topics.length === 0) return []
    const listed = await call('reading offsets', 'DESCRIBE on the topics', async (admin) => {
      const partitions = await partitionsOf(admin, topics)
      const asked = partitions.map(({ topic, count }) => ({
        name: topic,
        partitions: Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp })),
      }))
      return await admin.listOffsets({ topics: asked })
    })
    return listed.flatMap(({ name, partitions }) =>
      partitions.map((found) => ({
        topic: name,
        partition: found.partitionIndex,
        offset: found.offset,
        time: found.timestamp,
      })),
    )
  }

  return {
    where: connections.where,
    topics: () => call('listing topics', 'DESCRIBE on the topics', (admin) => admin.listTopics()),
    beginOffsets: (topics) => offsets(topics, begin),
    endOffsets: (topics) => offsets(topics, end),
    async newestRecords(topics) {
      const found = await offsets(topics, newest)
      return found.map(({ topic, partition, time }) => ({
        topic,
        partition,
        time: time < 0n ? undefined : Number(time),
      }))
    },
    async committedOffsets(groups) {
      if (groups.length === 0) return new Map()
      const needs = `DESCRIBE on the consumer groups ${groups.join(', ')}`
      const found = await call('reading committed offsets', needs, (admin) =>
        admin.listConsumerGroupOffsets({ groups: [...groups] }),
      )
      return new Map(found.map(({ groupId, topics }) => [groupId, committed(topics)]))
    },
    firstRecords: (positions) => firstRecords(connections, positions),
    async topicSettings(topics) {
      if (topics.length === 0) return []
      return await call('reading the settings of topics', 'DESCRIBE_CONFIGS on the topics', async (admin) => {
        const partitions = await partitionsOf(admin, topics)
        const described = await admin.describeConfigs({
          resources: topics.map((resourceName) => ({
            ...{ resourceType: topicResource, resourceName },
            configurationKeys: settingNames,
          })),
        })
        return described.map(({ resourceName, configs }) => ({
          topic: resourceName,
          partitions: partitions.find(({ topic }) => topic === resourceName)?.count ?? 0,
          settings: new Map(
            configs.flatMap(({ name, value }) => (typeof value === 'string' ? [[name, value] as const] : [])),
          ),
        }))
      })
    },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  }
}

async function firstRecords(
  connections: KafkaConnections,
  positions: readonly PartitionOffset[],
): Promise<readonly FirstRecord[]> {
  if (positions.length === 0) return []
  const call = { what: 'reading records', needs: 'READ on the topics' }
  return await connections.call(call, (admin, library) => readFirstRecords(admin, library, positions))
}

async function partitionsOf(
  admin: Admin,
  topics: readonly string[],
): Promise<readonly { topic: string; count: number }[]> {
  const metadata = await admin.metadata({ topics: [...topics], forceUpdate: true })
  return topics.map((topic) => ({ topic, count: metadata.topics.get(topic)?.partitionsCount ?? 0 }))
}

function committed(
  topics: readonly { name: string; partitions: readonly { partitionIndex: number; committedOffset: bigint }[] }[],
): readonly PartitionOffset[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions
      // -1: the group knows the partition and has not committed.
      .filter(({ committedOffset }) => committedOffset >= 0n)
      .map(({ partitionIndex, committedOffset }) => ({
        topic: name,
        partition: partitionIndex,
        offset: committedOffset,
      })),
  )
}
