// Which PostgreSQL types columns are to become, where it is not the usual one.
import { CdcError } from '../core/errors.ts'
import { parsePostgresType } from '../core/postgres-type.ts'
import { globExpression } from '../lib/table-selection.ts'

/** One line of connectors/casts.json, or of the option column.casts that is made from it. */
export interface Cast {
  /** `database.table.column`, each with `*` and `?` if wanted. */
  readonly pattern: string
  /** As written. */
  readonly type: string
  /** For errors: the file with line and column, or the option. */
  readonly where: string
}

export interface Casts {
  readonly all: readonly Cast[]
  /**
   * The cast of a column. A name without wildcards wins over patterns, and the very letter case over another one.
   * @throws CdcError CDC-T11 when two patterns that count alike want different types
   */
  of(database: string, table: string, column: string): Cast | undefined
}

export const noCasts: Casts = { all: [], of: () => undefined }

export function createCasts(all: readonly Cast[]): Casts {
  if (all.length === 0) return noCasts
  const ranks = [all.filter(isName), all.filter((cast) => !isName(cast))].flatMap((casts) =>
    ['u', 'iu'].map((flags) => casts.map((cast) => ({ cast, expression: globExpression(cast.pattern, flags) }))),
  )
  return {
    all,
    of(database, table, column) {
      const name = `${database}.${table}.${column}`
      const matches = ({ expression }: { readonly expression: RegExp }): boolean => expression.test(name)
      const [first, ...others] = ranks.find((rank) => rank.some(matches))?.filter(matches) ?? []
      if (first === undefined) return undefined
      const other = others.find(({ cast }) => !sameType(cast, first.cast))
      if (other !== undefined) throw disagreement(name, first.cast, other.cast)
      return first.cast
    },
  }
}

function isName({ pattern }: Cast): boolean {
  return !/[*?]/.test(pattern)
}

function sameType(a: Cast, b: Cast): boolean {
  const [first, second] = [parsePostgresType(a.type), parsePostgresType(b.type)]
  return first.name === second.name && first.modifiers === second.modifiers
}

function disagreement(name: string, first: Cast, other: Cast): CdcError {
  return new CdcError('CDC-T11', {
    where: other.where,
    what: `"${other.pattern}" wants ${other.type} for ${name}, "${first.pattern}" (${first.where}) wants ${first.type}`,
    fix: `"${name}": "${first.type}", or make the patterns narrower`,
  })
}

/** Only the middle part may hold dots of its own. */
function splitPattern(pattern: string): { database: string; table: string; column: string } {
  const [first, last] = [pattern.indexOf('.'), pattern.lastIndexOf('.')]
  return { database: pattern.slice(0, first), table: pattern.slice(first + 1, last), column: pattern.slice(last + 1) }
}

/** The database that a pattern names; undefined: it has wildcards there, so that any may be meant. */
export function databaseOf({ pattern }: Cast): string | undefined {
  const { database } = splitPattern(pattern)
  return /[*?]/.test(database) ? undefined : database
}

/** What is wrong with the form of a pattern; undefined: nothing. */
export function patternProblem(pattern: string): string | undefined {
  const { database, table, column } = splitPattern(pattern)
  return database === '' || table === '' || column === '' ? 'database.table.column is expected' : undefined
}

/** The text of the option column.casts. */
export function castsOption(casts: readonly Cast[]): string {
  return JSON.stringify(Object.fromEntries(casts.map(({ pattern, type }) => [pattern, type])))
}

/** What is wrong with the option's text; undefined: nothing. */
export function castsOptionError(text: string): string | undefined {
  return 'problem' in readOption(text) ? readOption(text).problem : undefined
}

/** The casts in the option's text, which must have no error. */
export function parseCastsOption(text: string): Casts {
  return createCasts(readOption(text).casts)
}

function readOption(text: string): { readonly casts: readonly Cast[]; readonly problem?: string } {
  let value: unknown
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text)
  } catch {
    return { casts: [], problem: 'A JSON object of column patterns and types is expected' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { casts: [], problem: 'A JSON object of column patterns and types is expected' }
  }
  const casts: Cast[] = []
  for (const [pattern, type] of Object.entries(value)) {
    const problem = typeof type === 'string' ? patternProblem(pattern) : 'the type must be a text'
    if (typeof type !== 'string' || problem !== undefined) return { casts: [], problem: `"${pattern}": ${problem}` }
    casts.push({ pattern, type, where: `column.casts "${pattern}"` })
  }
  return { casts }
}
