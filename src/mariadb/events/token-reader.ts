import type { TableName } from '../../core/table.ts'
import type { Token } from './sql-tokens.ts'

/** A clause that we do not read; the message says what it is. Never leaves parseStatement. */
export class Unreadable extends Error {}

/** Walks over a statement's tokens; what is expected and not there gives Unreadable. */
export class TokenReader {
  readonly sql: string
  readonly tokens: readonly Token[]
  at = 0

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql
    this.tokens = tokens
  }

  get done(): boolean {
    return this.at >= this.tokens.length
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead]
  }

  next(): Token {
    const token = this.tokens[this.at]
    if (token === undefined) throw new Unreadable('the statement ends too early')
    this.at++
    return token
  }

  /** Whether these keywords come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, i) => this.peek(i)?.upper === word)
  }

  /** Moves over these keywords when they come next. */
  take(...words: readonly string[]): boolean {
    const found = this.sees(...words)
    if (found) this.at += words.length
    return found
  }

  /** Moves over one of these keywords; undefined when none comes next. */
  takeOne(...words: readonly string[]): string | undefined {
    const word = this.peek()?.upper
    if (word === undefined || word === '' || !words.includes(word)) return undefined
    this.at++
    return word
  }

  expect(...words: readonly string[]): void {
    if (!this.take(...words)) throw this.unexpected(words.join(' '))
  }

  seesSymbol(symbol: string): boolean {
    const token = this.peek()
    return token?.kind === 'symbol' && token.text === symbol
  }

  takeSymbol(symbol: string): boolean {
    const found = this.seesSymbol(symbol)
    if (found) this.at++
    return found
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(symbol)
  }

  unexpected(wanted: string): Unreadable {
    const token = this.peek()
    return new Unreadable(`${wanted} was expected before "${token === undefined ? 'the end' : token.text}"`)
  }

  /** An identifier, quoted or not. */
  name(): string {
    const token = this.peek()
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) throw this.unexpected('a name')
    // See decodeStatement: a name that could not be decoded must not be taken for another one.
    if (token.text.includes('\ufffd')) throw new Unreadable('a name in a character set that cannot be decoded')
    this.at++
    return token.text
  }

  /** `table`, `database.table` or `.table`. */
  tableName(database: string): TableName {
    if (this.takeSymbol('.')) return { database, table: this.name() }
    const first = this.name()
    return this.takeSymbol('.') ? { database: first, table: this.name() } : { database, table: first }
  }

  tableNames(database: string): TableName[] {
    const names = [this.tableName(database)]
    while (this.takeSymbol(',')) names.push(this.tableName(database))
    return names
  }

  /** A text literal; pieces that follow each other are one text. */
  string(): string {
    if (this.peek()?.kind !== 'string') throw this.unexpected('a text')
    let text = ''
    while (this.peek()?.kind === 'string') text += this.next().text
    return text
  }

  integer(): number {
    const token = this.peek()
    if (token?.kind !== 'number' || !/^\d{1,10}$/.test(token.text)) throw this.unexpected('a number')
    this.at++
    return Number(token.text)
  }

  /** From an opening parenthesis to after its closing one; the text between them. */
  parentheses(): string {
    const open = this.next()
    if (open.text !== '(' || open.kind !== 'symbol') throw new Unreadable('( was expected')
    for (let depth = 1; depth > 0;) {
      const token = this.next()
      if (token.kind === 'symbol' && token.text === '(') depth++
      if (token.kind === 'symbol' && token.text === ')') depth--
    }
    return this.sql.slice(open.end, this.tokens[this.at - 1]?.start)
  }

  /** Whether a clause of a list ends here: a comma, a closing parenthesis, or the end. */
  get atClauseEnd(): boolean {
    return this.done || this.seesSymbol(',') || this.seesSymbol(')')
  }

  skipClause(): void {
    while (!this.atClauseEnd) this.skipPart()
  }

  /** One token, or everything between parentheses. */
  skipPart(): void {
    if (this.seesSymbol('(')) this.parentheses()
    else this.next()
  }

  /** The statement's text from a token to before the current one. */
  textFrom(at: number): string {
    return this.sql.slice(this.tokens[at]?.start ?? this.sql.length, this.tokens[this.at - 1]?.end ?? 0)
  }
}
