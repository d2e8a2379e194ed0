import { CdcError, CdcErrors } from '../core/errors.ts'
import type { SourceColumn, SourceTable } from '../core/table.ts'
import { formatTable } from '../core/table.ts'
import type { MappedColumn } from './column-type.ts'
import { columnTypeOf } from './column-types.ts'

/** A source table and what it becomes in the target. */
export interface MappedTable {
  readonly source: SourceTable
  /** Target schema and table, as they stand in the catalog. */
  readonly schema: string
  readonly name: string
  readonly columns: readonly MappedColumn[]
  /** Indexes into `columns`, in key order; empty: no key. */
  readonly key: readonly number[]
}

export interface MappingOptions {
  readonly schema: string
  /** The target table, already folded. */
  readonly name: string
  readonly quoteIdentifiers: boolean
  /** Source column -> choice of its type, for instance `{ flag: 'smallint' }`. */
  readonly choices: Readonly<Record<string, string>>
}

/** Bytes of a PostgreSQL name; MariaDB allows 64 characters. */
const longestName = 63
/** Columns that every PostgreSQL table has already. */
const systemColumns: ReadonlySet<string> = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])
/** Their zero values become NULL, so NOT NULL would refuse rows that the source holds. */
const nullableInTarget: ReadonlySet<string> = new Set(['date', 'datetime', 'timestamp'])

/** A name as the target has it: lower case like the JDBC sink's, unless identifiers are quoted. */
export function foldName(name: string, quoteIdentifiers: boolean): string {
  return quoteIdentifiers ? name : name.toLowerCase()
}

/**
 * What a source table becomes in the target.
 * @throws CdcError CDC-T01 for an unsupported column type, CDC-T04 for an impossible name, CDC-T05 when two columns get
 * one name; CdcErrors when there are several of these.
 */
export function mapTable(source: SourceTable, options: MappingOptions): MappedTable {
  const where = formatTable(source)
  const errors: CdcError[] = []
  const tableProblem = nameProblem(options.name)
  if (tableProblem !== undefined) errors.push(nameError(where, `the table name "${options.name}" ${tableProblem}`))

  const columns: MappedColumn[] = []
  const taken = new Map<string, string>()
  for (const column of source.columns) {
    const mapped = mapColumn(source, column, options)
    if (mapped === undefined) {
      errors.push(unsupportedType(where, column))
      continue
    }
    const problem = systemColumns.has(mapped.name) ? 'is a column of PostgreSQL itself' : nameProblem(mapped.name)
    if (problem !== undefined) errors.push(nameError(where, `the column name "${column.name}" ${problem}`))
    const twin = taken.get(mapped.name)
    if (twin !== undefined) errors.push(twinError(where, twin, column.name, mapped.name))
    taken.set(mapped.name, column.name)
    columns.push(mapped)
  }

  const [first] = errors
  if (first !== undefined) throw errors.length === 1 ? first : new CdcErrors(errors)
  const key = source.key.map((name) => columns.findIndex((column) => column.source.name === name))
  return { source, schema: options.schema, name: options.name, columns, key }
}

/** undefined: the type is not supported. */
function mapColumn(table: SourceTable, column: SourceColumn, options: MappingOptions): MappedColumn | undefined {
  const type = columnTypeOf(column)
  if (type === undefined) return undefined
  const choice = options.choices[column.name]
  const inKey = table.key.includes(column.name)
  return {
    source: column,
    name: foldName(column.name, options.quoteIdentifiers),
    type,
    postgresType: type.postgresType(column, choice),
    choice,
    inKey,
    notNull: inKey || (!column.nullable && !nullableInTarget.has(column.type)),
  }
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.includes('\0')) return 'holds a NUL character'
  const bytes = Buffer.byteLength(name)
  return bytes > longestName ? `takes ${bytes} bytes; PostgreSQL allows ${longestName}` : undefined
}

function nameError(where: string, what: string): CdcError {
  return new CdcError('CDC-T04', { where, what })
}

function unsupportedType(where: string, column: SourceColumn): CdcError {
  return new CdcError('CDC-T01', {
    where: `${where}.${column.name}`,
    what: `the type ${column.columnType} is not supported`,
  })
}

function twinError(where: string, first: string, second: string, name: string): CdcError {
  return new CdcError('CDC-T05', {
    where,
    what: `the columns "${first}" and "${second}" would both be "${name}"`,
    why: 'names are folded to lower case in the target',
  })
}
