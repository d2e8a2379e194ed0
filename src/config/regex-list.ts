import { compileJavaRegex } from './java-regex.ts'

/** One entry of a comma list of regular expressions. */
interface Entry {
  readonly source: string
  /** 0-based character of the whole list at which the entry begins. */
  readonly at: number
}

/** Splits at commas that are not escaped, as Debezium does; `\,` is a comma inside an entry, blank entries are dropped. */
function splitRegexList(list: string): readonly Entry[] {
  const entries: Entry[] = []
  let start = 0
  for (let at = 0; at <= list.length; at++) {
    if (list.charAt(at) === '\\') at++
    else if (at === list.length || list.charAt(at) === ',') {
      const part = list.slice(start, at)
      const source = part.trim().replaceAll('\\,', ',')
      if (source !== '') entries.push({ source, at: start + part.length - part.trimStart().length })
      start = at + 1
    }
  }
  const rest = list.slice(start).trim()
  if (rest !== '') entries.push({ source: rest, at: start })
  return entries
}

/** The entries as written. */
export function regexListEntries(list: string | undefined): readonly string[] {
  return splitRegexList(list ?? '').map((entry) => entry.source)
}

/** What is wrong with a list, with entry and position; undefined: nothing. */
export function regexListError(list: string): string | undefined {
  for (const [index, entry] of splitRegexList(list).entries()) {
    const { error } = compileJavaRegex(entry.source, { ignoreCase: true })
    if (error !== undefined) {
      return `A comma-separated list of valid regular expressions is expected, but entry ${index + 1} "${entry.source}" has ${error.what} at character ${error.at + 1} (character ${entry.at + error.at + 1} of the value)`
    }
  }
  return undefined
}

/**
 * Whether a name is in the list: an entry matches it whole, without regard to case; an entry that is the name itself
 * matches whatever its characters mean in a regular expression (`db.T$LOG`). The list must be valid.
 */
export function regexListMatcher(list: string): (name: string) => boolean {
  const literals = new Set<string>()
  const expressions: RegExp[] = []
  for (const entry of splitRegexList(list)) {
    literals.add(entry.source.toLowerCase())
    const { regex } = { regex: undefined, ...compileJavaRegex(entry.source, { ignoreCase: true }) }
    if (regex !== undefined) expressions.push(regex)
  }
  return (name) => literals.has(name.toLowerCase()) || expressions.some((expression) => expression.test(name))
}
