import { CdcError, CdcErrors } from '../core/errors.ts'
import { parsePostgresType } from '../core/postgres-type.ts'
import type { PostgresType } from '../core/postgres-type.ts'
import { formatTable } from '../core/table.ts'
import type { SourceColumn, SourceTable } from '../core/table.ts'
import { columnTypeOf, columnTypes } from './column-types.ts'

/** What somebody asked for a column, and where. */
export interface AskedCast {
  readonly type: string
  readonly where: string
}

/** Source column -> cast of its type. */
export type Choices = Readonly<Record<string, string>>

/** The target types that a column can have, the usual one first. */
export function possibleTypes(column: SourceColumn): readonly string[] {
  const type = columnTypeOf(column)
  if (type === undefined) return []
  return (type.casts?.(column) ?? [undefined]).map((cast) => type.postgresType(column, cast))
}

/** The name of every type that a column of some MariaDB type can have. */
export function allTypeNames(): readonly string[] {
  const sample: SourceColumn = {
    ...{ name: '', type: '', columnType: '', unsigned: false, length: 1, precision: 1, scale: 0, fraction: 0 },
    ...{ charset: null, collation: null, members: [], nullable: true, defaultExpression: null, generated: null },
    comment: '',
  }
  const names = columnTypes.flatMap(
    (type) => type.casts?.(sample) ?? [parsePostgresType(type.postgresType(sample, undefined)).name],
  )
  return [...new Set(names)].sort()
}

/**
 * The casts of a table's columns that were asked for.
 * @throws CdcErrors CDC-T10 for each that its column cannot have; what `castOf` throws
 */
export function askedChoices(table: SourceTable, castOf: (column: string) => AskedCast | undefined): Choices {
  const choices: Record<string, string> = {}
  const errors: CdcError[] = []
  for (const column of table.columns) {
    const asked = castOf(column.name)
    const type = columnTypeOf(column)
    if (asked === undefined || type === undefined) continue
    const wanted = parsePostgresType(asked.type)
    const options = type.casts?.(column) ?? [undefined]
    const found = options.find((cast) => isMeant(wanted, type.postgresType(column, cast)))
    if (found !== undefined) choices[column.name] = found
    else if (type.casts !== undefined || !isMeant(wanted, type.postgresType(column, undefined))) {
      errors.push(impossible(table, column, asked))
    }
  }
  if (errors.length > 0) throw new CdcErrors(errors)
  return choices
}

function isMeant(wanted: PostgresType, type: string): boolean {
  const { name, modifiers } = parsePostgresType(type)
  return name === wanted.name && (wanted.modifiers === undefined || wanted.modifiers === modifiers)
}

function impossible(table: SourceTable, column: SourceColumn, { type, where }: AskedCast): CdcError {
  const types = possibleTypes(column)
  return new CdcError('CDC-T10', {
    where,
    what: `${formatTable(table)}.${column.name} is ${column.columnType}, which cannot become ${type}`,
    fix:
      types.length === 1
        ? `remove the line: it can only be ${types.join('')}`
        : `write one of: ${types.map((name) => `"${name}"`).join(', ')}`,
  })
}
