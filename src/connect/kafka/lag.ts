// How far a sink is behind the topics it reads, from what its consumer group has committed.
import type { KafkaClient } from './client.ts'
import { matchTopics } from './match-topics.ts'
import { samePartition } from './partition-offset.ts'
import type { PartitionOffset, TopicPartition } from './partition-offset.ts'

export interface SinkOfKafka {
  readonly name: string
  /** As Connect tells it. */
  readonly config: Readonly<Record<string, string>>
}

export interface SinkLag {
  /** Topics that exist and that the sink reads. */
  readonly topics: readonly string[]
  /**
   * Records that wait; a sink commits what it has written every `offset.flush.interval.ms`, so it may be fewer. null: no
   * topic matches, because none is there yet or the login may not see them.
   */
  readonly records: number | null
  /** Where it stands, summed over all partitions: the difference of two times is what it has read in between. */
  readonly reached: bigint
  /** Age of the oldest record that waits; 0 when none does, null when there is no topic or its time cannot be read. */
  readonly seconds: number | null
  /** Records that Kafka deleted before the sink had read them, by topic. */
  readonly lost: ReadonlyMap<string, number>
  /** Epoch seconds at which the newest record was written; null: there is none. */
  readonly newestTime: number | null
}

/** What the sinks have still to read. One round of calls for all of them. */
export async function readSinkLags(
  kafka: KafkaClient,
  sinks: readonly SinkOfKafka[],
): Promise<ReadonlyMap<string, SinkLag>> {
  const existing = await kafka.topics()
  const read = sinks.map((sink) => ({ sink, topics: matchTopics(sink.config, existing).matched }))
  const topics = [...new Set(read.flatMap((one) => one.topics))]
  const [begins, ends, newest, committed] = await Promise.all([
    kafka.beginOffsets(topics),
    kafka.endOffsets(topics),
    kafka.newestRecords(topics),
    kafka.committedOffsets(sinks.map(consumerGroup)),
  ])
  const behind = read.map(({ sink, topics: own }) => {
    const isOwn = ({ topic }: TopicPartition): boolean => own.includes(topic)
    return positions(begins.filter(isOwn), ends.filter(isOwn), committed.get(consumerGroup(sink)) ?? [])
  })
  const first = await kafka.firstRecords(unique(behind.flat().filter(waits)))
  const now = Date.now()
  return new Map(
    read.map(({ sink, topics: own }, i) => {
      const waiting = (behind[i] ?? []).filter(waits).flatMap((position) => {
        const found = first.find((record) => samePartition(record, position) && record.scannedTo > position.offset)
        // Only the markers of transactions are left.
        if (found !== undefined && found.offset === undefined && found.scannedTo >= position.end) return []
        return [{ records: Number(position.end - position.offset), time: found?.time }]
      })
      const times = waiting.flatMap(({ time }) => time ?? [])
      const written = newest.flatMap(({ topic, time }) => (time !== undefined && own.includes(topic) ? [time] : []))
      const age = Math.max(0, (now - Math.min(...times)) / 1000)
      return [
        sink.name,
        {
          topics: own,
          reached: (behind[i] ?? []).reduce((sum, { offset }) => sum + offset, 0n),
          records: own.length === 0 ? null : waiting.reduce((sum, { records }) => sum + records, 0),
          seconds:
            own.length === 0 ? null : waiting.length === 0 ? 0 : times.length === 0 ? null : Math.round(age * 10) / 10,
          lost: lostRecords(behind[i] ?? []),
          newestTime: written.length === 0 ? null : Math.max(...written) / 1000,
        },
      ] as const
    }),
  )
}

/** Which of these positions the sink has not come to yet. Its topics must have been matched before. */
export async function notReached(
  kafka: KafkaClient,
  sink: SinkOfKafka,
  until: readonly PartitionOffset[],
): Promise<readonly PartitionOffset[]> {
  const topics = [...new Set(until.map(({ topic }) => topic))]
  const [begins, committed] = await Promise.all([
    kafka.beginOffsets(topics),
    kafka.committedOffsets([consumerGroup(sink)]),
  ])
  const own = committed.get(consumerGroup(sink)) ?? []
  const open = until.filter((end) => !own.some((done) => samePartition(done, end) && done.offset >= end.offset))
  const behind = positions(begins, open, own).filter(waits)
  const first = await kafka.firstRecords(behind)
  return behind.filter((position) => {
    const found = first.find((record) => samePartition(record, position))
    if (found === undefined) return true
    return found.offset === undefined ? found.scannedTo < position.end : found.offset < position.end
  })
}

/** Connect names a sink's consumer group after the connector, unless it says otherwise. */
export function consumerGroup({ name, config }: SinkOfKafka): string {
  return config['consumer.override.group.id'] ?? `connect-${name}`
}

interface Position extends PartitionOffset {
  readonly end: bigint
  /** Records that were deleted between what was committed and the beginning. */
  readonly deleted: bigint
}

/** Where the group goes on reading: what it has not committed it reads from the beginning, as Connect's sinks do. */
function positions(
  begins: readonly PartitionOffset[],
  ends: readonly PartitionOffset[],
  committed: readonly PartitionOffset[],
): readonly Position[] {
  return ends.map(({ topic, partition, offset: end }) => {
    const here = (found: TopicPartition): boolean => samePartition(found, { topic, partition })
    const begin = begins.find(here)?.offset ?? 0n
    const own = committed.find(here)?.offset
    // Beyond the end: the topic was made anew, and the consumer begins again.
    const offset = own === undefined || own > end || own < begin ? begin : own
    return { topic, partition, offset, end, deleted: own !== undefined && own < begin ? begin - own : 0n }
  })
}

function waits({ offset, end }: Position): boolean {
  return offset < end
}

function lostRecords(behind: readonly Position[]): ReadonlyMap<string, number> {
  const lost = new Map<string, number>()
  for (const { topic, deleted } of behind) {
    if (deleted > 0n) lost.set(topic, (lost.get(topic) ?? 0) + Number(deleted))
  }
  return lost
}

function unique(some: readonly PartitionOffset[]): readonly PartitionOffset[] {
  const seen = new Map(some.map((position) => [`${position.topic} ${position.partition} ${position.offset}`, position]))
  return [...seen.values()]
}
