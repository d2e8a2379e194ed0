// The first record behind a position, for its time. Read with the protocol's Fetch: the library's consumer would join a
// group. Version 11 names topics by name and is known to every broker from 2.3 to 4.x.
import type { Admin } from '@platformatic/kafka'
import type { KafkaLibrary } from './connections.ts'
import { samePartition } from './partition-offset.ts'
import type { PartitionOffset, TopicPartition } from './partition-offset.ts'

export interface FirstRecord extends TopicPartition {
  /** Epoch milliseconds; undefined: no record lies between the position and `scannedTo`. */
  readonly time: number | undefined
  readonly offset: bigint | undefined
  /** Up to here (exclusive) the log was looked at; markers of transactions take offsets, too, and are no records. */
  readonly scannedTo: bigint
}

type FetchApi = KafkaLibrary['fetchV11']['api']['async']
type FetchResponse = Awaited<ReturnType<FetchApi>>
type ResponsePartition = FetchResponse['responses'][number]['partitions'][number]

/** A producer's batch is 16 kB unless one record is larger. */
const enoughBytes = 32 * 1024
const mostBytes = 16 * 1024 * 1024
const maxWaitMs = 0
const minBytes = 0
const readUncommitted = 0
const noSession = 0
const noEpoch = -1
const noTimeYet = -1n
const isControl = 0x20
const isAppendTime = 0x08
const offsetOutOfRange = 1

export async function readFirstRecords(
  admin: Admin,
  library: KafkaLibrary,
  positions: readonly PartitionOffset[],
): Promise<readonly FirstRecord[]> {
  const topics = [...new Set(positions.map(({ topic }) => topic))]
  const { topics: described } = await admin.metadata({ topics })
  const leaderOf = ({ topic, partition }: TopicPartition): number =>
    described.get(topic)?.partitions[partition]?.leader ?? -1
  const byLeader = Map.groupBy(positions, leaderOf)
  const connections = await admin.connectToBrokers([...byLeader.keys()])
  const found = await Promise.all(
    [...byLeader].map(async ([leader, wanted]) => {
      const connection = connections.get(leader)
      if (connection === undefined) throw new library.NetworkError('a partition has no leader')
      const fetch = (some: readonly PartitionOffset[], bytes: number): Promise<FetchResponse> =>
        fetchV11(library, connection, some, bytes)
      const first = records(await fetch(wanted, enoughBytes), wanted)
      const none = wanted.filter((position) => !first.some((record) => samePartition(record, position)))
      // Of the first partition of a request Kafka sends a batch whatever its size.
      for (const position of none) first.push(...records(await fetch([position], enoughBytes), [position]))
      return first
    }),
  )
  return found.flat()
}

async function fetchV11(
  library: KafkaLibrary,
  connection: Parameters<FetchApi>[0],
  positions: readonly PartitionOffset[],
  partitionMaxBytes: number,
): Promise<FetchResponse> {
  const topics = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topicId, some]) => ({
    topicId,
    partitions: some.map(({ partition, offset }) => ({
      ...{ partition, currentLeaderEpoch: noEpoch, fetchOffset: offset, lastFetchedEpoch: noEpoch },
      partitionMaxBytes,
    })),
  }))
  const fetch = library.fetchV11.api.async
  try {
    return await fetch(connection, maxWaitMs, minBytes, mostBytes, readUncommitted, noSession, noEpoch, topics, [], '')
  } catch (error) {
    // Retention may delete between two calls; the other partitions' records are there all the same.
    const response = error instanceof library.ResponseError ? error : undefined
    if (response === undefined || !response.errors.every((part) => isOutOfRange(part))) throw error
    return (response as unknown as { response: FetchResponse }).response
  }
}

function isOutOfRange(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'apiCode' in error && error.apiCode === offsetOutOfRange
}

function records(response: FetchResponse, positions: readonly PartitionOffset[]): FirstRecord[] {
  return response.responses.flatMap(({ topicId, partitions }) =>
    partitions.flatMap((partition) => {
      const position = positions.find(
        (asked) => asked.topic === topicId && asked.partition === partition.partitionIndex,
      )
      if (position === undefined || partition.records === null || partition.records.length === 0) return []
      return firstRecord(position, partition)
    }),
  )
}

function firstRecord(position: PartitionOffset, { records: batches }: ResponsePartition): FirstRecord {
  let scannedTo = position.offset
  for (const batch of batches ?? []) {
    scannedTo = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n
    if ((batch.attributes & isControl) !== 0) continue
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta)
      if (offset < position.offset) continue
      const created = batch.firstTimestamp === noTimeYet ? noTimeYet : batch.firstTimestamp + record.timestampDelta
      const time = Number((batch.attributes & isAppendTime) === 0 ? created : batch.maxTimestamp)
      return { topic: position.topic, partition: position.partition, offset, time, scannedTo }
    }
  }
  return { topic: position.topic, partition: position.partition, offset: undefined, time: undefined, scannedTo }
}
