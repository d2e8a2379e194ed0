// What is wrong with, or worth saying about, a whole sink configuration.
import { examineKeys, formerKeys } from './examine.ts'
import type { Problem, RawConfig } from './examine.ts'
import type { Findings, Runtime } from './examine-source.ts'
import { unescapedDots } from './java-regex.ts'
import type { Notice } from './notice.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import { hasReference } from './reference.ts'
import { readTransforms } from './transforms.ts'

export function examineSink(raw: RawConfig, runtime: Runtime): Findings {
  const problems: Problem[] = [...examineKeys('sink', raw), ...topicProblems(raw), ...userProblems(raw)]
  const notices: Notice[] = [...formerKeyNotices(raw), ...topicNotices(raw)]
  if (runtime === 'embedded') {
    const transforms = readTransforms(raw)
    notices.push(...transforms.notices)
    problems.push(...transforms.problems.map((problem) => ({ code: 'CDC-C06' as const, ...problem })))
    problems.push(...refusedByEmbedded(raw))
  }
  return { problems, notices }
}

function topicProblems(raw: RawConfig): readonly Problem[] {
  const topics = (raw['topics'] ?? '').trim() !== ''
  const regex = (raw['topics.regex'] ?? '').trim() !== ''
  const words = 'Must configure one of topics or topics.regex'
  if (!topics && !regex) {
    return [
      {
        code: 'CDC-C07',
        key: 'topics.regex',
        message: words,
        fix: String.raw`"topics.regex": "prefix\\.database\\..*"`,
      },
    ]
  }
  if (topics && regex) {
    const message = 'topics and topics.regex are mutually exclusive options, but both are set'
    return [{ code: 'CDC-C06', key: 'topics', message, fix: 'remove "topics" or "topics.regex"' }]
  }
  return []
}

/** A user in the URL is one, too. */
function userProblems(raw: RawConfig): readonly Problem[] {
  if ((raw['connection.username'] ?? raw['connection.user'] ?? '').trim() !== '') return []
  const { url } = { url: undefined, ...parsePostgresUrl(raw['connection.url'] ?? '') }
  if (url?.user !== undefined || hasReference(raw['connection.url'] ?? '')) return []
  return [
    {
      code: 'CDC-C07',
      key: 'connection.username',
      message: 'A value is required',
      fix: '"connection.username": "${SINK_DB_USER}"',
    },
  ]
}

/** Left out in silence it would copy what the user wanted hidden. */
function refusedByEmbedded(raw: RawConfig): readonly Problem[] {
  const refused: readonly [string, string][] = [
    ['field.include.list', 'the embedded runtime copies every column'],
    ['field.exclude.list', 'the embedded runtime copies every column'],
    ['column.naming.strategy', 'the embedded runtime cannot load a Java class'],
    ['collection.naming.strategy', 'the embedded runtime cannot load a Java class'],
    ['table.naming.strategy', 'the embedded runtime cannot load a Java class'],
  ]
  return refused
    .filter(([key]) => {
      const value = (raw[key] ?? '').trim()
      return value !== '' && !/\.Default(Column|Collection|Table)NamingStrategy$/.test(value)
    })
    .map(([key, message]) => ({
      code: 'CDC-C06',
      key,
      message,
      fix: `remove "${key}", or use Kafka Connect for this connector`,
    }))
}

function formerKeyNotices(raw: RawConfig): readonly Notice[] {
  return Object.entries(formerKeys.sink)
    .filter(([former]) => raw[former] !== undefined)
    .map(([former, current]) => ({
      key: former,
      text:
        raw[current] === undefined
          ? `${former} is not what the JDBC sink calls it; it is read as ${current}.`
          : `${former} is ignored, because ${current} is there too.`,
      // A password never stands under these keys, so the value may be shown.
      replacement: raw[current] === undefined ? `"${current}": ${JSON.stringify(raw[former])}` : undefined,
    }))
}

function topicNotices(raw: RawConfig): readonly Notice[] {
  const regex = raw['topics.regex'] ?? ''
  const dots = unescapedDots(regex)
  const notices: Notice[] = []
  if (dots.length > 0) {
    const escaped = regex
      .split('')
      .map((char, at) => (dots.includes(at) ? String.raw`\.` : char))
      .join('')
    const text = 'An unescaped dot in topics.regex stands for any character, so other topics may match as well.'
    notices.push({ key: 'topics.regex', text, replacement: `"topics.regex": ${JSON.stringify(escaped)}` })
  }
  if ((raw['collection.name.format'] ?? raw['table.name.format'] ?? '').includes('${source.schema}')) {
    const text = 'MariaDB has no ${source.schema}; it is read as ${source.db}, and Debezium would fail on it.'
    notices.push({ key: 'collection.name.format', text, replacement: undefined })
  }
  return notices
}
