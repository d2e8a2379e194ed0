import { setTimeout as sleep } from 'node:timers/promises'
import { CdcError } from '../core/errors.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

/** The right to load into one target table. */
export type LoadGuard = AsyncDisposable

/** So long PostgreSQL may take to notice that a process has vanished (client_connection_check_interval is 1 s). */
const patienceMs = 3000
const retryMs = 100

/**
 * Lets only one load at a time into a target table. The guard is an advisory lock of the session: when the process
 * dies, PostgreSQL drops it with the connection.
 * @throws CdcError CDC-L06 when somebody else has it
 */
export async function guardTable(
  connection: PostgresConnection,
  target: { readonly schema: string; readonly name: string },
  where: string,
): Promise<LoadGuard> {
  const key = `cdc load ${target.schema}.${target.name}`
  const until = performance.now() + patienceMs
  let holder = await tryGuard(connection, key)
  while (holder !== undefined && performance.now() < until) {
    await sleep(retryMs)
    holder = await tryGuard(connection, key)
  }
  if (holder !== undefined) {
    throw new CdcError('CDC-L06', {
      where,
      what: `another load writes ${target.schema}.${target.name} at this moment`,
      why: holder === null ? undefined : `PostgreSQL session ${holder} holds its guard`,
    })
  }
  return {
    async [Symbol.asyncDispose]() {
      // A connection that is gone has released it already.
      await connection.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]).catch(() => undefined)
    },
  }
}

/** undefined: it is ours. Else the session that has it, if that can be seen. */
async function tryGuard(connection: PostgresConnection, key: string): Promise<string | null | undefined> {
  const { rows } = await connection.query<{ mine: string; pid: string | null }>(
    `WITH k AS (SELECT hashtextextended($1, 0) AS k)
     SELECT pg_try_advisory_lock(k) AS mine,
       (SELECT min(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND ((classid::bigint << 32) | objid::bigint) = k) AS pid
     FROM k`,
    [key],
  )
  return rows[0]?.mine === 't' ? undefined : (rows[0]?.pid ?? null)
}
