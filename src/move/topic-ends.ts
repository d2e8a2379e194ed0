// Where the sink stands in Kafka, and where its topics end.
import type { ConnectClient } from '../connect/client.ts'
import { notReached } from '../connect/kafka/lag.ts'
import { matchTopics } from '../connect/kafka/match-topics.ts'
import type { PartitionOffset } from '../connect/kafka/partition-offset.ts'
import { askUntil } from '../connect/wait.ts'
import { setOffsets } from './connectors.ts'
import type { MoveOptions } from './move-options.ts'

type Asking = Pick<MoveOptions, 'kafka' | 'connect' | 'sink' | 'signal' | 'timeoutMs'>

async function topicEnds({ kafka, sink }: Asking): Promise<readonly PartitionOffset[]> {
  const { matched } = matchTopics(sink.raw, await kafka.topics())
  return matched.length === 0 ? [] : await kafka.endOffsets(matched)
}

/**
 * Lets a stopped sink begin behind everything that its topics hold now: records of an earlier time on Kafka Connect would
 * put old rows over new ones.
 * @returns how many partitions hold records that it has not read and will not read
 */
export async function beginAtTopicEnds(asking: Asking): Promise<number> {
  const { kafka, connect, sink, signal } = asking
  const ends = await topicEnds(asking)
  if (ends.length === 0) return 0
  const unread = await notReached(kafka, { name: sink.name, config: sink.raw }, ends)
  const offsets = ends.map(({ topic, partition, offset }) => ({
    partition: { kafka_topic: topic, kafka_partition: partition },
    offset: { kafka_offset: Number(offset) },
  }))
  await setOffsets(connect, sink.name, offsets, signal)
  return unread.length
}

/** Waits until the sink's group has committed the end of every topic. The source must stand still. */
export async function waitUntilDrained(asking: Asking, watch: (client: ConnectClient) => Promise<void>): Promise<void> {
  const { kafka, connect, sink, signal, timeoutMs } = asking
  const ends = await topicEnds(asking)
  let left: readonly PartitionOffset[] = ends
  await askUntil(
    async () => {
      left = await notReached(kafka, { name: sink.name, config: sink.raw }, ends)
      if (left.length === 0) return true
      await watch(connect)
      return undefined
    },
    {
      ...{ signal, timeoutMs, where: sink.name },
      waitedFor: () => `waiting for it to commit ${left.map(({ topic }) => topic).join(', ')}`,
    },
  )
}
