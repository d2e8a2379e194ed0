import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { CdcError } from '../core/errors.ts'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import { sameServerIdError } from './binlog-error.ts'
import type { MariadbConnection } from './connection.ts'

/** Seconds a killed predecessor gets to be gone. */
const killWait = 15
/** A server notices a reader that is gone when it writes to it: at the second heartbeat, at the latest. */
const heartbeatsToNotice = 2.5
const longestPatience = 30
/** Milliseconds that `takeServerIdLock` may rightly wait in the server, at most. */
export const longestLockWaitMs = Math.max(killWait, longestPatience) * 1000

const holderSchema = z.object({ host: z.string(), port: z.number(), connectionId: z.string(), token: z.string() })
type Holder = z.infer<typeof holderSchema>

export interface ServerIdLockOptions {
  readonly serverId: number
  readonly host: string
  readonly port: number
  /** Where the holder of the lock is remembered; it belongs to one connector of one worker. */
  readonly file: string
  readonly heartbeatMs: number
}

/**
 * Takes the server's user lock of this server id for as long as the connection lives, so that two workers do not take
 * the stream from each other for ever (the server always ends the older dump of a server id).
 *
 * A worker that died may have left its session behind. It is recognised by the lock it held besides, whose name is a
 * random token that only the file here knows: connection ids alone would start over with the server, and could be a
 * stranger's by then. Such a session is killed. A stranger's is given the time in which the server would notice that
 * its reader is gone.
 * @throws CdcError CDC-M07 when somebody else holds it
 */
export async function takeServerIdLock(connection: MariadbConnection, options: ServerIdLockOptions): Promise<void> {
  const name = `cdc-pipeline/${options.serverId}`
  if (!(await getLock(connection, name, 0))) {
    const holder = await lockHolder(connection, name)
    const remembered = await readHolder(options.file)
    const ours =
      holder !== null &&
      remembered !== undefined &&
      holder === (await lockHolder(connection, tokenName(remembered.token)))
    if (ours) {
      // Gone in between is as good as killed.
      await connection.query(`KILL CONNECTION ${BigInt(holder)}`).catch(() => undefined)
    }
    const patience = Math.ceil((options.heartbeatMs / 1000) * heartbeatsToNotice)
    if (!(await getLock(connection, name, ours ? killWait : Math.min(patience, longestPatience)))) {
      throw inUse(connection, options, `connection ${holder} of that server holds the lock of the id`)
    }
  }
  const token = randomUUID()
  await getLock(connection, tokenName(token), 0)
  const holder: Holder = { host: options.host, port: options.port, connectionId: String(connection.threadId), token }
  await remember(options.file, holder)
}

/** @throws CdcError CDC-R02 when the disk is full; CDC-C09 */
async function remember(file: string, holder: Holder): Promise<void> {
  try {
    await writeFileAtomic(file, `${JSON.stringify(holder)}\n`)
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    const what = thrown instanceof Error ? thrown.message : String(thrown)
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    // Not an error of the connection, which the caller would take it for.
    throw new CdcError(full ? 'CDC-R02' : 'CDC-C09', { where: file, what, cause: thrown })
  }
}

function inUse(connection: MariadbConnection, options: ServerIdLockOptions, why: string): Error {
  const what = `${connection.context.address}: another worker or replica uses server id ${options.serverId}`
  return sameServerIdError({ ...connection.context, serverId: options.serverId }, what, why)
}

function tokenName(token: string): string {
  return `cdc-pipeline/${token}`
}

async function getLock(connection: MariadbConnection, name: string, seconds: number): Promise<boolean> {
  const [row] = await connection.query<{ got: number | string | null }>('SELECT GET_LOCK(?, ?) AS got', [name, seconds])
  return Number(row?.got) === 1
}

async function lockHolder(connection: MariadbConnection, name: string): Promise<string | null> {
  const [row] = await connection.query<{ id: string | number | null }>('SELECT IS_USED_LOCK(?) AS id', [name])
  return row === undefined || row.id === null ? null : String(row.id)
}

async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    // No file, or not ours: then nobody is remembered, and the lock is a stranger's.
    return undefined
  }
}
