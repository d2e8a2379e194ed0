import type { GtidPosition } from '../core/gtid.ts'
import { connectMariadb, type ConnectOptions, type MariadbConnection } from '../mariadb/connection.ts'
import { streamRows, type RowBatch } from '../mariadb/row-stream.ts'
import { readServerPosition } from '../mariadb/server-checks.ts'
import { snapshotSteps, type SnapshotSteps } from '../mariadb/snapshot.ts'
import type { MariadbSettings } from '../core/mariadb-settings.ts'

/** A session that reads table after table, each in a snapshot of its own whose position is known. */
export interface SourceReader extends AsyncDisposable {
  /** For queries between the streams; they see the snapshot too. */
  readonly connection: MariadbConnection
  /** Makes the snapshot that the rows are read in; the one before it ends. */
  readonly snapshot: SnapshotSteps
  /** Ends the snapshot and all table locks: schema changes of the tables that were read may go on. */
  closeSnapshot(): Promise<void>
  rows(sql: string): AsyncGenerator<RowBatch>
  /** How far the server has come by now. */
  serverPosition(): Promise<GtidPosition>
}

const patientSession = `SET SESSION wait_timeout = 604800, net_write_timeout = 86400, net_read_timeout = 86400,
  max_statement_time = 0, idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0, lock_wait_timeout = 30`

/** For a session that may have to wait for hours, while the other side writes. @throws CdcError as `connectMariadb` */
export async function connectPatiently(settings: MariadbSettings, options: ConnectOptions): Promise<MariadbConnection> {
  const connection = await connectMariadb(settings, options)
  try {
    await connection.query(patientSession)
    return connection
  } catch (thrown) {
    connection.destroy()
    throw thrown
  }
}

/** @throws CdcError as `connectMariadb` */
export async function openSourceReader(settings: MariadbSettings, options: ConnectOptions): Promise<SourceReader> {
  const connection = await connectPatiently(settings, options)
  return {
    connection,
    snapshot: snapshotSteps(connection),
    async closeSnapshot() {
      await connection.query('ROLLBACK')
      await connection.query('UNLOCK TABLES')
    },
    rows: (sql) => streamRows(connection, sql),
    serverPosition: async () => await readServerPosition(connection),
    [Symbol.asyncDispose]: async () => await connection[Symbol.asyncDispose](),
  }
}
