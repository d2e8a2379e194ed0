import type { PostgresConnection } from '../postgres/connection.ts'

/** So long a lock may be waited for without a word: a batch of the sink ends by then. */
const patienceSeconds = 3

/**
 * Sessions that hold what a session of that name has waited for, a text for each. A transaction that somebody left open
 * in a terminal keeps a load waiting for ever, and nothing else would say so.
 */
export async function lockHolders(
  connection: PostgresConnection,
  applicationName: string,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await connection.query<Record<'pid' | 'holder', string>>(
    `SELECT DISTINCT holder.pid, concat_ws(', ', nullif(holder.application_name, ''), holder.usename, holder.state) AS holder
     FROM pg_stat_activity AS waiting
       CROSS JOIN unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
       JOIN pg_stat_activity AS holder ON holder.pid = blocking.pid
     WHERE waiting.datname = current_database() AND waiting.application_name = $1
       AND waiting.wait_event_type = 'Lock' AND holder.application_name IS DISTINCT FROM $1
       AND waiting.query_start < clock_timestamp() - make_interval(secs => $2)`,
    [applicationName.slice(0, 63), patienceSeconds],
  )
  return new Map(rows.map(({ pid, holder }) => [pid, describe(pid, holder)]))
}

function describe(pid: string, holder: string): string {
  const way = holder.startsWith('cdc ') ? '' : `; SELECT pg_terminate_backend(${pid}); ends it`
  return `waits for a lock that PostgreSQL session ${pid} (${holder}) holds${way}`
}
