import { CdcError, CdcErrors } from '../core/errors.ts'
import { formatTable, type TableName } from '../core/table.ts'
import { nearestNames } from './suggestion.ts'

/**
 * The tables that the patterns mean. A pattern is a glob (`*`, `?`) over `table` or `database.table`; letter case
 * counts only when a name exists in that very case.
 * @throws CdcError CDC-L01 for a pattern that no table answers to (CdcErrors for several), with near names.
 */
export function selectTables<T extends TableName>(
  tables: readonly T[],
  patterns: 'all' | readonly string[],
  where: string,
): readonly T[] {
  if (tables.length === 0) {
    throw new CdcError('CDC-L01', {
      where,
      what: 'no table of the source is captured',
      why: 'database.include.list and table.include.list admit none of the tables that the user can see',
      fix: 'correct table.include.list (the allowlist in .env), or GRANT SELECT on the tables',
    })
  }
  if (patterns === 'all') return tables
  const chosen = new Set<T>()
  const errors: CdcError[] = []
  for (const pattern of patterns) {
    const found = matching(tables, pattern.trim())
    for (const table of found) chosen.add(table)
    if (found.length === 0) errors.push(unknownTable(tables, pattern, where))
  }
  if (errors.length > 1) throw new CdcErrors(errors)
  if (errors[0] !== undefined) throw errors[0]
  return tables.filter((table) => chosen.has(table))
}

function matching<T extends TableName>(tables: readonly T[], pattern: string): readonly T[] {
  for (const flags of ['u', 'iu']) {
    const expression = globExpression(pattern, flags)
    const found = tables.filter((table) => expression.test(table.table) || expression.test(formatTable(table)))
    if (found.length > 0) return found
  }
  return []
}

/** A glob over the whole of a name: `*` stands for anything, `?` for one character. */
export function globExpression(glob: string, flags: string): RegExp {
  const source = glob.replaceAll(/[\\^$.*+?()[\]{}|/]/g, (character) => {
    if (character === '*') return '.*'
    return character === '?' ? '.' : `\\${character}`
  })
  return new RegExp(`^${source}$`, `${flags}s`)
}

function unknownTable(tables: readonly TableName[], pattern: string, where: string): CdcError {
  const names = pattern.includes('.') ? tables.map(formatTable) : tables.map((table) => table.table)
  const near = nearestNames(pattern, names)
  const listed = tables.map(formatTable).sort()
  return new CdcError('CDC-L01', {
    where,
    what: `no captured table is called "${pattern}"`,
    why: 'it does not exist on the source, or the allowlist leaves it out',
    fix:
      near.length > 0
        ? `perhaps ${near.join(' or ')}`
        : 'use one of the names that are listed, or add it to the allowlist',
    details: listed.length > 20 ? [...listed.slice(0, 20), `and ${listed.length - 20} more`] : listed,
  })
}
