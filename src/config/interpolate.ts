// `${VAR}` in connector files. Ours are filled in from the environment when a file is read; what belongs to Kafka
// Connect (`${env:X}`, `${file:/path:key}`) or to the sink (`${topic}`, `${source.table}`) passes through untouched.

export interface InterpolationProblem {
  /** The variable; undefined when it is not readable. */
  readonly variable: string | undefined
  readonly what: string
}

export interface Interpolated {
  /** undefined: the whole value is `${VAR:+…}` of a variable that has none, so the key is left out. */
  readonly text: string | undefined
  readonly problems: readonly InterpolationProblem[]
}

/** What the JDBC sink fills in itself. */
const sinkPlaceholder = /^(topic|table|source\.\w+)$/
const variableName = /^[A-Za-z_]\w*/
const provider = /^[\w.-]+:/

/**
 * Fills in `${VAR}`, `${VAR:-default}` (unset or empty: default), `${VAR:?message}` (unset or empty: an error with that
 * message), `${VAR:+text}` (text when set and not empty, else nothing); `$$` is a dollar sign. What is filled in is
 * taken as it is: a dollar sign in a password means nothing.
 */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): Interpolated {
  const problems: InterpolationProblem[] = []
  const conditional = /^\$\{([A-Za-z_]\w*):\+/.exec(text)
  if (
    conditional !== null &&
    closingBrace(text, 2) === text.length - 1 &&
    (variables[conditional[1] ?? ''] ?? '') === ''
  ) {
    return { text: undefined, problems }
  }
  return { text: fill(text, variables, problems), problems }
}

function fill(text: string, variables: Readonly<Record<string, string>>, problems: InterpolationProblem[]): string {
  let result = ''
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    const next = text.charAt(at + 1)
    if (char === '$' && next === '$') {
      result += '$'
      at++
    } else if (char === '$' && next === '{') {
      const end = closingBrace(text, at + 2)
      if (end === -1) {
        problems.push({ variable: undefined, what: '${ without a closing brace; write $$ for a dollar sign' })
        return result + text.slice(at)
      }
      result += resolve(text.slice(at + 2, end), variables, problems)
      at = end
    } else {
      result += char
    }
  }
  return result
}

/** Position of the brace that closes the one before `from`; -1: there is none. */
function closingBrace(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) depth++
    else if (text.charAt(at) === '}' && --depth === 0) return at
  }
  return -1
}

function resolve(inner: string, variables: Readonly<Record<string, string>>, problems: InterpolationProblem[]): string {
  if (sinkPlaceholder.test(inner)) return `\${${inner}}`
  const name = variableName.exec(inner)?.[0]
  const operator = name === undefined ? '' : inner.slice(name.length, name.length + 2)
  if (name === undefined || !['', ':-', ':?', ':+'].includes(operator)) {
    if (provider.test(inner)) return `\${${inner}}`
    problems.push({ variable: undefined, what: `\${${inner}} is not the name of a variable` })
    return ''
  }
  const value = variables[name]
  const rest = inner.slice(name.length + 2)
  if (operator === ':+') return value === undefined || value === '' ? '' : fill(rest, variables, problems)
  if (value !== undefined && value !== '') return value
  if (operator === ':-') return fill(rest, variables, problems)
  const state = value === undefined ? 'is not defined' : 'is defined but empty'
  problems.push({
    variable: name,
    what: operator === ':?' && rest !== '' ? `${name} ${state}: ${rest}` : `${name} ${state}`,
  })
  return ''
}
