import type { MappedColumn } from './column-type.ts'

/** What a source column's default becomes. */
export type DefaultValue =
  | { readonly kind: 'none' }
  /** A constant; existing rows get it when the column is added. */
  | { readonly kind: 'constant'; readonly sql: string }
  /** The moment of the insert. */
  | { readonly kind: 'now'; readonly sql: string }
  /** An expression, or a constant that the target type does not have. */
  | { readonly kind: 'untranslatable'; readonly expression: string }

const now = /^(current_timestamp|now|localtime|localtimestamp)(\(\d?\))?$/i
const temporal: ReadonlySet<string> = new Set(['datetime', 'timestamp'])

/** Translates the default as information_schema prints it. */
export function defaultValue(column: MappedColumn): DefaultValue {
  const expression = column.source.defaultExpression?.trim() ?? null
  if (expression === null || expression.toUpperCase() === 'NULL' || column.source.generated !== null) {
    return { kind: 'none' }
  }
  if (now.test(expression) && temporal.has(column.source.type)) return { kind: 'now', sql: nowSql(column) }
  const text = constantText(expression)
  if (text === undefined) return { kind: 'untranslatable', expression }
  if (isZeroDate(text, column)) return { kind: 'none' }
  const sql = column.type.defaultLiteral(text, column)
  return sql === undefined ? { kind: 'untranslatable', expression } : { kind: 'constant', sql }
}

/** A timestamp without time zone holds what the source's clock shows, which is taken to be UTC. */
function nowSql(column: MappedColumn): string {
  return column.postgresType.startsWith('timestamptz') ? 'CURRENT_TIMESTAMP' : "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"
}

/** Zero dates are NULL in the target, and so is such a default. */
function isZeroDate(text: string, column: MappedColumn): boolean {
  return (temporal.has(column.source.type) || column.source.type === 'date') && text.startsWith('0000-00-00')
}

/** The text of a literal: `'it''s'`, `5`, `-1.5e3`, `b'101'`; undefined: no literal. */
function constantText(expression: string): string | undefined {
  if (/^-?[0-9.]+(e[-+]?\d+)?$/i.test(expression) || /^b'[01]+'$/i.test(expression)) return expression
  const quoted = /^'((?:[^'\\]|''|\\[^])*)'$/.exec(expression)?.[1]
  return quoted?.replace(/''|\\([^])/g, (_all, escaped: string | undefined) => {
    if (escaped === undefined) return "'"
    return escapes[escaped] ?? escaped
  })
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', '0': '\0', Z: '\x1a' }
