import { quoteMariadb } from '../core/quote.ts'
import type { SourceIndex, SourceTable, TableName } from '../core/table.ts'
import { readColumn, type ColumnRow } from './catalog-column.ts'
import { readCascades } from './cascades.ts'
import type { MariadbConnection } from './connection.ts'

export type ListedKind = 'table' | 'view' | 'sequence' | 'system-versioned'

/** Something that has a table's name. Only `table` can be replicated. */
export interface ListedTable extends TableName {
  readonly kind: ListedKind
  readonly engine: string
  /** The server's estimates, which may be far off for InnoDB. */
  readonly rows: number
  readonly bytes: number
}

interface TableRow {
  readonly TABLE_NAME: string
  readonly TABLE_TYPE: string
  readonly ENGINE: string | null
  readonly TABLE_COMMENT: string
}

interface SizeRow extends TableRow {
  readonly TABLE_SCHEMA: string
  readonly TABLE_ROWS: string | null
  readonly DATA_LENGTH: string | null
}

interface IndexRow {
  readonly TABLE_NAME: string
  readonly INDEX_NAME: string
  readonly NON_UNIQUE: string | number
  readonly COLUMN_NAME: string
  readonly SUB_PART: string | null
  readonly COLLATION: string | null
  readonly INDEX_TYPE: string
}

interface CheckRow {
  readonly TABLE_NAME: string
  readonly CHECK_CLAUSE: string
}

const kinds: Readonly<Record<string, ListedKind>> = {
  'BASE TABLE': 'table',
  VIEW: 'view',
  SEQUENCE: 'sequence',
  'SYSTEM VERSIONED': 'system-versioned',
}

/** Everything in a database that has a table's name, by name; empty when the database is not there (or not visible). */
export async function listTables(connection: MariadbConnection, database: string): Promise<ListedTable[]> {
  const rows = await connection.query<SizeRow>(
    `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH, TABLE_COMMENT
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME`,
    [database],
  )
  return rows.flatMap((row) => {
    const kind = kinds[row.TABLE_TYPE]
    // Temporary tables of this session, and what later versions may invent.
    if (kind === undefined) return []
    const rowsEstimate = Number(row.TABLE_ROWS ?? 0)
    const bytes = Number(row.DATA_LENGTH ?? 0)
    return [
      { database: row.TABLE_SCHEMA, table: row.TABLE_NAME, kind, engine: row.ENGINE ?? '', rows: rowsEstimate, bytes },
    ]
  })
}

/** The base tables of a database as they are defined now, by name; views, sequences and system-versioned ones left out. */
export async function readTables(connection: MariadbConnection, database: string): Promise<SourceTable[]> {
  return await readDefinitions(connection, { database })
}

/** One base table; undefined when there is none of that name. */
export async function readTable(connection: MariadbConnection, name: TableName): Promise<SourceTable | undefined> {
  const [table] = await readDefinitions(connection, name)
  return table
}

/** One query for each kind of fact, however many tables there are. */
async function readDefinitions(
  connection: MariadbConnection,
  of: { readonly database: string; readonly table?: string },
): Promise<SourceTable[]> {
  const select = async <Row extends object>(columns: string, from: string, schema: string): Promise<Row[]> =>
    await connection.query<Row>(
      `SELECT ${columns} FROM information_schema.${from} WHERE ${schema} = ?${of.table === undefined ? '' : ' AND TABLE_NAME = ?'}`,
      of.table === undefined ? [of.database] : [of.database, of.table],
    )
  const tables = await select<TableRow & { readonly TABLE_SCHEMA: string }>(
    'TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COMMENT',
    'TABLES',
    'TABLE_SCHEMA',
  )
  const columns = await select<ColumnRow>(
    `TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE,
     DATETIME_PRECISION, CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_DEFAULT, IS_NULLABLE, EXTRA, COLUMN_COMMENT, ORDINAL_POSITION`,
    'COLUMNS',
    'TABLE_SCHEMA',
  )
  // Not sorted: the server lists the indexes of a table in the order in which it prefers them as a key.
  const indexes = await select<IndexRow>(
    'TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, COLLATION, INDEX_TYPE',
    'STATISTICS',
    'TABLE_SCHEMA',
  )
  const checks = await select<CheckRow>('TABLE_NAME, CHECK_CLAUSE', 'CHECK_CONSTRAINTS', 'CONSTRAINT_SCHEMA')
  const cascades = await readCascades(connection, of)
  const json = await readJsonColumns(connection, { columns, checks, database: of.database })
  const columnsOf = Map.groupBy(columns, (row) => row.TABLE_NAME)
  const indexesOf = Map.groupBy(indexes, (row) => row.TABLE_NAME)
  return tables
    .filter((row) => row.TABLE_TYPE === 'BASE TABLE')
    .sort((a, b) => (a.TABLE_NAME < b.TABLE_NAME ? -1 : 1))
    .map((row) => {
      const name = row.TABLE_NAME
      const ownColumns = (columnsOf.get(name) ?? []).map((column) =>
        readColumn(column, json.get(name)?.has(column.COLUMN_NAME) === true),
      )
      const nullable = new Set(ownColumns.filter((column) => column.nullable).map((column) => column.name))
      const ownIndexes = readIndexes(indexesOf.get(name) ?? [])
      const keyIndex = findKey(ownIndexes, nullable)
      return {
        database: row.TABLE_SCHEMA,
        table: name,
        engine: row.ENGINE ?? '',
        columns: ownColumns,
        key: keyIndex?.columns.map((column) => column.name) ?? [],
        ...(keyIndex === undefined ? {} : { keyIndex: keyIndex.name }),
        indexes: ownIndexes.filter((index) => index !== keyIndex),
        ...(cascades.has(name) ? { cascades: cascades.get(name) ?? [] } : {}),
        comment: row.TABLE_COMMENT,
      }
    })
}

