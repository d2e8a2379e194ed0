// Which of the topics that exist a sink reads.
import { distance } from 'fastest-levenshtein'
import { compileJavaRegex } from '../../config/java-regex.ts'
import { CdcError } from '../../core/errors.ts'

export interface TopicMatch {
  /** Topics that the sink reads, in the order of the names. */
  readonly matched: readonly string[]
  /** Names in `topics` that do not exist; with `topics.regex` always empty. */
  readonly missing: readonly string[]
  /** When nothing matched: the topics whose names look most like what is asked for, at most five. */
  readonly near: readonly string[]
}

/**
 * Matches a sink's `topics.regex` (a Java expression, whole names) or `topics` against the topics that exist. A topic
 * appears with its first record, so right after a source was registered nothing matches yet.
 * @param config the sink's configuration, as in its file or as Connect tells it
 * @param existing as `KafkaClient.topics()` gives them
 * @throws CdcError CDC-C06 when the expression is none
 */
export function matchTopics(config: Readonly<Record<string, string>>, existing: readonly string[]): TopicMatch {
  const expression = config['topics.regex']?.trim() ?? ''
  if (expression === '') {
    const listed = (config['topics'] ?? '').split(',').map((name) => name.trim())
    const wanted = [...new Set(listed)].filter((name) => name !== '').sort()
    const matched = wanted.filter((name) => existing.includes(name))
    const missing = wanted.filter((name) => !existing.includes(name))
    return { matched, missing, near: matched.length > 0 ? [] : nearest(wanted[0] ?? '', existing) }
  }
  const compiled = compileJavaRegex(expression, { ignoreCase: false })
  if (compiled.error !== undefined) {
    throw new CdcError('CDC-C06', {
      where: config['name'] ?? 'topics.regex',
      what: `topics.regex is wrong at character ${compiled.error.at + 1}: ${compiled.error.what}`,
    })
  }
  const matched = existing.filter((name) => compiled.regex.test(name)).sort()
  return { matched, missing: [], near: matched.length > 0 ? [] : nearest(literalStart(expression), existing) }
}

/** What the expression's names begin with, roughly: `a\.b\..*` -> `a.b.` */
function literalStart(expression: string): string {
  const start = /^(?:\\[^\w]|[^\\.*+?()[\]{}|^$])*/.exec(expression)?.[0] ?? ''
  return start.replaceAll('\\', '')
}

function nearest(wanted: string, existing: readonly string[]): readonly string[] {
  return existing
    .map((name) => ({ name, cost: distance(wanted.toLowerCase(), name.toLowerCase().slice(0, wanted.length)) }))
    .sort((a, b) => a.cost - b.cost || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
    .map(({ name }) => name)
}
