import { CdcError } from '../core/errors.ts'
import { parsePosition, type GtidPosition } from '../core/gtid.ts'
import { connectMariadb, type ConnectOptions, type MariadbConnection } from '../mariadb/connection.ts'
import { streamRows, type RowBatch } from '../mariadb/row-stream.ts'
import { readServerPosition, withDomains } from '../mariadb/server-checks.ts'
import type { MariadbSettings } from '../core/mariadb-settings.ts'

/** A session that reads table after table, each in a snapshot of its own whose position is known. */
export interface SourceReader extends AsyncDisposable {
  /** For queries between the streams; they see the snapshot too. */
  readonly connection: MariadbConnection
  /** Ends the snapshot before it and opens one. Returns exactly the transactions that it shows. */
  openSnapshot(): Promise<GtidPosition>
  /** Ends the snapshot and all table locks: schema changes of the tables that were read may go on. */
  closeSnapshot(): Promise<void>
  rows(sql: string): AsyncGenerator<RowBatch>
  /** How far the server has come by now. */
  serverPosition(): Promise<GtidPosition>
}

/** A session may have to wait for hours, while indexes are built on the other side. */
const patientSession = `SET SESSION wait_timeout = 604800, net_write_timeout = 86400, net_read_timeout = 86400,
  max_statement_time = 0, idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0, lock_wait_timeout = 30`

/** @throws CdcError as `connectMariadb` */
export async function openSourceReader(settings: MariadbSettings, options: ConnectOptions): Promise<SourceReader> {
  const connection = await connectMariadb(settings, options)
  try {
    await connection.query(patientSession)
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  } catch (thrown) {
    connection.destroy()
    throw thrown
  }
  return {
    connection,
    async openSnapshot() {
      // Before the snapshot: a domain that is born after it must not be in the position.
      const before = await readServerPosition(connection)
      await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
      return withDomains(await snapshotPosition(connection), before)
    },
    async closeSnapshot() {
      await connection.query('ROLLBACK')
      await connection.query('UNLOCK TABLES')
    },
    rows: (sql) => streamRows(connection, sql),
    serverPosition: async () => await readServerPosition(connection),
    [Symbol.asyncDispose]: async () => await connection[Symbol.asyncDispose](),
  }
}

/** The server notes the binary log's coordinates at the moment the read view is made; they are translated to GTIDs. */
async function snapshotPosition(connection: MariadbConnection): Promise<GtidPosition> {
  const status = await connection.query<{ Variable_name: string; Value: string }>(
    "SHOW SESSION STATUS WHERE Variable_name IN ('Binlog_snapshot_file', 'Binlog_snapshot_position')",
  )
  const values = new Map(status.map((row) => [row.Variable_name.toLowerCase(), row.Value]))
  const file = values.get('binlog_snapshot_file') ?? ''
  const offset = Number(values.get('binlog_snapshot_position') ?? '0')
  const { where, address } = connection.context
  if (file === '') throw new CdcError('CDC-M05', { where, what: `${address} writes no binary log` })
  const [row] = await connection.query<{ gtids: string | null }>('SELECT BINLOG_GTID_POS(?, ?) AS gtids', [
    file,
    offset,
  ])
  if (row === undefined || row.gtids === null) {
    // The file was purged between the two questions; the next attempt reads a newer one.
    throw new CdcError('CDC-M01', { where, what: `${address} cannot say the GTID position of ${file}:${offset}` })
  }
  return parsePosition(row.gtids)
}
