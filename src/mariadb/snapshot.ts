import { CdcError } from '../core/errors.ts'
import { parsePosition, samePosition, type GtidPosition } from '../core/gtid.ts'
import type { MariadbSettings } from '../core/mariadb-settings.ts'
import { connectMariadb, type ConnectOptions, type MariadbConnection } from './connection.ts'
import { readServerPosition, withDomains } from './server-checks.ts'

export interface Snapshot extends AsyncDisposable {
  /** Reads the database as it was at `position`, whatever is written meanwhile (transactional tables only). */
  readonly connection: MariadbConnection
  /** Exactly the transactions that the reads see, with every domain of the server. */
  readonly position: GtidPosition
}

/** A connection of its own with a snapshot. @throws as `connectMariadb` and `SnapshotSteps` */
export async function openSnapshot(settings: MariadbSettings, options: ConnectOptions): Promise<Snapshot> {
  const connection = await connectMariadb(settings, options)
  try {
    const steps = snapshotSteps(connection)
    await steps.prepare()
    await steps.open()
    const position = await steps.position()
    return { connection, position, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() }
  } catch (thrown) {
    connection.destroy()
    throw thrown
  }
}

/** A snapshot in three steps, for whoever holds a lock during the second alone. */
export interface SnapshotSteps {
  /** Ends the transaction before it and readies the next. */
  prepare(): Promise<void>
  /** One statement: what it sees is what is committed now. @throws CdcError CDC-M01, M03, M17 */
  open(): Promise<void>
  /**
   * Exactly the transactions that the reads see, with every domain of the server. When others have written meanwhile the
   * server reads its binary log's file from the beginning for it, which may take seconds.
   * @throws CdcError CDC-M01; CDC-M05 when there is no binary log
   */
  position(): Promise<GtidPosition>
}

/**
 * A read-only transaction whose read view and GTID position belong together. Locks nothing: the server notes the binary
 * log's coordinates at the moment the read view is made (Binlog_snapshot_file and Binlog_snapshot_position, in effect only
 * under WITH CONSISTENT SNAPSHOT), keeps them to the end of the transaction, and translates them into GTIDs.
 */
export function snapshotSteps(connection: MariadbConnection): SnapshotSteps {
  let before: GtidPosition = new Map()
  return {
    async prepare() {
      await connection.query('ROLLBACK')
      await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
      // Before the snapshot: a domain that is born after it must not be in the position.
      before = await readServerPosition(connection)
    },
    async open() {
      await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
    },
    position: async () => withDomains(await snapshotPosition(connection, before), before),
  }
}

async function snapshotPosition(connection: MariadbConnection, before: GtidPosition): Promise<GtidPosition> {
  const rows = await connection.query<{ Variable_name: string; Value: string }>(
    "SHOW SESSION STATUS WHERE Variable_name IN ('Binlog_snapshot_file', 'Binlog_snapshot_position')",
  )
  const values = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]))
  const file = values.get('binlog_snapshot_file') ?? ''
  const offset = values.get('binlog_snapshot_position') ?? ''
  const { where, address } = connection.context
  if (file === '') throw new CdcError('CDC-M05', { where, what: `${address} writes no binary log` })
  if (await endsStillAt(connection, before, `${file}:${offset}`)) return before
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

/**
 * Whether the binary log is still at the position that it had before the snapshot, and ends where the snapshot was made:
 * then that is the snapshot's position, and the file need not be read for it, which on a server at rest would be most of
 * the time that a small table takes.
 *
 * The server tells the end of its log when no group of transactions is just being written, so that between two equal
 * positions it belongs to exactly that position.
 */
async function endsStillAt(connection: MariadbConnection, before: GtidPosition, end: string): Promise<boolean> {
  try {
    const [row] = await connection.query<{ File: string; Position: string | number }>('SHOW MASTER STATUS')
    if (row === undefined || `${row.File}:${row.Position}` !== end) return false
    return samePosition(await readServerPosition(connection), before)
  } catch (thrown) {
    // It takes BINLOG MONITOR, which the other way does not.
    if (thrown instanceof CdcError && thrown.code === 'CDC-M03') return false
    throw thrown
  }
}
