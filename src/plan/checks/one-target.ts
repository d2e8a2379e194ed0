import { parsePostgresUrl } from '../../config/postgres-url.ts'
import type { SinkConfig } from '../../config/sink-config.ts'
import { doubtful, ifNew } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { listKnownTopics } from '../known-topics.ts'
import type { KnownTopic } from '../known-topics.ts'
import { readSinkConfig } from '../live-config.ts'
import { isNewValue } from '../situation.ts'
import type { Situation } from '../situation.ts'

const key = 'collection.name.format'
const mostShown = 10

interface Target {
  readonly sink: string
  readonly topic: KnownTopic
  /** PostgreSQL, schema and table. */
  readonly place: string
  readonly table: string
}

/** Two sinks, or two topics, that write one table overwrite each other's rows. */
export function checkOneTarget(situation: Situation): readonly Finding[] {
  const { file, others, files } = situation
  const own = readSinkConfig(file.name, file.config)
  if (own === undefined) return []
  const running = others.filter(({ type }) => type === 'sink')
  const names = new Set([file.name, ...running.map(({ name }) => name)])
  const written = files.filter(({ kind, name }) => kind === 'sink' && !names.has(name))
  const topics = listKnownTopics(situation)
  const targets = [...running, ...written].flatMap(({ name, config }) => {
    const sink = readSinkConfig(name, config)
    return sink === undefined ? [] : targetsOf(sink, topics)
  })
  const mine = targetsOf(own, topics)
  const clashes = mine.flatMap((target) => {
    const same = (other: Target): boolean => other.place === target.place
    const second = mine.find((other) => same(other) && other.topic.topic < target.topic.topic) ?? targets.find(same)
    return second === undefined ? [] : [{ target, second }]
  })
  if (clashes.length === 0) return []
  const changed = ['topics', 'topics.regex', key, 'connection.url'].some((name) => isNewValue(situation, name))
  return [
    ifNew(
      changed,
      doubtful('CDC-C11', key, {
        what: `${clashes.length === 1 ? 'a target table has' : `${clashes.length} target tables have`} two writers`,
        why: 'rows of the same key overwrite each other, and a delete by one deletes the row of the other',
        fix: `"${key}": "another_schema.\${source.table}", or a topics.regex that leaves these topics out`,
        details: clashes.slice(0, mostShown).map(({ target, second }) => describe(file.name, target, second)),
      }),
    ),
  ]
}

function targetsOf(sink: SinkConfig, topics: readonly KnownTopic[]): readonly Target[] {
  return topics
    .filter(({ topic }) => sink.matchesTopic(topic))
    .map((topic) => {
      const { schema, table } = sink.targetName(topic.database, topic.table, topic.topic)
      return { sink: sink.name, topic, table: `${schema}.${table}`, place: `${serverOf(sink)}/${schema}.${table}` }
    })
}

/** Two URLs of one database are the same place; what is kept elsewhere (`${env:X}`) is compared as it is written. */
function serverOf(sink: SinkConfig): string {
  const written = sink.raw['connection.url'] ?? ''
  const { url } = { url: undefined, ...parsePostgresUrl(written) }
  return url === undefined ? written : `${url.host.toLowerCase()}:${url.port}/${url.database ?? ''}`
}

function describe(sink: string, target: Target, second: Target): string {
  const by = second.sink === sink ? '' : `${second.sink} from `
  return `${target.table}: from ${target.topic.topic}, and ${by}${second.topic.topic}`
}
