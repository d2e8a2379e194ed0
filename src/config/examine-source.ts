// What is wrong with, or worth saying about, a whole source configuration.
import { examineKeys } from './examine.ts'
import type { Problem, RawConfig } from './examine.ts'
import type { Notice } from './notice.ts'
import { formerSnapshotModes } from './source-connection-options.ts'
import { readTransforms } from './transforms.ts'

export type Runtime = 'embedded' | 'connect'

export interface Findings {
  readonly problems: readonly Problem[]
  readonly notices: readonly Notice[]
}

export function examineSource(raw: RawConfig, runtime: Runtime): Findings {
  const problems = [...examineKeys('source', raw), ...exclusive(raw, 'database.include.list', 'database.exclude.list')]
  problems.push(...exclusive(raw, 'table.include.list', 'table.exclude.list'))
  const notices = snapshotNotices(raw['snapshot.mode'])
  if (runtime === 'embedded') {
    const transforms = readTransforms(raw)
    notices.push(...transforms.notices)
    problems.push(...transforms.problems.map((problem) => ({ code: 'CDC-C06' as const, ...problem })))
    problems.push(...refusedByEmbedded(raw))
    notices.push(...embeddedNotices(raw))
  }
  return { problems, notices }
}

/** Two keys of which only one may have a value, with Debezium's words. */
function exclusive(raw: RawConfig, include: string, exclude: string): readonly Problem[] {
  if ((raw[include] ?? '').trim() === '' || (raw[exclude] ?? '').trim() === '') return []
  return [
    {
      code: 'CDC-C06',
      key: exclude,
      message: `"${include}" is already specified`,
      fix: `remove "${exclude}" or "${include}"`,
    },
  ]
}

/**
 * What would change the rows in a way the embedded runtime does not know. Left out in silence it would copy what the
 * user wanted hidden, or keep what the user wanted gone.
 */
function refusedByEmbedded(raw: RawConfig): readonly Problem[] {
  const problems: Problem[] = []
  for (const [key, value] of Object.entries(raw)) {
    if (/^column\.((include|exclude)\.list$|mask\.|truncate\.)/.test(key) && value.trim() !== '') {
      problems.push({
        code: 'CDC-C06',
        key,
        message: 'the embedded runtime copies every column as it is',
        fix: `remove "${key}", or use Kafka Connect for this connector`,
      })
    }
  }
  const skipped = (raw['skipped.operations'] ?? '').split(',').map((part) => part.trim())
  if (skipped.some((operation) => ['c', 'u', 'd'].includes(operation))) {
    problems.push({
      code: 'CDC-C06',
      key: 'skipped.operations',
      message: 'the embedded runtime skips no inserts, updates or deletes',
      fix: '"skipped.operations": "none"',
    })
  }
  const naming = raw['topic.naming.strategy'] ?? ''
  if (naming !== '' && !/^io\.debezium\.schema\.(Default|Schema)TopicNamingStrategy$/.test(naming)) {
    problems.push({
      code: 'CDC-C06',
      key: 'topic.naming.strategy',
      message: 'the embedded runtime cannot load a Java class',
      fix: 'remove "topic.naming.strategy", or use Kafka Connect for this connector',
    })
  }
  const mode = raw['database.ssl.mode']?.trim().toLowerCase() ?? ''
  if (
    mode.startsWith('verify-') &&
    raw['database.ssl.truststore'] !== undefined &&
    raw['database.ssl.ca'] === undefined
  ) {
    problems.push({
      code: 'CDC-C06',
      key: 'database.ssl.truststore',
      message: 'the embedded runtime cannot read Java key stores',
      fix: '"database.ssl.ca": "/path/to/ca.pem"',
    })
  }
  return problems
}

function snapshotNotices(written: string | undefined): Notice[] {
  const key = 'snapshot.mode'
  const mode = written?.trim().toLowerCase()
  if (mode === undefined || mode === 'no_data') return []
  const replacement = '"snapshot.mode": "no_data"'
  const former = formerSnapshotModes[mode]
  if (mode === 'recovery' || former === 'recovery') {
    const text = `${mode} reads the table structure again but no rows, so it does not bring a new table's rows. The embedded runtime does not need it and streams on, Kafka Connect is not told unless it is confirmed. To add a table, widen the allowlist, restart the source and load the table with cdc migrate.`
    return [{ key, text, replacement }]
  }
  if (former !== undefined) {
    return [
      {
        key,
        text: `${mode} is the former name of ${former}; Debezium 3.3 and later refuse it.`,
        replacement: `"snapshot.mode": "${former}"`,
      },
    ]
  }
  const text = `${mode} has no effect on the embedded runtime: cdc migrate copies the rows, the source only streams. On Kafka Connect, Debezium would act on it.`
  return [{ key, text, replacement }]
}

function embeddedNotices(raw: RawConfig): readonly Notice[] {
  const notices: Notice[] = []
  if (raw['message.key.columns'] !== undefined) {
    notices.push({
      key: 'message.key.columns',
      text: "The embedded runtime finds rows by the table's own key.",
      replacement: undefined,
    })
  }
  if (raw['database.ssl.keystore'] !== undefined) {
    notices.push({
      key: 'database.ssl.keystore',
      text: 'The embedded runtime shows no client certificate.',
      replacement: undefined,
    })
  }
  return notices
}
