// Whether the topics of a pipeline keep their records long enough.
import { CdcError } from '../../core/errors.ts'
import type { KafkaClient, TopicSettings } from './client.ts'
import { matchTopics } from './match-topics.ts'

export interface RetentionQuestion {
  /** The source connector's configuration, as in its file or as Connect tells it. */
  readonly source: Readonly<Record<string, string>>
  /** The sink's. */
  readonly sink: Readonly<Record<string, string>>
  /** How long records may have to wait for the sink: the copy, and the longest outage that is to be survived. */
  readonly neededMs: number
}

/** Debezium asks for it: a history that begins to vanish cannot be read any more, whenever that is noticed. */
const fiveYearsMs = 5 * 365 * 24 * 3_600_000
const createdRetention = 'topic.creation.default.retention.ms'

/**
 * What is wrong with the topics' settings: the schema history must be kept for ever, data until the sink has read it.
 * Topics that do not exist yet are judged by the source's `topic.creation.default.retention.ms`.
 * For `cdc up`: ask before the copy starts, and throw `new CdcErrors(problems)` unless there are none.
 * @returns an error CDC-K07 for each topic (or key of the source's file) that is wrong; none: all is well
 * @throws CdcError CDC-K01 to K06 when Kafka cannot be asked
 */
export async function checkRetention(kafka: KafkaClient, question: RetentionQuestion): Promise<readonly CdcError[]> {
  const { source, sink, neededMs } = question
  const existing = await kafka.topics()
  const history = source['schema.history.internal.kafka.topic'] ?? ''
  const { matched } = matchTopics(sink, existing)
  const topics = existing.includes(history) ? [history, ...matched.filter((name) => name !== history)] : matched
  const settings = await kafka.topicSettings(topics)
  const problems = settings.flatMap((one) =>
    one.topic === history ? historyProblems(one, kafka.where) : dataProblems(one, neededMs, kafka.where),
  )
  const created = source[createdRetention]
  if (created !== undefined && keptMs(created) < neededMs) {
    problems.push(
      new CdcError('CDC-K07', {
        where: source['name'] ?? createdRetention,
        what: `${createdRetention}=${created}: new topics keep their records for ${formatDays(keptMs(created))}`,
        why: `they must be kept for ${formatDays(neededMs)}`,
        fix: `"${createdRetention}": "${Math.max(neededMs, weekMs)}"`,
      }),
    )
  }
  return problems
}

/** How long the data topics keep their records: the shortest of them, in milliseconds; Infinity: for ever. */
export async function shortestRetention(kafka: KafkaClient, topics: readonly string[]): Promise<number> {
  const settings = await kafka.topicSettings(topics)
  return Math.min(...settings.filter(deletes).map((one) => keptMs(one.settings.get('retention.ms') ?? '-1')))
}

const weekMs = 7 * 24 * 3_600_000

function historyProblems({ topic, partitions, settings }: TopicSettings, where: string): CdcError[] {
  const problems: CdcError[] = []
  const wrong = (what: string, fix: string): void => {
    const why = 'a source whose schema history is not whole cannot start again'
    problems.push(new CdcError('CDC-K07', { where: topic, what: `the schema history ${what}`, why, fix }))
  }
  if (partitions !== 1) {
    const fix = `cdc stop <source>; delete the topic ${topic}; cdc unregister source <database> --forget-offsets; cdc up <database>`
    wrong(`has ${partitions} partitions and must have one: its order is lost`, fix)
  }
  const change: string[] = []
  const said: string[] = []
  const [policy = 'delete', time = '-1', bytes = '-1'] = ['cleanup.policy', 'retention.ms', 'retention.bytes'].map(
    (name) => settings.get(name),
  )
  if (policy !== 'delete') {
    change.push('cleanup.policy=delete')
    said.push(`cleanup.policy=${policy} removes entries that are needed`)
  }
  if (keptMs(time) < fiveYearsMs) {
    change.push('retention.ms=-1')
    said.push(`retention.ms=${time} keeps it for ${formatDays(keptMs(time))} only`)
  }
  if (Number(bytes) >= 0) {
    change.push('retention.bytes=-1')
    said.push(`retention.bytes=${bytes} keeps so many bytes only`)
  }
  if (change.length > 0) wrong(`is not kept for ever: ${said.join('; ')}`, alter(topic, change, where))
  return problems
}

function dataProblems(one: TopicSettings, neededMs: number, where: string): CdcError[] {
  if (!deletes(one)) return []
  const { topic, settings } = one
  const time = settings.get('retention.ms') ?? '-1'
  const bytes = settings.get('retention.bytes') ?? '-1'
  const change: string[] = []
  const said: string[] = []
  if (keptMs(time) < neededMs) {
    change.push(`retention.ms=${Math.max(neededMs, weekMs)}`)
    said.push(`keeps its records for ${formatDays(keptMs(time))}`)
  }
  if (Number(bytes) >= 0) {
    change.push('retention.bytes=-1')
    said.push(`deletes what goes beyond ${bytes} bytes, whether it was read or not`)
  }
  if (change.length === 0) return []
  const why = `records must be kept for ${formatDays(neededMs)}, until the sink has read them`
  return [new CdcError('CDC-K07', { where: topic, what: said.join(', and '), why, fix: alter(topic, change, where) })]
}

/** A topic that is only compacted keeps the last record of each key, which is all a sink needs. */
function deletes({ settings }: TopicSettings): boolean {
  return (settings.get('cleanup.policy') ?? 'delete').split(',').includes('delete')
}

/** -1: for ever. */
function keptMs(written: string): number {
  const ms = Number(written)
  return ms < 0 ? Number.POSITIVE_INFINITY : ms
}

export function formatDays(ms: number): string {
  if (!Number.isFinite(ms)) return 'ever'
  const hours = ms / 3_600_000
  if (hours < 1) return `${Math.round(ms / 60_000)} min`
  return hours < 48 ? `${Math.round(hours * 10) / 10} h` : `${Math.round(hours / 24)} days`
}

function alter(topic: string, change: readonly string[], where: string): string {
  return `kafka-configs --bootstrap-server ${where} --alter --entity-type topics --entity-name ${topic} --add-config ${change.join(',')}`
}
