import { CdcError } from '../core/errors.ts'
import { quotePostgres } from '../core/quote.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'

/** What the target database says of a table that the sink is to write. */
export interface TargetFacts {
  readonly hasOtherUnique: boolean
}

interface CatalogRow {
  schema: string
  name: string
  columns: string
  unique_keys: string
}

/**
 * Checks that each table is there with the columns, types and key that its mapping wants, in one query.
 * @returns the facts in the order of `tables`
 * @throws CdcError CDC-S06 that names what is missing and the statement that adds it.
 */
export async function checkTargets(
  connection: PostgresConnection,
  tables: readonly MappedTable[],
): Promise<readonly TargetFacts[]> {
  if (tables.length === 0) return []
  const { rows } = await connection.query<CatalogRow>(
    `SELECT n.nspname AS schema, c.relname AS name,
       (SELECT coalesce(json_object_agg(a.attname, a.atttypid::text), '{}')
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT coalesce(json_agg((SELECT json_agg(a.attname) FROM pg_attribute a
                                  WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[]))), '[]')
          FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL) AS unique_keys
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [tables.map((table) => table.schema), tables.map((table) => table.name)],
  )
  const found = new Map(rows.map((row) => [quotePostgres(row.schema, row.name), row]))
  const types = await typeIds(connection, tables)
  return tables.map((table) => check(table, found.get(quotePostgres(table.schema, table.name)), types))
}

/** PostgreSQL's own reading of the type names, so that spellings do not matter. */
async function typeIds(
  connection: PostgresConnection,
  tables: readonly MappedTable[],
): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(tables.flatMap((table) => table.columns.map((column) => column.postgresType)))]
  const { rows } = await connection.query<{ name: string; id: string | null }>(
    'SELECT name, to_regtype(name)::oid::text AS id FROM unnest($1::text[]) AS name',
    [names],
  )
  return new Map(rows.map((row) => [row.name, row.id ?? '']))
}

function check(table: MappedTable, row: CatalogRow | undefined, types: ReadonlyMap<string, string>): TargetFacts {
  const where = quotePostgres(table.schema, table.name)
  const source = `${table.source.database}.${table.source.table}`
  const reload = `cdc migrate --database <db> --tables ${source} --replace`
  if (row === undefined) {
    throw new CdcError('CDC-S06', { where, what: `the target table of ${source} is missing`, fix: reload })
  }
  const columns = JSON.parse(row.columns) as Record<string, string>
  for (const column of table.columns) {
    const type = columns[column.name]
    if (type !== undefined && type === types.get(column.postgresType)) continue
    const is = type === undefined ? 'is missing' : `does not have the type ${column.postgresType}`
    throw new CdcError('CDC-S06', { where, what: `column ${quotePostgres(column.name)} ${is}`, fix: reload })
  }
  const key = table.key.map((index) => table.columns[index]?.name ?? '').sort()
  const unique = (JSON.parse(row.unique_keys) as (string[] | null)[]).map((names) => (names ?? []).toSorted())
  const isKey = (names: readonly string[]): boolean => names.join('\0') === key.join('\0')
  if (key.length > 0 && !unique.some(isKey)) {
    throw new CdcError('CDC-S06', {
      where,
      what: `there is no unique index on the key of ${source}`,
      why: 'a change finds its row by the key',
      fix: `ALTER TABLE ${where} ADD PRIMARY KEY (${table.key.map((index) => quotePostgres(table.columns[index]?.name ?? '')).join(', ')});`,
    })
  }
  return { hasOtherUnique: unique.some((names) => !isKey(names)) }
}
