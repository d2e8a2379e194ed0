// The .env file. A parser of our own, because passwords must survive whatever they hold (docs/decisions).
import { CdcError } from '../core/errors.ts'

export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>
  /** Mistakes: CDC-C10 with `path:line`. */
  readonly errors: readonly CdcError[]
}

/**
 * Reads lines `NAME=value`, `export NAME=value`, blank lines and `#` comments.
 *
 *     NAME=value          up to the end of the line, blanks around it removed; ` #` begins a comment
 *     NAME='value'        every character as it is, line breaks too; it cannot hold a single quote
 *     NAME="value"        as it is, but \n \r \t \" \\ \$ mean newline, return, tab, quote, backslash, dollar
 *
 * A dollar sign is never special.
 * @param path for the errors
 */
export function parseEnvFile(text: string, path: string): EnvFile {
  const variables = new Map<string, string>()
  const lineOf = new Map<string, number>()
  const errors: CdcError[] = []
  const fail = (line: number, what: string, fix: string): void => {
    errors.push(new CdcError('CDC-C10', { where: `${path}:${line}`, what, fix }))
  }
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1
    const content = lines[index] ?? ''
    if (/^\s*(#|$)/.test(content)) continue
    const assignment = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/s.exec(content)
    if (assignment === null) {
      fail(line, 'this is not NAME=value', 'write NAME=value, or begin the line with # to make it a comment')
      continue
    }
    const [, name = '', rest = ''] = assignment
    const written = rest.trimStart()
    const quote = written.charAt(0)
    let value = unquoted(rest)
    if (quote === "'" || quote === '"') {
      const quoted = readQuoted(lines, index, written)
      if (quoted === undefined) {
        fail(
          line,
          `${name} has a quote that is not closed`,
          `close it, or write the value ${quote === "'" ? 'in double quotes with \\" for a quote' : 'in single quotes'}`,
        )
        continue
      }
      if (!/^\s*(#.*)?$/.test(quoted.rest)) {
        fail(
          line,
          `${name} has characters after the closing quote`,
          quote === "'"
            ? 'a value that holds a single quote goes into double quotes'
            : 'write \\" for a quote within double quotes',
        )
        continue
      }
      value = quoted.value
      index = quoted.lastIndex
    }
    const earlier = lineOf.get(name)
    if (earlier === undefined) {
      lineOf.set(name, line)
      variables.set(name, value)
    } else {
      fail(line, `${name} is already defined in line ${earlier}`, 'remove one of the two lines')
    }
  }
  return { variables, errors }
}

/** A value may begin with `#` or hold one; only one after a blank begins a comment. */
function unquoted(rest: string): string {
  const comment = /\s#/.exec(rest)
  return rest.slice(0, comment?.index).trim()
}

interface Quoted {
  readonly value: string
  /** What follows the closing quote on its line. */
  readonly rest: string
  readonly lastIndex: number
}

/** Reads a quoted value, over several lines if need be; undefined: the quote is never closed. */
function readQuoted(lines: readonly string[], index: number, written: string): Quoted | undefined {
  const quote = written.charAt(0)
  let value = ''
  for (let line = index, text = written.slice(1); line < lines.length; text = lines[++line] ?? '') {
    for (let at = 0; at < text.length; at++) {
      const char = text.charAt(at)
      const escaped = escapes[text.charAt(at + 1)]
      if (char === quote) return { value, rest: text.slice(at + 1), lastIndex: line }
      if (quote === '"' && char === '\\' && escaped !== undefined) {
        value += escaped
        at++
      } else {
        value += char
      }
    }
    value += '\n'
  }
  return undefined
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' }

/** A line that gives the variable this value when it is read again. */
export function formatEnvLine(name: string, value: string): string {
  if (!value.includes("'")) return /^[\w@%+=:,./-]*$/.test(value) ? `${name}=${value}` : `${name}='${value}'`
  const escaped = value.replace(
    /[\\"\n\r\t]/g,
    (char) => ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[char] ?? `\\${char}`,
  )
  return `${name}="${escaped}"`
}
