import { compileJavaRegex, unescapedDots } from '../../config/java-regex.ts'
import { doubtful } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { listKnownTopics, readOwnSource, regexLine, someOf } from '../known-topics.ts'
import { sourceFileOf, valueIn } from '../situation.ts'
import type { Situation } from '../situation.ts'

const key = 'topics.regex'

/** A wide expression takes topics that hold no rows, or, by an unescaped dot, those of another database. */
export function checkForeignTopics(situation: Situation): readonly Finding[] {
  const expression = valueIn(situation.file.config, key)
  const { regex } = { regex: undefined, ...compileJavaRegex(expression, { ignoreCase: false }) }
  if (expression === '' || regex === undefined) return []
  const source = readOwnSource(situation)
  const fix = source === undefined ? undefined : regexLine(source.file)
  const findings: Finding[] = []

  const special = specialTopics(situation).filter(({ topic }) => regex.test(topic))
  if (special.length > 0) {
    findings.push(
      doubtful('CDC-C12', key, {
        what: `it also matches ${someOf(special.map(({ topic }) => topic))}, which hold no rows`,
        why: [...new Set(special.map(({ why }) => why))].join('; '),
        fix,
      }),
    )
  }
  const meant = escapedDots(expression)
  const foreign = rowTopics(situation).filter((topic) => regex.test(topic) && meant?.test(topic) === false)
  if (foreign.length > 0) {
    findings.push(
      doubtful('CDC-C12', key, {
        what: `its unescaped dots also match ${someOf(foreign)}`,
        why: 'a dot stands for any character: their rows would be written into the tables of this sink',
        fix: `"${key}": ${JSON.stringify(escapeDots(expression))}`,
      }),
    )
  }
  return findings
}

/** What Debezium writes besides the changes of tables, as the sources that are known are told to. */
function specialTopics(situation: Situation): readonly { readonly topic: string; readonly why: string }[] {
  const own = sourceFileOf(situation)
  const configs = [
    ...(own === undefined ? [] : [own.config]),
    ...situation.others.filter(({ type }) => type === 'source').map(({ config }) => config),
  ]
  const found = configs.flatMap((config) => {
    const value = (key: string, fallback: string): string => valueIn(config, key).toLowerCase() || fallback
    const prefix = valueIn(config, 'topic.prefix')
    const heartbeat =
      valueIn(config, 'topic.heartbeat.prefix') || valueIn(config, 'heartbeat.topics.prefix') || '__debezium-heartbeat'
    const topics = [
      {
        topic: valueIn(config, 'schema.history.internal.kafka.topic'),
        written: true,
        why: 'the sink task fails at the first record of a schema history',
      },
      {
        topic: `${heartbeat}.${prefix}`,
        written: value('heartbeat.interval.ms', '0') !== '0',
        why: 'heartbeats would get a table of their own',
      },
      {
        topic: prefix,
        written: value('include.schema.changes', 'true') === 'true',
        why: 'records about the schema are logged as warnings, one by one',
      },
      {
        topic: `${prefix}.transaction`,
        written: value('provide.transaction.metadata', 'false') === 'true',
        why: 'records about transactions would get a table of their own',
      },
    ]
    return topics.filter(({ topic, written }) => written && topic !== '' && prefix !== '')
  })
  return [...new Map(found.map((one) => [one.topic, one])).values()]
}

/** Of Kafka itself, else those that the running sources tell. */
function rowTopics(situation: Situation): readonly string[] {
  return [...new Set([...(situation.topics ?? []), ...listKnownTopics(situation).map(({ topic }) => topic)])].sort()
}

function escapeDots(expression: string): string {
  const dots = new Set(unescapedDots(expression))
  return expression.replaceAll(/[^]/g, (character, at: number) => (dots.has(at) ? '\\.' : character))
}

function escapedDots(expression: string): RegExp | undefined {
  if (unescapedDots(expression).length === 0) return undefined
  return { regex: undefined, ...compileJavaRegex(escapeDots(expression), { ignoreCase: false }) }.regex
}
