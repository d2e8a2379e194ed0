// What `cdc status` shows of Kafka Connect: states from its REST API, lag from Kafka.
import type { KafkaClient } from '../connect/kafka/client.ts'
import { readSinkLags } from '../connect/kafka/lag.ts'
import type { SinkLag, SinkOfKafka } from '../connect/kafka/lag.ts'
import { checkRetention, formatDays, shortestRetention } from '../connect/kafka/retention.ts'
import type { ConnectorInfo } from '../connect/rest-types.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { leftOnNotes } from '../plan/left-on.ts'
import type { CommandContext } from './context.ts'
import { openProjectKafka } from './kafka-access.ts'
import { namesInFiles, partsOfStatuses } from './pipeline-status.ts'
import type { Progress, StatusReader } from './pipeline-status.ts'
import { countOf } from './quantities.ts'
import { createReadingRate } from './reading-rate.ts'
import type { ReadingRate } from './reading-rate.ts'
import { expectedRetentionMs } from './topics-kept.ts'

/** The table is shown after this time, whatever Kafka does. */
const limits = { connectMs: 1_000, timeoutMs: 4_000 }
const unseen = 'lag and last events cannot be seen'

export function createConnectStatus(context: CommandContext): StatusReader {
  let kafka: KafkaClient | undefined
  let sinks: readonly SinkOfKafka[] = []
  let sources: readonly SinkOfKafka[] = []
  let lags: ReadonlyMap<string, SinkLag> = new Map()
  // A single look shows no speed: `--watch` looks again and again.
  const rates = new Map<string, ReadingRate>()

  function rateOf(name: string, reached: bigint): number | null {
    const rate = rates.get(name) ?? createReadingRate(() => performance.now())
    rates.set(name, rate)
    return rate.add(reached)
  }

  async function close(): Promise<void> {
    await kafka?.[Symbol.asyncDispose]()
    kafka = undefined
  }

  /** What Kafka does not tell leaves gaps, and a note says why. */
  async function readLags(connectors: readonly ConnectorInfo[]): Promise<readonly string[]> {
    lags = new Map()
    try {
      kafka ??= await openProjectKafka(context, limits)
      if (kafka === undefined) {
        return [`${unseen}; set KAFKA_BOOTSTRAP_SERVERS (and CONFLUENT_API_KEY, CONFLUENT_API_SECRET) in .env`]
      }
      sinks = connectors.filter(({ type }) => type === 'sink')
      sources = connectors.filter(({ type }) => type === 'source')
      if (sinks.length > 0) lags = await readSinkLags(kafka, sinks)
      return []
    } catch (error) {
      const errors = error instanceof CdcErrors ? error.errors : error instanceof CdcError ? [error] : undefined
      if (errors?.every(({ code }) => code.startsWith('CDC-K') || code.startsWith('CDC-C')) !== true) throw error
      await close()
      return errors.map(unseenBecause)
    }
  }

  return {
    async read() {
      // One after the other: loading Kafka's library takes the processor, and the time limit of a request runs meanwhile.
      const connectors = Object.values(await (await context.client()).list())
      const infos = connectors.map(({ info }) => info)
      const notes = await readLags(infos)
      const statuses = connectors.map(({ status }) => status)
      const progress = new Map(
        [...lags].map(([name, lag]) => [name, { ...progressOf(lag), rowsPerSecond: rateOf(name, lag.reached) }]),
      )
      return {
        parts: partsOfStatuses(statuses, progress),
        notes: [...leftOnNotes(infos), ...notes, ...lostNotes(lags)],
      }
    },
    async details(databases) {
      if (kafka === undefined) return []
      const names = namesInFiles(await context.project())
      const lines: string[] = []
      for (const database of databases) {
        const isOwn = ({ name }: SinkOfKafka): boolean => (names.get(name)?.database ?? name) === database
        const [source, sink] = [sources.find(isOwn), sinks.find(isOwn)]
        if (sink === undefined) continue
        const topics = lags.get(sink.name)?.topics ?? []
        const kept = topics.length === 0 ? '' : `, kept for ${formatDays(await shortestRetention(kafka, topics))}`
        lines.push(`${sink.name}: reads ${countOf(topics.length, 'topic')}${kept}: ${topics.join(' ')}`)
        const question = { source: source?.config ?? {}, sink: sink.config, neededMs: expectedRetentionMs }
        const problems = await checkRetention(kafka, question)
        lines.push(...problems.map(({ code, where, what, fix }) => `${code} ${where}: ${what}; fix: ${fix}`))
      }
      return lines
    },
    [Symbol.asyncDispose]: close,
  }
}

function progressOf(lag: SinkLag): Progress & { error?: string | undefined } {
  const [topic, records] = [...lag.lost][0] ?? []
  return {
    lagSeconds: lag.seconds,
    lagRecords: lag.records,
    lastEventTime: lag.newestTime,
    error:
      records === undefined ? undefined : `CDC-K08 ${topic}: ${countOf(records, 'record')} deleted before it read them`,
  }
}

function lostNotes(lags: ReadonlyMap<string, SinkLag>): readonly string[] {
  return [...lags].flatMap(([sink, { lost }]) =>
    [...lost].map(
      ([topic, records]) =>
        `CDC-K08 ${sink}: ${countOf(records, 'record')} of ${topic} deleted before the sink read them; ` +
        'raise its retention.ms, and load the table again: cdc migrate <database> --tables <table> --replace',
    ),
  )
}

function unseenBecause({ code, where, what, why, fix }: CdcError): string {
  return `${unseen}: ${code} ${where}: ${what}${why === undefined ? '' : ` (${why})`}; fix: ${fix}`
}
