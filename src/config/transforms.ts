// Single message transforms in a connector file. The embedded runtime has no messages to transform; what a transform
// means for the rows is worked out here, and what it cannot mean is refused instead of being left out in silence.
import { compileJavaRegex, expandJavaReplacement } from './java-regex.ts'
import type { Notice } from './notice.ts'

export interface TransformProblem {
  readonly key: string
  readonly message: string
  readonly fix: string
}

export interface Transforms {
  /** The topic after all RegexRouter transforms, in order. */
  route(topic: string): string
  readonly notices: readonly Notice[]
  readonly problems: readonly TransformProblem[]
}

const router = 'org.apache.kafka.connect.transforms.RegexRouter'
type Raw = Readonly<Record<string, string>>

const withoutEffect: readonly {
  readonly type: RegExp
  readonly only?: typeof leavesRowsAlone
  readonly why: string
}[] = [
  {
    type: /^org\.apache\.kafka\.connect\.transforms\.Cast\$(Value|Key)$/,
    why: 'Cast sees only the outer fields of a Debezium message and never the columns, so it changes nothing; column types follow the source by themselves',
  },
  {
    type: /^io\.debezium\.transforms\.ExtractNewRecordState$/,
    why: 'rows are taken from the whole change, so it is not needed',
  },
  {
    type: /^org\.apache\.kafka\.connect\.transforms\.ReplaceField\$Value$/,
    only: leavesRowsAlone,
    why: 'rows have none of these fields',
  },
]

const replaceField = 'org.apache.kafka.connect.transforms.ReplaceField$Value'
/** Fields of a Debezium message that no sink of ours reads: what is said of a whole transaction, and the same time thrice. */
const unread = ['transaction', 'ts_us', 'ts_ns']

/**
 * A source's configuration for Kafka Connect whose records do not carry what nobody reads: with the field goes its schema,
 * which stands in every record. One that has transforms of its own is left as it is.
 */
export function withoutUnreadFields(raw: Readonly<Record<string, string>>): Record<string, string> {
  if (raw['transforms'] !== undefined) return { ...raw }
  return {
    ...{ ...raw, transforms: 'lean', 'transforms.lean.type': replaceField },
    'transforms.lean.exclude': unread.join(','),
  }
}

function leavesRowsAlone(name: string, raw: Raw): boolean {
  const { [`transforms.${name}.exclude`]: exclude = '', ...rest } = raw
  if (Object.keys(rest).some((key) => /\.(include|renames)$/.test(key) && key.startsWith(`transforms.${name}.`)))
    return false
  return exclude.split(',').every((field) => [...unread, 'ts_ms'].includes(field.trim()))
}

/** Reads `transforms` and what belongs to each of its names. Never throws. */
export function readTransforms(raw: Readonly<Record<string, string>>): Transforms {
  const routes: ((topic: string) => string)[] = []
  const notices: Notice[] = []
  const problems: TransformProblem[] = []
  for (const name of (raw['transforms'] ?? '').split(',').map((part) => part.trim())) {
    if (name === '') continue
    const key = `transforms.${name}.type`
    const type = raw[key]
    const harmless = withoutEffect.find(
      ({ type: known, only }) => known.test(type ?? '') && (only?.(name, raw) ?? true),
    )
    if (type === undefined) {
      problems.push({ key: 'transforms', message: `transform ${name} has no "${key}"`, fix: `"${key}": "…"` })
    } else if (harmless !== undefined) {
      notices.push({ key, text: `${name} has no effect: ${harmless.why}.`, replacement: undefined })
    } else if (type === router && raw[`transforms.${name}.predicate`] === undefined) {
      const route = compileRoute(name, raw, problems)
      if (route !== undefined) routes.push(route)
    } else {
      const what = type === router ? `${type} with a predicate` : type
      problems.push({
        key,
        message: `the embedded runtime cannot apply ${what}`,
        fix: 'remove the transform, or use Kafka Connect for this connector',
      })
    }
  }
  return { route: (topic) => routes.reduce((current, route) => route(current), topic), notices, problems }
}

/**
 * A configuration for Kafka Connect without the casts of values that can do nothing there: until a transform before them
 * has taken the row out of a Debezium message, its outer fields are `before`, `after` and `source`, and none of them has a
 * column's name. (Keys are no envelopes: a cast of those does what it says, and stays.)
 */
export function withoutIdleCasts(raw: Readonly<Record<string, string>>): {
  readonly config: Record<string, string>
  readonly notices: readonly Notice[]
} {
  const names = (raw['transforms'] ?? '').split(',').map((part) => part.trim())
  const typeOf = (name: string): string => raw[`transforms.${name}.type`] ?? ''
  const unwraps = (type: string): boolean => /ExtractNewRecordState$|\.(ExtractField|Flatten)\$Value$/.test(type)
  const idle = names.filter(
    (name, at) => typeOf(name).endsWith('.Cast$Value') && !names.slice(0, at).some((before) => unwraps(typeOf(before))),
  )
  if (idle.length === 0) return { config: { ...raw }, notices: [] }
  const entries = Object.entries(raw).filter(([key]) => !idle.some((name) => key.startsWith(`transforms.${name}.`)))
  const { transforms: _, ...config } = Object.fromEntries(entries)
  const left = names.filter((name) => !idle.includes(name))
  return {
    config: left.length === 0 ? config : { ...config, transforms: left.join(',') },
    notices: idle.map((name) => ({
      key: `transforms.${name}.type`,
      text: `${name} is not sent: Cast sees only the outer fields of a Debezium message and never the columns. BIT(1) becomes boolean by itself, and TINYINT(1) by the source's TinyIntOneToBooleanConverter.`,
      replacement: undefined,
    })),
  }
}

function compileRoute(
  name: string,
  raw: Readonly<Record<string, string>>,
  problems: TransformProblem[],
): ((topic: string) => string) | undefined {
  const regexKey = `transforms.${name}.regex`
  const replacementKey = `transforms.${name}.replacement`
  const source = raw[regexKey]
  const replacement = raw[replacementKey]
  if (source === undefined || replacement === undefined) {
    const missing = source === undefined ? regexKey : replacementKey
    problems.push({
      key: `transforms.${name}.type`,
      message: `RegexRouter ${name} needs "${missing}"`,
      fix: `"${missing}": "…"`,
    })
    return undefined
  }
  const { regex, error } = { regex: undefined, error: undefined, ...compileJavaRegex(source, { ignoreCase: false }) }
  if (regex === undefined) {
    const what = error === undefined ? 'a mistake' : `${error.what} at character ${error.at + 1}`
    problems.push({ key: regexKey, message: `the regular expression has ${what}`, fix: 'correct the expression' })
    return undefined
  }
  return (topic) => {
    const match = regex.exec(topic)
    return match === null ? topic : expandJavaReplacement(replacement, match)
  }
}
