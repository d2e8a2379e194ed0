import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CdcError } from '../core/errors.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { sqlState } from '../postgres/error.ts'

/** Numbered SQL files beside this one, in order; the number is the version of the state. */
const migrations = ['0001', '0002', '0003'] as const

/** Any constant: two processes that start at once create the schema one after the other. */
const migrationLock = 7_208_311

/**
 * Creates or updates schema `cdc`, in one transaction.
 * @throws CdcError CDC-P08 when a newer version wrote it; CDC-P03 with the GRANT when the role may not create it.
 */
export async function ensureState(connection: PostgresConnection): Promise<void> {
  if ((await stateVersion(connection)) === migrations.length) return
  await connection.query('BEGIN')
  try {
    await connection.query(`SELECT pg_advisory_xact_lock(${migrationLock})`)
    const version = await stateVersion(connection)
    if (version === 0) {
      await connection.query('CREATE SCHEMA IF NOT EXISTS cdc')
      await connection.query('CREATE TABLE cdc.version (version integer not null)')
      await connection.query('INSERT INTO cdc.version VALUES (0)')
    }
    for (const name of migrations.slice(version)) {
      await connection.query(readFileSync(join(import.meta.dirname, `${name}.sql`), 'utf8'))
    }
    await connection.query('UPDATE cdc.version SET version = $1', [migrations.length])
    await connection.query('COMMIT')
  } catch (thrown) {
    await connection.query('ROLLBACK').catch(() => undefined)
    if (sqlState(thrown) === '42501') throw mayNotCreate(connection, thrown)
    throw thrown
  }
}

async function stateVersion(connection: PostgresConnection): Promise<number> {
  // Not to_regclass: its answer may come from a cache that does not know yet what another session has just made.
  const { rowCount } = await connection.query(
    `SELECT 1 FROM pg_tables WHERE schemaname = 'cdc' AND tablename = 'version'`,
  )
  if (rowCount === 0) return 0
  const found = await connection.query<{ version: string }>('SELECT version FROM cdc.version')
  const version = Number(found.rows[0]?.version ?? 0)
  if (version > migrations.length) {
    throw new CdcError('CDC-P08', {
      where: connection.where,
      what: `the state in schema cdc has version ${version}, this cdc knows ${migrations.length}`,
    })
  }
  return version
}

function mayNotCreate(connection: PostgresConnection, cause: unknown): CdcError {
  const { user, database } = connection.client
  return new CdcError('CDC-P03', {
    where: connection.where,
    what: `role ${user} may not create schema cdc in database ${database}`,
    fix: `GRANT CREATE ON DATABASE "${database}" TO "${user}";   or: CREATE SCHEMA cdc AUTHORIZATION "${user}";`,
    cause,
  })
}
