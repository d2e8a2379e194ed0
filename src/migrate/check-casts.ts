import { databaseOf } from '../config/casts.ts'
import type { Cast, Casts } from '../config/casts.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { formatTable } from '../core/table.ts'
import type { SourceTable } from '../core/table.ts'
import { globExpression } from '../lib/table-selection.ts'
import { nearestNames } from '../lib/suggestion.ts'
import { askedChoices } from '../mapping/casts.ts'

/**
 * Holds the casts against the captured tables. Patterns with wildcards for the database may mean another one's tables.
 * @throws CdcErrors CDC-T09 for each that means no column, CDC-T10 a type that a column cannot have, CDC-T11 two that
 * disagree
 */
export function checkCasts(casts: Casts, tables: readonly SourceTable[]): void {
  if (casts.all.length === 0) return
  const names = tables.flatMap((table) => table.columns.map(({ name }) => `${formatTable(table)}.${name}`))
  const errors = casts.all.flatMap((cast) => (meansNone(cast, names) ? [noColumn(cast, names, tables)] : []))
  for (const table of tables) {
    try {
      askedChoices(table, (column) => casts.of(table.database, table.table, column))
    } catch (thrown) {
      if (thrown instanceof CdcErrors) errors.push(...thrown.errors)
      else if (thrown instanceof CdcError) errors.push(thrown)
      else throw thrown
    }
  }
  if (errors.length > 0) throw new CdcErrors(errors)
}

function meansNone(cast: Cast, names: readonly string[]): boolean {
  const database = databaseOf(cast)
  if (database === undefined) return false
  const expression = globExpression(cast.pattern, 'iu')
  return !names.some((name) => expression.test(name))
}

function noColumn({ pattern, type, where }: Cast, names: readonly string[], tables: readonly SourceTable[]): CdcError {
  const near = nearestNames(pattern, names)
  const table = tables.find((one) => pattern.toLowerCase().startsWith(`${formatTable(one)}.`.toLowerCase()))
  return new CdcError('CDC-T09', {
    where,
    what: `no captured column is called "${pattern}"`,
    why: 'it does not exist on the source, or the allowlist leaves its table out',
    fix: near[0] === undefined ? 'correct the name, or remove the line' : `"${near[0]}": "${type}"`,
    details: [
      ...(near.length > 1 ? [`did you mean ${near.join(' or ')}?`] : []),
      ...(table === undefined
        ? []
        : [`${formatTable(table)} has: ${table.columns.map(({ name }) => name).join(', ')}`]),
    ],
  })
}
