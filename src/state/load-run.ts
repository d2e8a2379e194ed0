import type { PostgresConnection } from '../postgres/connection.ts'

/** A run of `cdc migrate` as it is written down. */
export interface LoadRunRow<Progress> {
  readonly request: unknown
  readonly startedAt: string
  /** null: it runs, or was broken off. */
  readonly endedAt: string | null
  /** Its session is there. */
  readonly alive: boolean
  readonly progress: Progress
}

/** undefined: there was none, in a database where perhaps nothing of cdc is yet. */
export async function readLoadRun<Progress>(
  connection: PostgresConnection,
  connector: string,
): Promise<LoadRunRow<Progress> | undefined> {
  const state = await connection.query("SELECT FROM pg_tables WHERE schemaname = 'cdc' AND tablename = 'load_run'")
  if (state.rowCount === 0) return undefined
  const { rows } = await connection.query<Record<'request' | 'started_at' | 'alive' | 'progress', string>>(
    `SELECT request, progress, started_at, ended_at,
       EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = r.pid AND a.backend_start <= r.updated_at
                 AND a.application_name LIKE 'cdc migrate%') AS alive
     FROM cdc.load_run r WHERE connector = $1`,
    [connector],
  )
  const row = rows[0] as (Record<string, string> & { ended_at: string | null }) | undefined
  if (row === undefined) return undefined
  return {
    request: JSON.parse(row['request'] ?? '{}'),
    startedAt: row['started_at'] ?? '',
    endedAt: row.ended_at,
    alive: row['alive'] === 't',
    progress: JSON.parse(row['progress'] ?? '{}') as Progress,
  }
}

/** Who writes a run down: the number of the session that did so last, which changes when a connection breaks. */
export interface LoadRunOwner {
  readonly connector: string
  pid: string
}

/**
 * Writes down that a run has begun. `startedAt` is in seconds since 1970, by PostgreSQL's clock. One that was broken off and wanted the same goes on: then its begin is kept.
 * @returns when the run, or the one that it goes on with, began; and whether it goes on with one
 */
export async function beginLoadRun(
  connection: PostgresConnection,
  connector: string,
  { request, mayGoOn }: { readonly request: unknown; readonly mayGoOn: boolean },
): Promise<{ readonly startedAt: number; readonly goesOn: boolean; readonly owner: LoadRunOwner }> {
  const { rows } = await connection.query<{ started_at: string; goes_on: string; pid: string }>(
    `INSERT INTO cdc.load_run AS r (connector, request, pid) VALUES ($1, $2, pg_backend_pid())
     ON CONFLICT (connector) DO UPDATE SET request = excluded.request, pid = excluded.pid, ended_at = NULL,
       updated_at = clock_timestamp(), progress = '{}',
       started_at = CASE WHEN $3 AND r.ended_at IS NULL AND r.request = excluded.request THEN r.started_at
                         ELSE excluded.started_at END
     RETURNING extract(epoch FROM started_at) AS started_at, started_at < statement_timestamp() AS goes_on, pid`,
    [connector, JSON.stringify(request), mayGoOn],
  )
  const owner = { connector, pid: rows[0]?.pid ?? '' }
  return { startedAt: Number(rows[0]?.started_at ?? 0), goesOn: rows[0]?.goes_on === 't', owner }
}

/** Nothing is written when another run has begun since. */
export async function tellLoadRun(
  connection: PostgresConnection,
  owner: LoadRunOwner,
  progress: unknown,
): Promise<void> {
  await update(connection, owner, { progress, ended: false })
}

/** It came to its end, well or not: the next one is a new one. */
export async function endLoadRun(
  connection: PostgresConnection,
  owner: LoadRunOwner,
  progress: unknown,
): Promise<void> {
  await update(connection, owner, { progress, ended: true })
}

async function update(
  connection: PostgresConnection,
  owner: LoadRunOwner,
  { progress, ended }: { readonly progress: unknown; readonly ended: boolean },
): Promise<void> {
  const { rows } = await connection.query<{ pid: string }>(
    `UPDATE cdc.load_run SET progress = $3, pid = pg_backend_pid(), updated_at = clock_timestamp(),
       ended_at = CASE WHEN $4 THEN clock_timestamp() END
     WHERE connector = $1 AND pid = $2 RETURNING pid`,
    [owner.connector, owner.pid, JSON.stringify(progress), ended],
  )
  owner.pid = rows[0]?.pid ?? owner.pid
}
