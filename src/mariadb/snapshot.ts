import { CdcError } from '../core/errors.ts'
import { parsePosition, type GtidPosition } from '../core/gtid.ts'
import type { MariadbSettings } from '../core/mariadb-settings.ts'
import { connectMariadb, type ConnectOptions, type MariadbConnection } from './connection.ts'
import { readServerPosition, withDomains } from './server-checks.ts'

export interface Snapshot extends AsyncDisposable {
  /** Reads the database as it was at `position`, whatever is written meanwhile (transactional tables only). */
  readonly connection: MariadbConnection
  /** Exactly the transactions that the reads see, with every domain of the server. */
  readonly position: GtidPosition
}

/** A connection of its own with a snapshot. @throws as `connectMariadb` and `beginSnapshot` */
export async function openSnapshot(settings: MariadbSettings, options: ConnectOptions): Promise<Snapshot> {
  const connection = await connectMariadb(settings, options)
  try {
    const position = await beginSnapshot(connection)
    return { connection, position, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() }
  } catch (thrown) {
    connection.destroy()
    throw thrown
  }
}

/**
 * Ends the transaction of a connection and begins a read-only one whose read view and GTID position belong together.
 * Locks nothing: the server notes the binary log's coordinates at the moment the read view is made (Binlog_snapshot_file
 * and Binlog_snapshot_position, in effect only under WITH CONSISTENT SNAPSHOT) and translates them into GTIDs.
 * @returns exactly the transactions that the reads see, with every domain of the server
 * @throws CdcError CDC-M01, M03, M17; CDC-M05 when there is no binary log
 */
export async function beginSnapshot(connection: MariadbConnection): Promise<GtidPosition> {
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  // Before the snapshot: a domain that is born after it must not be in the position.
  const before = await readServerPosition(connection)
  await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
  return withDomains(await snapshotPosition(connection), before)
}

async function snapshotPosition(connection: MariadbConnection): Promise<GtidPosition> {
  const rows = await connection.query<{ Variable_name: string; Value: string }>(
    "SHOW SESSION STATUS WHERE Variable_name IN ('Binlog_snapshot_file', 'Binlog_snapshot_position')",
  )
  const values = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]))
  const file = values.get('binlog_snapshot_file') ?? ''
  const offset = values.get('binlog_snapshot_position') ?? ''
  const { where, address } = connection.context
  if (file === '') throw new CdcError('CDC-M05', { where, what: `${address} writes no binary log` })
  const [row] = await connection.query<{ gtids: string | null }>('SELECT BINLOG_GTID_POS(?, ?) AS gtids', [
    file,
    Number(offset),
  ])
  if (row === undefined || row.gtids === null) {
    // The file was purged between the two questions; the next attempt reads a newer one.
    throw new CdcError('CDC-M01', { where, what: `${address} cannot say the GTID position of ${file}:${offset}` })
  }
  return parsePosition(row.gtids)
}
