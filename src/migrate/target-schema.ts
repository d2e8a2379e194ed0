import { CdcError } from '../core/errors.ts'
import { quotePostgres } from '../core/quote.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { sqlState } from '../postgres/error.ts'

/**
 * Makes the target schemas where they are missing, `create` is set and the role may.
 * @throws CdcError CDC-P04 with the SQL for somebody who may
 */
export async function ensureSchemas(
  connection: PostgresConnection,
  schemas: Iterable<string>,
  { create }: { readonly create: boolean },
): Promise<void> {
  for (const schema of schemas) {
    const name = quotePostgres(schema)
    // Asked first: CREATE SCHEMA IF NOT EXISTS demands the privilege even when the schema is there.
    const { rows } = await connection.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema])
    if (rows.length > 0) continue
    if (!create) throw await schemaMissing(connection, name, undefined)
    try {
      await connection.query(`CREATE SCHEMA IF NOT EXISTS ${name}`)
    } catch (thrown) {
      if (sqlState(thrown) !== '42501') throw thrown
      throw await schemaMissing(connection, name, thrown)
    }
  }
}

/** @param refused why it could not be made; undefined: that was not tried */
async function schemaMissing(connection: PostgresConnection, name: string, refused: unknown): Promise<CdcError> {
  const who = await connection.query<{ role: string; database: string }>(
    'SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database',
  )
  const role = who.rows[0]?.role ?? 'current_user'
  return new CdcError('CDC-P04', {
    where: connection.where,
    what: `schema ${name} does not exist`,
    why: refused === undefined ? '--no-create-schema' : `role ${role} may not create schemas in this database`,
    fix: `CREATE SCHEMA ${name} AUTHORIZATION ${role};`,
    cause: refused,
  })
}
