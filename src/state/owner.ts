import { setTimeout as sleep } from 'node:timers/promises'
import { CdcError } from '../core/errors.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { sqlState } from '../postgres/error.ts'

/** After this silence another worker may take a sink over. */
const silenceSeconds = 15
const lookMs = 500

/** The name under which a sink's sessions are seen in pg_stat_activity; equal for the same worker and sink. */
export function sinkApplicationName(owner: string, connector: string): string {
  return `cdc ${owner.slice(0, 8)} ${connector}`.slice(0, 63)
}

export interface Claim {
  readonly connector: string
  /** The worker's persistent id. */
  readonly owner: string
  /** The epoch that this process had before, when it goes on after a lost connection. */
  readonly former?: bigint | undefined
}

/**
 * Becomes the owner of a sink: raises its epoch, so that every transaction of an earlier owner is refused. The same
 * worker (by its persistent id) takes over at once and ends what its dead predecessor left running; another worker only
 * when the owner has shown no sign of life for a while, which is waited for.
 * @returns the epoch to check in every transaction
 * @throws CdcError CDC-S02 when another worker is alive.
 */
export async function claimSink(connection: PostgresConnection, claim: Claim): Promise<bigint> {
  const { connector, owner, former } = claim
  await connection.query('INSERT INTO cdc.sink (connector) VALUES ($1) ON CONFLICT DO NOTHING', [connector])
  const current = await readOwner(connection, connector)
  const foreign = current.owner !== null && current.owner !== owner
  if (foreign) await waitForSilence(connection, connector, current)
  else if (former !== undefined && current.epoch !== former) throw takenByTwin(connector)
  else await endPredecessors(connection, connector, owner)
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

interface Owner {
  readonly owner: string | null
  readonly epoch: bigint
  /** When it last showed that it lives, and how many seconds ago that was. */
  readonly seen: string | null
  readonly silent: number
}

/** A busy owner has no time for heartbeats; its commits say that it lives. */
async function readOwner(connection: PostgresConnection, connector: string): Promise<Owner> {
  const { rows } = await connection.query<{
    owner: string | null
    epoch: string
    seen: string | null
    silent: string | null
  }>(
    `SELECT owner, epoch, seen, extract(epoch FROM clock_timestamp() - seen)::float8 AS silent
     FROM (SELECT owner, epoch, greatest(heartbeat_at,
             (SELECT max(applied_at) FROM cdc.position p WHERE p.connector = s.connector)) AS seen
           FROM cdc.sink s WHERE connector = $1) AS sink`,
    [connector],
  )
  const row = rows[0]
  const silent = row?.silent ?? null
  return {
    owner: row?.owner ?? null,
    epoch: BigInt(row?.epoch ?? '0'),
    seen: row?.seen ?? null,
    silent: silent === null ? Infinity : Number(silent),
  }
}

/** @throws CdcError CDC-S02 as soon as the owner shows that it lives. */
async function waitForSilence(connection: PostgresConnection, connector: string, first: Owner): Promise<void> {
  for (let now = first; now.silent < silenceSeconds; now = await readOwner(connection, connector)) {
    if (now.owner !== first.owner || now.seen !== first.seen)
      throw ownedByAnother(connector, now.owner ?? '', now.silent)
    await sleep(lookMs)
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

/** The command of our names; any other name has the REST call. */
function restartOf(connector: string): string {
  const database = /^postgres-sink-(.+)$/.exec(connector)?.[1]
  return database === undefined
    ? `POST /connectors/${encodeURIComponent(connector)}/restart?includeTasks=true`
    : `cdc restart sink ${database}`
}

/** Two workers with one id would end each other's sessions for ever. */
function takenByTwin(connector: string): CdcError {
  return new CdcError('CDC-S02', {
    where: connector,
    what: 'another worker with a copy of this state directory has taken the sink over',
    why: 'it has the same id, in the file worker-id',
    fix: `stop one of the two workers; then, if it was not this one: ${restartOf(connector)}`,
  })
}

export function ownedByAnother(connector: string, owner: string, silentSeconds: number | null): CdcError {
  const seen =
    silentSeconds === null ? 'it is in the middle of a transaction' : `last seen ${silentSeconds.toFixed(1)} s ago`
  return new CdcError('CDC-S02', {
    where: connector,
    what: `the sink is owned by another worker (${owner}, ${seen})`,
    why: 'two workers that write the same tables would undo each other',
    fix: `stop the other worker; then: ${restartOf(connector)}`,
  })
}