function readIndexes(rows: readonly IndexRow[]): SourceIndex[] {
  return [...Map.groupBy(rows, (row) => row.INDEX_NAME)].map(([name, parts]) => ({
    name,
    unique: Number(parts[0]?.NON_UNIQUE) === 0,
    columns: parts.map((part) => ({
      name: part.COLUMN_NAME,
      prefix: part.SUB_PART === null ? null : Number(part.SUB_PART),
      descending: part.COLLATION === 'D',
    })),
    method: parts[0]?.INDEX_TYPE ?? '',
  }))
}

/** A primary key over a prefix still is one over the whole column: what is unique in its first characters is unique. */
function findKey(indexes: readonly SourceIndex[], nullable: ReadonlySet<string>): SourceIndex | undefined {
  return (
    indexes.find((index) => index.name === 'PRIMARY') ??
    indexes.find(
      (index) => index.unique && index.columns.every((column) => column.prefix === null && !nullable.has(column.name)),
    )
  )
}

/** MariaDB's JSON is LONGTEXT with a check that is written just so. */
const jsonCheck = /json_valid\(`((?:[^`]|``)+)`\)/gi

function checkedNames(text: string): readonly string[] {
  return [...text.matchAll(jsonCheck)].map((match) => (match[1] ?? '').replaceAll('``', '`'))
}

interface JsonOptions {
  readonly database: string
  readonly columns: readonly ColumnRow[]
  readonly checks: readonly CheckRow[]
}

/** By table, the columns that a check demands valid JSON of. */
async function readJsonColumns(
  connection: MariadbConnection,
  { database, columns, checks }: JsonOptions,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const result = new Map<string, ReadonlySet<string>>()
  for (const [table, rows] of Map.groupBy(checks, (row) => row.TABLE_NAME)) {
    const simple = rows.filter((row) => /^json_valid\(`(?:[^`]|``)+`\)$/i.test(row.CHECK_CLAUSE))
    result.set(table, new Set(simple.flatMap((row) => checkedNames(row.CHECK_CLAUSE))))
  }
  const candidates = new Set(columns.filter((row) => row.DATA_TYPE === 'longtext').map((row) => row.TABLE_NAME))
  for (const table of candidates) {
    // A user who may SELECT one table, and no more, is not shown its checks; but is shown this.
    if (!result.has(table)) result.set(table, await readShownChecks(connection, database, table))
  }
  return result
}

async function readShownChecks(
  connection: MariadbConnection,
  database: string,
  table: string,
): Promise<ReadonlySet<string>> {
  const [row] = await connection.query<{ 'Create Table'?: string }>(
    `SHOW CREATE TABLE ${quoteMariadb(database, table)}`,
  )
  const shown = row?.['Create Table'] ?? ''
  const lines = shown.match(/CHECK \(json_valid\(`(?:[^`]|``)+`\)\)/gi) ?? []
  return new Set(lines.flatMap(checkedNames))
}
