import { CdcError } from '../core/errors.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { sqlState } from '../postgres/error.ts'

/** After this silence another worker may take a sink over. */
const silenceSeconds = 15

/** The name under which a sink's sessions are seen in pg_stat_activity; equal for the same worker and sink. */
export function sinkApplicationName(owner: string, connector: string): string {
  return `cdc ${owner.slice(0, 8)} ${connector}`.slice(0, 63)
}

/**
 * Becomes the owner of a sink: raises its epoch, so that every transaction of an earlier owner is refused. The same
 * worker (by its persistent id) takes over at once and ends what its dead predecessor left running; another worker only
 * when the owner has been silent for a while.
 * @returns the epoch to check in every transaction
 * @throws CdcError CDC-S02 when another worker is alive.
 */
export async function claimSink(connection: PostgresConnection, connector: string, owner: string): Promise<bigint> {
  await connection.query('INSERT INTO cdc.sink (connector) VALUES ($1) ON CONFLICT DO NOTHING', [connector])
  const { rows } = await connection.query<{ owner: string | null; silent: string | null }>(
    `SELECT owner, extract(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS silent
     FROM cdc.sink WHERE connector = $1`,
    [connector],
  )
  const current = rows[0]
  const foreign = current?.owner !== null && current?.owner !== undefined && current.owner !== owner
  if (foreign && current.silent !== null && Number(current.silent) < silenceSeconds) {
    throw ownedByAnother(connector, current.owner ?? '', Number(current.silent))
  }
  if (!foreign) await endPredecessors(connection, connector, owner)
  try {
    // A living owner may be in the middle of a long transaction: its lock on the row says so.
    await connection.query(`SET lock_timeout = '5s'`)
    const claimed = await connection.query<{ epoch: string }>(
      `UPDATE cdc.sink SET epoch = epoch + 1, owner = $2, heartbeat_at = clock_timestamp()
       WHERE connector = $1 RETURNING epoch`,
      [connector, owner],
    )
    return BigInt(claimed.rows[0]?.epoch ?? '0')
  } catch (thrown) {
    if (foreign && sqlState(thrown) === '55P03') throw ownedByAnother(connector, current.owner ?? '', null)
    throw thrown
  } finally {
    await connection.query('SET lock_timeout = 0').catch(() => undefined)
  }
}

/** A killed worker's session lives on in the server until it notices; it would hold locks that we wait for. */
async function endPredecessors(connection: PostgresConnection, connector: string, owner: string): Promise<void> {
  await connection.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = $1 AND usename = current_user AND pid <> pg_backend_pid()`,
    [sinkApplicationName(owner, connector)],
  )
}

/** Says that the owner lives. @returns false when another owner has taken over. */
export async function beat(connection: PostgresConnection, connector: string, epoch: bigint): Promise<boolean> {
  const { rowCount } = await connection.query(
    'UPDATE cdc.sink SET heartbeat_at = clock_timestamp() WHERE connector = $1 AND epoch = $2',
    [connector, epoch.toString()],
  )
  return rowCount === 1
}

/** Gives a sink back at a clean stop, so that another worker need not wait. */
export async function releaseSink(connection: PostgresConnection, connector: string, epoch: bigint): Promise<void> {
  await connection.query('UPDATE cdc.sink SET owner = NULL, heartbeat_at = NULL WHERE connector = $1 AND epoch = $2', [
    connector,
    epoch.toString(),
  ])
}

export function ownedByAnother(connector: string, owner: string, silentSeconds: number | null): CdcError {
  const seen =
    silentSeconds === null ? 'it is in the middle of a transaction' : `last seen ${silentSeconds.toFixed(1)} s ago`
  return new CdcError('CDC-S02', {
    where: connector,
    what: `the sink is owned by another worker (${owner}, ${seen})`,
    why: 'two workers that write the same tables would undo each other',
    fix: `stop the other worker; then: cdc restart sink, or POST /connectors/${connector}/restart?includeTasks=true`,
  })
}
