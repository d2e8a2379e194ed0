import { CdcError } from '../core/errors.ts'
import { quotePostgres } from '../core/quote.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

/** What stands where a load wants to write. */
export interface ExistingTarget {
  /** pg_class.relkind: r table, p partitioned table, v view, … */
  readonly kind: string
  /** True when that may not be looked at, too. */
  readonly hasRows: boolean
  /** Who must own it, or its schema, for us to make it anew; undefined: all is well. */
  readonly foreignTo: string | undefined
  /** Column name -> type, as format_type prints it. */
  readonly columns: ReadonlyMap<string, string>
  /** GRANTs to give again after the table has been made anew. */
  readonly grants: readonly string[]
}

/** undefined: there is nothing of that name. */
export async function readTarget(
  connection: PostgresConnection,
  target: { readonly schema: string; readonly name: string },
): Promise<ExistingTarget | undefined> {
  const { rows } = await connection.query<
    Record<'kind' | 'columns' | 'grants' | 'role' | 'droppable' | 'readable', string>
  >(
    `SELECT c.relkind AS kind, current_user AS role, has_table_privilege(c.oid, 'SELECT') AS readable,
       pg_has_role(c.relowner, 'USAGE') OR pg_has_role(n.nspowner, 'USAGE') AS droppable,
       (SELECT json_object_agg(attname, format_type(atttypid, atttypmod)) FROM pg_attribute
         WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)::text AS columns,
       (SELECT json_agg(format('GRANT %s ON %s TO %s%s', privilege_type, c.oid::regclass,
            CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
            CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END))
          FROM aclexplode(c.relacl) WHERE grantee <> c.relowner)::text AS grants
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2`,
    [target.schema, target.name],
  )
  const [row] = rows
  if (row === undefined) return undefined
  return {
    kind: row.kind,
    hasRows: isTable(row.kind) && (row.readable !== 't' || (await hasRows(connection, target))),
    foreignTo: row.droppable === 't' ? undefined : row.role,
    columns: new Map(Object.entries((JSON.parse(row.columns ?? '{}') ?? {}) as Record<string, string>)),
    grants: (JSON.parse(row.grants ?? '[]') ?? []) as string[],
  }
}

function isTable(kind: string): boolean {
  return kind === 'r' || kind === 'p'
}

async function hasRows(
  connection: PostgresConnection,
  { schema, name }: { readonly schema: string; readonly name: string },
): Promise<boolean> {
  const { rows } = await connection.query<{ found: string }>(
    `SELECT EXISTS (SELECT FROM ${quotePostgres(schema, name)}) AS found`,
  )
  return rows[0]?.found === 't'
}

/**
 * Whether what stands there may be dropped. A table of a load of our own always may; one from elsewhere only when it
 * is empty and has our columns, or when `replace` was asked for.
 * @throws CdcError CDC-L02, CDC-P03
 */
export function checkReplaceable(
  existing: ExistingTarget,
  table: MappedTable,
  { ours, replace, where }: { readonly ours: boolean; readonly replace: boolean; readonly where: string },
): void {
  const target = `${table.schema}.${table.name}`
  if (!isTable(existing.kind)) {
    throw new CdcError('CDC-L02', {
      where,
      what: `${target} exists and is not a table`,
      fix: `rename or drop it, or set another collection.name.format`,
    })
  }
  if (!ours && !replace && existing.hasRows) {
    throw new CdcError('CDC-L02', { where, what: `${target} holds rows that are not from a load of this sink` })
  }
  if (existing.foreignTo !== undefined) {
    throw new CdcError('CDC-P03', {
      where,
      what: `${target} cannot be made anew: it belongs to another role`,
      fix: `ALTER TABLE ${quotePostgres(table.schema, table.name)} OWNER TO ${quotePostgres(existing.foreignTo)};`,
    })
  }
  if (ours || replace) return
  const missing = table.columns.filter((column) => !existing.columns.has(column.name)).map((column) => column.name)
  const wanted = new Set(table.columns.map((column) => column.name))
  const extra = [...existing.columns.keys()].filter((name) => !wanted.has(name))
  if (missing.length === 0 && extra.length === 0) return
  throw new CdcError('CDC-L02', {
    where,
    what: `${target} exists, is empty, and has other columns than the source`,
    fix: 'add --replace to make it anew, or drop it',
    details: [
      ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
      ...(extra.length > 0 ? [`only there: ${extra.join(', ')}`] : []),
    ],
  })
}
