import { Unreadable } from './token-reader.ts'
import type { TokenReader } from './token-reader.ts'

/** A DEFAULT as it was written. */
export type DefaultClause =
  | { readonly kind: 'null' }
  | { readonly kind: 'number' | 'text' | 'hex' | 'bits'; readonly text: string }
  /** CURRENT_TIMESTAMP and its synonyms, as information_schema prints it. */
  | { readonly kind: 'now'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string }

const nowWords = ['CURRENT_TIMESTAMP', 'NOW', 'LOCALTIME', 'LOCALTIMESTAMP'] as const

/** `CURRENT_TIMESTAMP`, `NOW(3)` … → `current_timestamp(3)`; undefined when none comes next. */
export function readNow(reader: TokenReader): string | undefined {
  if (reader.takeOne(...nowWords) === undefined) return undefined
  if (!reader.takeSymbol('(')) return 'current_timestamp()'
  const digits = reader.peek()?.kind === 'number' ? reader.integer() : 0
  reader.expectSymbol(')')
  return digits === 0 ? 'current_timestamp()' : `current_timestamp(${digits})`
}

/** Reads what follows DEFAULT. @throws Unreadable */
export function readDefault(reader: TokenReader): DefaultClause {
  const start = reader.at
  const literal = readLiteral(reader)
  if (literal !== undefined) return literal
  if (reader.seesSymbol('(')) {
    reader.parentheses()
    return { kind: 'expression', text: reader.textFrom(start) }
  }
  const now = readNow(reader)
  if (now !== undefined) return { kind: 'now', text: now }
  if (reader.take('NEXT', 'VALUE', 'FOR')) reader.tableName('')
  else {
    reader.name()
    while (reader.takeSymbol('.')) reader.name()
    if (reader.seesSymbol('(')) reader.parentheses()
  }
  return { kind: 'expression', text: reader.textFrom(start) }
}

function readLiteral(reader: TokenReader): DefaultClause | undefined {
  if (reader.take('NULL')) return { kind: 'null' }
  if (reader.take('TRUE')) return { kind: 'number', text: '1' }
  if (reader.take('FALSE')) return { kind: 'number', text: '0' }
  const sign = ['-', '+'].find((symbol) => reader.seesSymbol(symbol))
  if (sign !== undefined && reader.peek(1)?.kind === 'number') {
    reader.next()
    return { kind: 'number', text: `${sign === '-' ? '-' : ''}${reader.next().text}` }
  }
  const token = reader.peek()
  if (token?.kind === 'string') return textLiteral(reader)
  if (token?.kind === 'number' || token?.kind === 'hex' || token?.kind === 'bits') {
    reader.next()
    return { kind: token.kind, text: token.text }
  }
  // N'…', _utf8mb4'…', DATE'…', TIME'…', TIMESTAMP'…'
  const introduced = token?.kind === 'word' && /^(N|_[A-Z0-9]+|DATE|TIME|TIMESTAMP)$/.test(token.upper)
  if (introduced && reader.peek(1)?.kind === 'string') {
    reader.next()
    return textLiteral(reader)
  }
  return undefined
}

function textLiteral(reader: TokenReader): DefaultClause {
  const text = reader.string()
  if (text.includes('\ufffd')) throw new Unreadable('a default in a character set that cannot be decoded')
  return { kind: 'text', text }
}
