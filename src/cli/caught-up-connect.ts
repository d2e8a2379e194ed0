// Caught up, on Kafka Connect: first the source, whose committed position must reach the server's; then the sink, whose
// consumer group must have committed what the topics held at that moment.
import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import type { ConnectClient } from '../connect/client.ts'
import { connectorHealth } from '../connect/health.ts'
import { notReached } from '../connect/kafka/lag.ts'
import type { SinkOfKafka } from '../connect/kafka/lag.ts'
import { matchTopics } from '../connect/kafka/match-topics.ts'
import type { PartitionOffset } from '../connect/kafka/partition-offset.ts'
import { askUntil, notRunning } from '../connect/wait.ts'
import { CdcError } from '../core/errors.ts'
import { formatPosition, parsePosition, reaches } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { CommandContext } from './context.ts'
import { kafkaUnknown, openProjectKafka } from './kafka-access.ts'
import { countOf } from './quantities.ts'

export interface TopicsWait {
  readonly timeoutMs: number
  /** The source server's position at this moment. */
  readonly readPosition: () => Promise<GtidPosition>
}

/** Connect commits positions only from time to time (`offset.flush.interval.ms`, a minute unless set otherwise). */
export async function waitForTopics(
  context: CommandContext,
  { source, sink }: { source: SourceConfig; sink: SinkConfig },
  { timeoutMs, readPosition }: TopicsWait,
): Promise<string> {
  const client = await context.client()
  const { signal } = context
  const mustRun = (): Promise<void> => mustBeRunning(client, [source.name, sink.name])
  await mustRun()
  await using kafka = await openProjectKafka(context)
  if (kafka === undefined) throw await cannotBeSeen(client, sink.name)
  const started = Date.now()
  const left = (): number => Math.max(0, timeoutMs - (Date.now() - started))
  // Asked before anything is waited for: an address that is wrong is told at once.
  await kafka.topics()

  const target = await readPosition()
  await waitForSource(context, source.name, target, { timeoutMs: left(), mustRun })

  const live = await liveSink(client, sink.name)
  const existing = await kafka.topics()
  await mustSeeTopics(client, { source: source.name, sink: live, existing })
  const ends = await kafka.endOffsets(matchTopics(live.config, existing).matched)
  let behind: readonly PartitionOffset[] | undefined
  let away: CdcError | undefined
  await askUntil(
    async () => {
      await mustRun()
      try {
        behind = await notReached(kafka, live, ends)
        away = undefined
      } catch (error) {
        // It answered before; a broker that starts again is waited for.
        if (!(error instanceof CdcError) || !['CDC-K01', 'CDC-K06'].includes(error.code)) throw error
        away = error
      }
      return away === undefined && behind?.length === 0 ? true : undefined
    },
    {
      ...{ timeoutMs: left(), signal, where: sink.name },
      waitedFor: () => (away === undefined ? waitedFor(behind ?? []) : `${away.what} (${away.where})`),
    },
  )
  return formatPosition(target)
}

/**
 * Waits until a source connector has written down that it has read up to a position of its server.
 * @throws CdcError CDC-W06 after the time limit, and what `mustRun` throws
 */
export async function waitForSource(
  context: CommandContext,
  name: string,
  target: GtidPosition,
  { timeoutMs, mustRun }: { readonly timeoutMs: number; readonly mustRun?: () => Promise<void> },
): Promise<void> {
  const client = await context.client()
  let read = 'nothing'
  await askUntil(
    async () => {
      await (mustRun ?? (() => mustBeRunning(client, [name])))()
      const [offset] = (await client.offsets(name)) ?? []
      const gtids = offset?.offset?.['gtids']
      if (typeof gtids !== 'string') return undefined
      read = gtids
      return reaches(parsePosition(gtids), target) ? true : undefined
    },
    {
      ...{ timeoutMs, signal: context.signal, where: name },
      waitedFor: () => `waiting for ${formatPosition(target)}, the source has committed ${read}`,
    },
  )
}

function waitedFor(behind: readonly PartitionOffset[]): string {
  const topics = [...new Set(behind.map(({ topic }) => topic))]
  const shown = topics.slice(0, 3).join(', ') + (topics.length > 3 ? ', …' : '')
  return `waiting for the sink to commit what ${countOf(topics.length, 'topic')} held: ${shown}`
}

async function mustBeRunning(client: ConnectClient, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const status = await client.status(name)
    if (status === undefined) {
      throw new CdcError('CDC-C08', { where: name, what: 'the connector is not registered', fix: 'cdc connectors' })
    }
    const health = connectorHealth(status)
    // A failed task among others that run does not read its topics either.
    const stands = ['FAILED', 'PAUSED', 'STOPPED'].includes(health.state) || health.error !== undefined
    if (stands) throw notRunning(name, health)
  }
}

/** What runs counts, not what the file says. */
async function liveSink(client: ConnectClient, name: string): Promise<SinkOfKafka> {
  const info = await client.info(name)
  if (info === undefined) {
    throw new CdcError('CDC-C08', { where: name, what: 'the connector is not registered', fix: 'cdc connectors' })
  }
  return { name, config: info.config }
}

/** Kafka leaves out topics that the login may not see; what is in them would never be waited for. */
async function mustSeeTopics(
  client: ConnectClient,
  { source, sink, existing }: { source: string; sink: SinkOfKafka; existing: readonly string[] },
): Promise<void> {
  const written = await client.topics(source)
  const unseen = matchTopics(sink.config, written).matched.filter((topic) => !existing.includes(topic))
  if (unseen.length === 0) return
  throw new CdcError('CDC-K03', {
    where: sink.name,
    what: `${countOf(unseen.length, 'topic')} that ${source} has written cannot be seen: ${unseen.slice(0, 5).join(', ')}`,
    why: 'DESCRIBE is missing on them, or they were deleted',
    fix: `allow the account of CONFLUENT_API_KEY DESCRIBE and READ on the topics; of deleted ones Kafka Connect is told by PUT /connectors/${source}/topics/reset`,
  })
}

/** As far as REST goes: what the sink has committed, but not what its topics hold. */
async function cannotBeSeen(client: ConnectClient, sink: string): Promise<CdcError> {
  const offsets = (await client.offsets(sink)) ?? []
  const committed = offsets.map(({ partition, offset }) => {
    const number = partition['kafka_partition'] === 0 ? '' : ` partition ${String(partition['kafka_partition'])}`
    return `${String(partition['kafka_topic'])}${number}: committed up to ${String(offset?.['kafka_offset'])}`
  })
  const details = committed.length === 0 ? ['it has committed nothing yet'] : committed
  return kafkaUnknown(sink, 'it cannot be seen whether the sink has caught up', details)
}
