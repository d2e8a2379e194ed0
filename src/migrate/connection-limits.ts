import { CdcError } from '../core/errors.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

export interface Workers {
  readonly maxWorkers: number
  readonly chunkWorkers: number
}

/** What a server lets us have, and why not more. */
export interface ConnectionLimit {
  readonly free: number
  readonly where: string
  /** `max_connections is 151, of which 140 are taken`. */
  readonly why: string
}

/** The connection that asks counts as free: it is closed before the load begins. */
export async function mariadbLimit(connection: MariadbConnection): Promise<ConnectionLimit> {
  const [row] = await connection.query<{ most: string; taken: string; own: string; mine: string }>(
    `SELECT CAST(@@global.max_connections AS CHAR) AS most, CAST(@@session.max_user_connections AS CHAR) AS own,
       (SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'THREADS_CONNECTED') AS taken,
       CAST((SELECT COUNT(*) FROM information_schema.PROCESSLIST
             WHERE USER = SUBSTRING_INDEX(USER(), '@', 1)) AS CHAR) AS mine`,
  )
  const { where } = connection.context
  const most = Number(row?.most ?? 0)
  const taken = Number(row?.taken ?? 0)
  const server = { where, free: most - taken + 1, why: `max_connections is ${most}, ${taken} are taken` }
  const own = Number(row?.own ?? 0)
  const mine = Number(row?.mine ?? 0)
  if (own === 0) return server
  const user = { where, free: own - mine + 1, why: `max_user_connections is ${own}, ${mine} are taken` }
  return user.free < server.free ? user : server
}

export async function postgresLimit(connection: PostgresConnection): Promise<ConnectionLimit> {
  const { rows } = await connection.query<Record<'why' | 'most' | 'taken', string>>(
    `WITH sessions AS (SELECT * FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender'))
     SELECT 'max_connections' AS why, (SELECT count(*) FROM sessions WHERE backend_type = 'client backend') AS taken,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true)::int, 0) AS most
     UNION ALL SELECT 'the limit of role ' || rolname, (SELECT count(*) FROM sessions WHERE usename = rolname), rolconnlimit
       FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0
     UNION ALL SELECT 'the limit of database ' || datname,
         (SELECT count(*) FROM sessions s WHERE s.datname = d.datname), datconnlimit
       FROM pg_database d WHERE datname = current_database() AND datconnlimit >= 0`,
  )
  const { where } = connection
  const limits = rows.map(({ why, most, taken }) => ({
    ...{ where, free: Number(most) - Number(taken) + 1, why: `${why} is ${most}, ${taken} are taken` },
  }))
  return limits.reduce((a, b) => (b.free < a.free ? b : a))
}

/**
 * So many workers that both servers have connections for them. `cut` says how many tables are read in chunks: on
 * MariaDB each takes its readers and one that walks the key; on PostgreSQL its writers and one for notes; and the run
 * itself takes one on PostgreSQL.
 * @throws CdcError CDC-L09 when not even one worker fits
 */
export function fitWorkers(
  wanted: Workers,
  tables: { readonly all: number; readonly cut: number },
  limits: { readonly mariadb: ConnectionLimit; readonly postgres: ConnectionLimit },
): Workers {
  let { maxWorkers, chunkWorkers } = wanted
  const needed = (): number => {
    const workers = Math.min(maxWorkers, Math.max(1, tables.all))
    const cutting = Math.min(workers, tables.cut)
    return cutting * (chunkWorkers + 1) + (workers - cutting)
  }
  const lacking = (): ConnectionLimit | undefined => {
    if (needed() > limits.mariadb.free) return limits.mariadb
    return needed() + 1 > limits.postgres.free ? limits.postgres : undefined
  }
  for (let limit = lacking(); limit !== undefined; limit = lacking()) {
    if (chunkWorkers > 1 && tables.cut > 0) chunkWorkers--
    else if (maxWorkers > 1) maxWorkers--
    else
      throw new CdcError('CDC-L09', {
        where: limit.where,
        what: 'there is no connection left for a load',
        why: limit.why,
      })
  }
  return { maxWorkers, chunkWorkers }
}
