import { createHash } from 'node:crypto'
import { CdcError } from '../core/errors.ts'
import { literalPostgres, quotePostgres } from '../core/quote.ts'
import { formatTable } from '../core/table.ts'
import type { SourceIndex, SourceIndexColumn } from '../core/table.ts'
import type { MappedColumn } from './column-type.ts'
import { defaultValue } from './default-value.ts'
import type { MappedTable } from './mapped-table.ts'

// PostgreSQL's SQL for tables of the target.

export interface CreateTableOptions {
  /** Without write-ahead log, for the time of a load. */
  readonly unlogged?: boolean
  /** With the primary key; a load adds it when the rows are there. True when left out. */
  readonly withKey?: boolean
}

type TargetTable = Pick<MappedTable, 'schema' | 'name'>

const longestName = 63
/** A B-tree entry must stay below 2704 bytes; longer columns are indexed by their beginning. */
const longestIndexed = 2600
const indexedCharacters = 600
/** No type of a fixed size, numeric included, takes more in an index. */
const longestFixed = 48

export function createTableSql(table: MappedTable, options: CreateTableOptions = {}): string {
  const lines = table.columns.map((column) => `  ${columnSql(column)}`)
  if (table.key.length > 0 && options.withKey !== false) lines.push(`  PRIMARY KEY (${keyColumns(table)})`)
  return `CREATE ${options.unlogged === true ? 'UNLOGGED ' : ''}TABLE ${nameOf(table)} (\n${lines.join(',\n')}\n)`
}

/** Empty for a table without a key. */
export function addPrimaryKeySql(table: MappedTable): string {
  return table.key.length === 0 ? '' : `ALTER TABLE ${nameOf(table)} ADD PRIMARY KEY (${keyColumns(table)})`
}

/** The index of the primary key, to be built beside others and attached afterwards; undefined: the table has no key. */
export function primaryKeyIndexSql(table: MappedTable): { readonly name: string; readonly sql: string } | undefined {
  if (table.key.length === 0) return undefined
  const name = nameInSchema(`${table.name}_pkey`)
  return { name, sql: `CREATE UNIQUE INDEX ${quotePostgres(name)} ON ${nameOf(table)} (${keyColumns(table)})` }
}

/** Makes the index of `primaryKeyIndexSql` the primary key. */
export function attachPrimaryKeySql(table: MappedTable): string {
  const name = quotePostgres(nameInSchema(`${table.name}_pkey`))
  return `ALTER TABLE ${nameOf(table)} ADD CONSTRAINT ${name} PRIMARY KEY USING INDEX ${name}`
}

/**
 * A secondary index; undefined: PostgreSQL has nothing like it (FULLTEXT, SPATIAL, an index over JSON).
 * It is not UNIQUE, even where the source's is (docs/decisions/0008-no-unique-indexes.md).
 * @param mostBytes each column is to take at most so many; undefined: only those are cut that may be too long alone
 */
export function createIndexSql(table: MappedTable, index: SourceIndex, mostBytes?: number): string | undefined {
  if (/^(fulltext|spatial|rtree|vector)$/i.test(index.method)) return undefined
  const parts: string[] = []
  for (const part of index.columns) {
    const column = table.columns.find(({ source }) => source.name === part.name)
    if (column === undefined || column.postgresType === 'json') return undefined
    parts.push(indexedExpression(column, part, mostBytes))
  }
  return `CREATE INDEX ${quotePostgres(indexName(table, index))} ON ${nameOf(table)} (${parts.join(', ')})`
}

/**
 * The name of an index in the target, where indexes and tables share one space of names in a schema: `user_auth.realm`,
 * because a table may well be called user_auth_realm, and user may have an index auth_realm. Long ones end in a hash.
 */
export function indexName(table: TargetTable, index: SourceIndex): string {
  return nameInSchema(`${table.name}.${index.name}`)
}

/** A name of at most 63 bytes; a long one ends in a hash. */
export function nameInSchema(full: string): string {
  if (Buffer.byteLength(full) <= longestName) return full
  const hash = createHash('md5').update(full).digest('hex').slice(0, 8)
  let start = full
  while (Buffer.byteLength(start) > longestName - 9) start = Array.from(start).slice(0, -1).join('')
  return `${start}_${hash}`
}

/**
 * Adds a column with the values that MariaDB puts into existing rows: the default, or its implicit one for NOT NULL.
 * May be two statements. A default of the moment is taken over as it is: whether existing rows can be given it is for
 * the caller to know.
 * @throws CdcError CDC-D01 when the default cannot be expressed, so that existing rows would differ
 */
