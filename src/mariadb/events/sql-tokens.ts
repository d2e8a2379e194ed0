import { hasSqlMode, sqlModes } from './sql-mode.ts'

export interface Token {
  /**
   * word: an unquoted identifier or keyword; quoted: a quoted identifier; string, number; hex and bits: the digits of
   * x'…' 0x… b'…' 0b…; variable: @x, @@x; symbol: one character.
   */
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'hex' | 'bits' | 'variable' | 'symbol'
  /** Without quotes and escapes. */
  readonly text: string
  /** word: `text` in upper case; else ''. */
  readonly upper: string
  /** Where it stands in the statement. */
  readonly start: number
  readonly end: number
}

export interface TokenOptions {
  readonly sqlMode: bigint | null
  /** As in executable comments: 101100 for 10.11. Decides which `/*!version` parts the server ran. */
  readonly serverVersion: number
}

const wordCharacters = /[0-9A-Za-z_$\u0080-\uffff]+/y
const numberText = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const hexText = /0x[0-9A-Fa-f]+(?![0-9A-Za-z_$\u0080-\uffff])/y
const bitsText = /0b[01]+(?![0-9A-Za-z_$\u0080-\uffff])/y
const variableText = /@@?(?:[0-9A-Za-z_.$\u0080-\uffff]+)?/y
const commentVersion = /M?!(?<version>\d{5,6})?/y

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', 0: '\0', Z: '\u001a' }

function match(pattern: RegExp, sql: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0] ?? ''
}

/** The tokens of a statement as the server's lexer sees them. Comments are gone; whatever the text is, it ends. */
export function* sqlTokens(sql: string, options: TokenOptions): Generator<Token, void, undefined> {
  const ansiQuotes = hasSqlMode(options.sqlMode, sqlModes.ansiQuotes)
  const backslashes = !hasSqlMode(options.sqlMode, sqlModes.noBackslashEscapes)
  let at = 0
  let identifierEnd = -1
  while (at < sql.length) {
    const start = at
    const skipped = skipSpace(sql, at, options.serverVersion)
    if (skipped > at) {
      at = skipped
      continue
    }
    const char = sql[at] ?? ''
    const afterPoint = sql[at - 1] === '.' && identifierEnd === at - 1
    let token: Pick<Token, 'kind' | 'text'>
    if (char === "'" || char === '"' || char === '`') {
      const identifier = char === '`' || (char === '"' && ansiQuotes)
      const quoted = readQuoted(sql, at, !identifier && backslashes)
      at = quoted.end
      token = { kind: identifier ? 'quoted' : 'string', text: quoted.text }
    } else if (/[xXbB]/.test(char) && sql[at + 1] === "'") {
      const quoted = readQuoted(sql, at + 1, false)
      at = quoted.end
      token = { kind: /[xX]/.test(char) ? 'hex' : 'bits', text: quoted.text }
    } else if (char === '@') {
      const text = match(variableText, sql, at)
      at += text.length
      token = { kind: 'variable', text }
    } else {
      const plain = readPlain(sql, at, afterPoint)
      at += plain.length
      token = plain
    }
    if (token.kind === 'word' || token.kind === 'quoted') identifierEnd = at
    yield { ...token, upper: token.kind === 'word' ? token.text.toUpperCase() : '', start, end: at }
  }
}

/** A word, a number, or one symbol. A point after an identifier makes what follows an identifier: `db.1st`. */
function readPlain(sql: string, at: number, afterPoint: boolean): Pick<Token, 'kind' | 'text'> & { length: number } {
  const word = match(wordCharacters, sql, at)
  const char = sql[at] ?? ''
  const nextIsDigit = /\d/.test(sql[at + 1] ?? '')
  if (!afterPoint && (/\d/.test(char) || (char === '.' && nextIsDigit && !/[\w`$]/.test(sql[at - 1] ?? '')))) {
    const hex = match(hexText, sql, at)
    if (hex !== '') return { kind: 'hex', text: hex.slice(2), length: hex.length }
    const bits = match(bitsText, sql, at)
    if (bits !== '') return { kind: 'bits', text: bits.slice(2), length: bits.length }
    const number = match(numberText, sql, at)
    if (number.length >= word.length) return { kind: 'number', text: number, length: number.length }
  }
  if (word !== '') return { kind: 'word', text: word, length: word.length }
  return { kind: 'symbol', text: char, length: 1 }
}

/** From an opening quote to after the closing one (or the end of the text). */
function readQuoted(sql: string, start: number, backslashes: boolean): { text: string; end: number } {
  const quote = sql[start] ?? ''
  let text = ''
  let at = start + 1
  while (at < sql.length) {
    const char = sql[at] ?? ''
    if (char === quote) {
      if (sql[at + 1] !== quote) return { text, end: at + 1 }
      text += quote
      at += 2
    } else if (char === '\\' && backslashes && at + 1 < sql.length) {
      const escaped = sql[at + 1] ?? ''
      // \% and \_ stay as they are: only LIKE gives them a meaning.
      text += escaped === '%' || escaped === '_' ? `\\${escaped}` : (escapes[escaped] ?? escaped)
      at += 2
    } else {
      const next = nextSpecial(sql, at + 1, quote, backslashes)
      text += sql.slice(at, next)
      at = next
    }
  }
  return { text, end: sql.length }
}

function nextSpecial(sql: string, from: number, quote: string, backslashes: boolean): number {
  for (let at = from; at < sql.length; at++) {
    if (sql[at] === quote || (sql[at] === '\\' && backslashes)) return at
  }
  return sql.length
}

/** After the white space or comment at `at`; `at` itself when there is none. */
function skipSpace(sql: string, at: number, serverVersion: number): number {
  const char = sql.charCodeAt(at)
  if (char <= 0x20 || char === 0x7f) return at + 1
  if (sql[at] === '#') return endOfLine(sql, at)
  if (sql[at] === '-' && sql[at + 1] === '-' && !(sql.charCodeAt(at + 2) > 0x20)) return endOfLine(sql, at)
  // The end of an executable comment whose inside was read as part of the statement.
  if (sql[at] === '*' && sql[at + 1] === '/') return at + 2
  if (sql[at] !== '/' || sql[at + 1] !== '*') return at
  const executable = match(commentVersion, sql, at + 2)
  if (executable === '') return afterText(sql, at + 2, '*/')
  const digits = executable.replace(/\D/g, '')
  const version = digits === '' ? 0 : Number(digits)
  // MariaDB leaves out what is for MySQL 5.7 to 9.99, unless the comment is its own (/*M!).
  const foreign = !executable.startsWith('M') && version >= 50700 && version <= 99999
  if (version <= serverVersion && !foreign) return at + 2 + executable.length
  return afterNestedComment(sql, at + 2)
}

function endOfLine(sql: string, at: number): number {
  const end = sql.indexOf('\n', at)
  return end < 0 ? sql.length : end + 1
}

function afterText(sql: string, from: number, text: string): number {
  const found = sql.indexOf(text, from)
  return found < 0 ? sql.length : found + text.length
}

/** A part that was left out may hold ordinary comments. */
function afterNestedComment(sql: string, from: number): number {
  let at = from
  for (;;) {
    const end = sql.indexOf('*/', at)
    if (end < 0) return sql.length
    const inner = sql.indexOf('/*', at)
    if (inner < 0 || inner > end) return end + 2
    at = afterText(sql, inner + 2, '*/')
  }
}
