import { furthest, formatPosition, nearest, samePosition, type GtidPosition } from '../core/gtid.ts'
import { quoteMariadb } from '../core/quote.ts'
import { formatTable, isTransactional, type SourceTable } from '../core/table.ts'
import { CdcError } from '../core/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import type { SourceReader } from './source-reader.ts'

/** Where in the stream of changes a load stands. */
export interface LoadPosition {
  /** Every change at or before it is in what the readers see. */
  readonly low: GtidPosition
  /** No change after it is. Equal to `low`: the readers see exactly that moment. */
  readonly high: GtidPosition
}

export interface PositionOptions {
  readonly table: SourceTable
  readonly readers: readonly SourceReader[]
  /** A connection beside the readers, to lock with; needed for more than one reader. */
  readonly control: MariadbConnection | undefined
  readonly log: Logger
  /** So long nobody could write the table. */
  readonly onLocked: (seconds: number) => void
}

/** Seconds that writers may have to wait for our lock at most while we wait for it ourselves. */
const lockWaitSeconds = 1

/**
 * Opens a snapshot on each reader, and from then on the table cannot be altered. Several are opened under a short read lock
 * of the table: nobody can write it meanwhile, so that all see the same rows whatever else is committed. Without the lock
 * each has a position of its own, and what lies between them is applied idempotently later: that needs a key.
 * @throws CdcError CDC-L04 when a schema change came between
 */
export async function openSnapshots(options: PositionOptions): Promise<LoadPosition> {
  const { readers, control, table, log, onLocked } = options
  const [first] = readers
  if (first === undefined) throw new Error('BUG: no reader')
  await Promise.all(readers.map(async ({ snapshot }) => await snapshot.prepare()))
  const locking = readers.length > 1 ? control : undefined
  if (locking === undefined || !(await lockTable(locking, table, log))) {
    const positions = await Promise.all(readers.map(async (reader) => await openAlone(reader, table)))
    return { low: positions.reduce(nearest), high: positions.reduce(furthest) }
  }
  const since = performance.now()
  try {
    await Promise.all(readers.map(async (reader) => await openAndTouch(reader, table, noWait)))
  } finally {
    await locking.query('UNLOCK TABLES')
  }
  onLocked((performance.now() - since) / 1000)
  // Their positions may differ by transactions of other tables, which do not matter here.
  const position = await first.snapshot.position()
  return { low: position, high: position }
}

async function openAlone(reader: SourceReader, table: SourceTable): Promise<GtidPosition> {
  await openAndTouch(reader, table)
  return await reader.snapshot.position()
}

/** At once: a table that is renamed in between would be taken for the one that has its name then. */
async function openAndTouch(reader: SourceReader, table: SourceTable, waiting = ''): Promise<void> {
  await reader.snapshot.open()
  await touch(reader, table, waiting)
}

/** A schema change that waits for our lock goes before whoever asks for the table now: each would wait for the other. */
const noWait = 'SET STATEMENT lock_wait_timeout = 0 FOR '

async function lockTable(control: MariadbConnection, table: SourceTable, log: Logger): Promise<boolean> {
  try {
    await control.query(`SET SESSION lock_wait_timeout = ${lockWaitSeconds}`)
    await control.query(`LOCK TABLES ${quoteMariadb(table.database, table.table)} READ`)
    return true
  } catch (thrown) {
    if (!(thrown instanceof CdcError) || thrown.code === 'CDC-M01') throw thrown
    log.info(
      { table: formatTable(table), why: thrown.why ?? thrown.what },
      'no read lock: each reader has its own position',
    )
    return false
  }
}

/**
 * A table of an engine without snapshots and without a key can be read exactly only while nobody writes it: it stays
 * locked until `release`. @throws CdcError CDC-L05 when the lock is refused
 */
export async function lockForReading(reader: SourceReader, table: SourceTable, log: Logger): Promise<LoadPosition> {
  try {
    await reader.connection.query(`LOCK TABLES ${quoteMariadb(table.database, table.table)} READ`)
  } catch (thrown) {
    if (!(thrown instanceof CdcError) || thrown.code === 'CDC-M01') throw thrown
    throw new CdcError('CDC-L05', {
      where: formatTable(table),
      what: `${table.engine} has no snapshots, the table has no key, and it could not be locked`,
      why: thrown.why ?? thrown.what,
      fix: 'give it a primary key, convert it to InnoDB, or GRANT LOCK TABLES on its database',
      cause: thrown,
    })
  }
  log.warn(
    { table: formatTable(table), engine: table.engine },
    'no key and no snapshots: writers wait until it is read',
  )
  const position = await reader.serverPosition()
  return { low: position, high: position }
}

const lockWaitTimeout = 1205

/**
 * Reads a row: from then on schema changes of the table wait until the snapshot is closed.
 * @throws CdcError CDC-L04 when one came between, or is at work
 */
export async function touch(
  { connection }: Pick<SourceReader, 'connection'>,
  table: SourceTable,
  waiting = '',
): Promise<void> {
  await look(connection, table, `${waiting}SELECT 1 FROM ${quoteMariadb(table.database, table.table)} LIMIT 1`)
}

/** @throws CdcError CDC-L04 when the table is locked for longer than is waited */
async function look(connection: MariadbConnection, table: SourceTable, sql: string): Promise<void> {
  try {
    await connection.query(sql)
  } catch (thrown) {
    const cause = thrown instanceof CdcError ? thrown.cause : undefined
    if (!(cause instanceof Error && 'errno' in cause && cause.errno === lockWaitTimeout)) throw thrown
    throw new CdcError('CDC-L04', {
      where: formatTable(table),
      what: 'the table cannot be read while somebody has locked it, or changes its definition',
      why: cause.message,
      cause: thrown,
    })
  }
}

/**
 * A user who may SELECT some columns of a table, and not all, is not shown the others: the copy would lack them without a
 * word. @throws CdcError CDC-M03, CDC-L04
 */
export async function checkReadable(connection: MariadbConnection, table: SourceTable): Promise<void> {
  await look(connection, table, `SELECT * FROM ${quoteMariadb(table.database, table.table)} LIMIT 0`)
}

/** The position after the last row was read, for engines whose rows are read as they are at that moment. */
export async function positionAfterReading(
  reader: SourceReader,
  table: SourceTable,
  position: LoadPosition,
): Promise<LoadPosition> {
  if (isTransactional(table.engine)) return position
  return { low: position.low, high: furthest(position.high, await reader.serverPosition()) }
}

/** For logs. */
export function describePosition({ low, high }: LoadPosition): string {
  return samePosition(low, high) ? formatPosition(low) : `${formatPosition(low)} to ${formatPosition(high)}`
}