export function addColumnSql(table: MappedTable, column: MappedColumn): string {
  const value = defaultValue(column)
  if (value.kind === 'untranslatable') {
    throw new CdcError('CDC-D01', {
      where: `${formatTable(table.source)}.${column.source.name}`,
      what: 'a column was added whose existing rows cannot be filled',
      why: `PostgreSQL cannot compute its default ${value.expression} the same way`,
    })
  }
  const add = `ALTER TABLE ${nameOf(table)} ADD COLUMN ${quotePostgres(column.name)} ${column.postgresType}`
  if (value.kind !== 'none') return `${add}${column.notNull ? ' NOT NULL' : ''} DEFAULT ${value.sql}`
  if (!column.notNull) return add
  const filled = `${add} NOT NULL DEFAULT ${column.type.implicitDefault(column)}`
  return `${filled};\nALTER TABLE ${nameOf(table)} ALTER COLUMN ${quotePostgres(column.name)} DROP DEFAULT`
}

/** `column` is the target's name. */
export function dropColumnSql(table: TargetTable, column: string): string {
  return `ALTER TABLE ${nameOf(table)} DROP COLUMN ${quotePostgres(column)}`
}

/** `to` is the new name in the same schema. */
export function renameTableSql(table: TargetTable, to: string): string {
  return `ALTER TABLE ${nameOf(table)} RENAME TO ${quotePostgres(to)}`
}

/** The comments of the table and its columns, a statement each; empty: there are none. */
export function commentSql(table: MappedTable): string {
  const statements: string[] = []
  if (table.source.comment !== '') statements.push(`COMMENT ON TABLE ${nameOf(table)} IS ${text(table.source.comment)}`)
  for (const { name, source } of table.columns) {
    if (source.comment === '') continue
    statements.push(`COMMENT ON COLUMN ${quotePostgres(table.schema, table.name, name)} IS ${text(source.comment)}`)
  }
  return statements.join(';\n')
}

function text(comment: string): string {
  return literalPostgres(comment.replaceAll('\0', ''))
}

function nameOf(table: TargetTable): string {
  return quotePostgres(table.schema, table.name)
}

function keyColumns(table: MappedTable): string {
  return table.key.map((index) => quotePostgres(table.columns[index]?.name ?? '')).join(', ')
}

function columnSql(column: MappedColumn): string {
  const value = defaultValue(column)
  const defaultPart = value.kind === 'constant' || value.kind === 'now' ? ` DEFAULT ${value.sql}` : ''
  return `${quotePostgres(column.name)} ${column.postgresType}${column.notNull ? ' NOT NULL' : ''}${defaultPart}`
}

/**
 * The same index over as much of the beginnings of its columns as always fits: for one whose values, each short enough,
 * have turned out to be too long together. Most never are, and serve more queries when they hold whole values.
 */
export function createShortIndexSql(table: MappedTable, index: SourceIndex): string | undefined {
  const variable = index.columns.filter((part) =>
    ['text', 'bytea'].includes(table.columns.find(({ source }) => source.name === part.name)?.postgresType ?? ''),
  )
  const share = (longestIndexed - (index.columns.length - variable.length) * longestFixed) / variable.length
  return createIndexSql(table, index, Math.floor(share))
}

/** The column, or its beginning where whole values may be too long for an index. */
function indexedExpression(column: MappedColumn, part: SourceIndexColumn, mostBytes: number | undefined): string {
  const name = quotePostgres(column.name)
  const direction = part.descending ? ' DESC' : ''
  const variable = column.postgresType === 'text' || column.postgresType === 'bytea'
  if (!mayBeLong(column) && (!variable || mostBytes === undefined)) return `${name}${direction}`
  const fitting = mostBytes === undefined ? indexedCharacters : Math.floor(mostBytes / 4)
  const length = Math.min(part.prefix ?? fitting, fitting)
  const start = column.postgresType === 'bytea' ? `substring(${name}, 1, ${length})` : `left(${name}, ${length})`
  return `(${start})${direction}`
}

function mayBeLong(column: MappedColumn): boolean {
  if (column.postgresType !== 'text' && column.postgresType !== 'bytea') return false
  const { type, length } = column.source
  if (type === 'enum' || type === 'set' || type === 'tinytext' || type === 'tinyblob') return false
  // A character takes up to four bytes in UTF-8, whatever it took on the source.
  const bytes = column.postgresType === 'text' ? 4 : 1
  return length === null || length * bytes > longestIndexed
}
