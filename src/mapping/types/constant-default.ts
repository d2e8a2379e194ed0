import { literalPostgres } from '../../core/quote.ts'

/** The text itself when it is a whole number, quoted or not: MariaDB accepts both for its integer columns. */
export function integerLiteral(text: string): string | undefined {
  return /^-?\d{1,20}$/.test(text) ? text : undefined
}

export function numberLiteral(text: string): string | undefined {
  return /^-?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text) ? literalPostgres(text) : undefined
}
