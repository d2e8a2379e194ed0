// Connect and Debezium are written in Java, so the regular expressions in connector files are Java's. This gives the
// same meaning to what both languages have, and an error with its position for the rest.

export interface RegexError {
  /** What is wrong, without the expression. */
  readonly what: string
  /** 0-based character of the expression at which it is wrong. */
  readonly at: number
}

export type CompiledRegex = { readonly regex: RegExp; readonly error?: undefined } | { readonly error: RegexError }

/** Compiles a Java regular expression that must match a whole text. */
export function compileJavaRegex(source: string, options: { readonly ignoreCase: boolean }): CompiledRegex {
  const inline = /^\(\?([ius]+)\)/.exec(source)
  const flags = new Set(options.ignoreCase ? ['u', 'i'] : ['u'])
  for (const flag of inline?.[1] ?? '') if (flag !== 'u') flags.add(flag)
  const start = inline?.[0].length ?? 0

  const translated = translate(source, start)
  if ('error' in translated) return translated
  try {
    return { regex: new RegExp(`^(?:${translated.text})$`, [...flags].join('')) }
  } catch (thrown) {
    return { error: { what: reason(thrown), at: faultPosition(source, start, [...flags].join('')) } }
  }
}

/**
 * Java to JavaScript with the `u` flag, which refuses what it does not know: an escaped character that needs no escape
 * loses it, `\Q…\E` is escaped, `\A` and `\z` are dropped because the match is whole anyway.
 */
function translate(source: string, start: number): { readonly text: string } | { readonly error: RegexError } {
  let text = ''
  let inClass = false
  for (let at = start; at < source.length; at++) {
    const char = source.charAt(at)
    const next = source.charAt(at + 1)
    if (char === '\\') {
      if (next === '') return { error: { what: 'a backslash at the end', at } }
      if (next === 'Q') {
        const end = source.indexOf('\\E', at)
        const literal = source.slice(at + 2, end === -1 ? undefined : end)
        text += literal.replace(/[\\^$.*+?()[\]{}|/-]/g, (c) => (c === '-' ? (inClass ? '\\-' : '-') : `\\${c}`))
        at = end === -1 ? source.length : end + 1
        continue
      }
      at++
      if ('AzZ'.includes(next)) continue
      if (/[^\w\s]/.test(next) && !/[\\^$.*+?()[\]{}|/]/.test(next)) text += next === '-' && inClass ? '\\-' : next
      else if (next === '_' || next === ' ') text += next
      else text += `\\${next}`
      continue
    }
    if (inClass && char === '[') return { error: { what: 'a class within a class is not supported', at } }
    if (inClass && char === '&' && next === '&')
      return { error: { what: 'an intersection of classes is not supported', at } }
    if (char === '[') inClass = true
    if (char === ']') inClass = false
    text += char
  }
  return { text }
}

function reason(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return message
    .slice(message.lastIndexOf(':') + 1)
    .trim()
    .toLowerCase()
}

/** The engine does not say where: it is right after the longest beginning that is valid by itself. */
function faultPosition(source: string, start: number, flags: string): number {
  for (let length = source.length - 1; length > start; length--) {
    const beginning = translate(source.slice(0, length), start)
    if ('error' in beginning) continue
    try {
      RegExp(`^(?:${beginning.text})$`, flags)
      return length
    } catch {}
  }
  return start
}

/**
 * Positions of dots that stand for any character though they look as if a dot was meant: outside a class, not escaped,
 * not repeated.
 */
export function unescapedDots(source: string): readonly number[] {
  const found: number[] = []
  let inClass = false
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at)
    if (char === '\\') at++
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '.' && !inClass && !/[*+?{]/.test(source.charAt(at + 1))) found.push(at)
  }
  return found
}

/** Fills `$1`, `${name}` and `\$` of a Java replacement from a match. */
export function expandJavaReplacement(replacement: string, match: RegExpExecArray): string {
  return replacement.replace(/\\(.)|\$(\d)|\$\{(\w+)\}/g, (_whole, escaped?: string, digit?: string, name?: string) => {
    if (escaped !== undefined) return escaped
    if (digit !== undefined) return match[Number(digit)] ?? ''
    return match.groups?.[name ?? ''] ?? ''
  })
}
