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
const withoutEffect: readonly { readonly type: RegExp; readonly why: string }[] = [
  {
    type: /^org\.apache\.kafka\.connect\.transforms\.Cast\$(Value|Key)$/,
    why: 'Cast sees only the outer fields of a Debezium message and never the columns, so it changes nothing; column types follow the source by themselves',
  },
  {
    type: /^io\.debezium\.transforms\.ExtractNewRecordState$/,
    why: 'rows are taken from the whole change, so it is not needed',
  },
]

/** Reads `transforms` and what belongs to each of its names. Never throws. */
export function readTransforms(raw: Readonly<Record<string, string>>): Transforms {
  const routes: ((topic: string) => string)[] = []
  const notices: Notice[] = []
  const problems: TransformProblem[] = []
  for (const name of (raw['transforms'] ?? '').split(',').map((part) => part.trim())) {
    if (name === '') continue
    const key = `transforms.${name}.type`
    const type = raw[key]
    const harmless = withoutEffect.find((entry) => entry.type.test(type ?? ''))
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
