// One worker per state directory. The lock is one that the kernel holds for the process (SQLite's exclusive lock on
// `lock.db`, POSIX record locks underneath), so that kill -9 frees it at once and a reused pid means nothing. A lock
// file with a pid, or a socket that is probed and then replaced, would leave a window in which two workers win.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CdcError } from '../core/errors.ts'

/** SQLITE_BUSY */
const busy = 5

/**
 * Takes the state directory for this process until disposed.
 * @throws CdcError CDC-W01 when another worker has it, naming that worker's pid.
 */
export function lockStateDirectory(root: string): Disposable {
  const owner = join(root, 'worker.pid')
  const database = new DatabaseSync(join(root, 'lock.db'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (thrown) {
    database.close()
    if (!(thrown instanceof Error && 'errcode' in thrown && thrown.errcode === busy)) throw thrown
    const pid = readPid(owner)
    throw new CdcError('CDC-W01', {
      where: root,
      what: pid === undefined ? 'another worker is using it' : `the worker with process id ${pid} is using it`,
      ...(pid === undefined ? {} : { fix: `stop that worker (kill ${pid}), or use another CDC_HOME` }),
    })
  }
  // Only for messages: what counts is the lock.
  writeFileSync(owner, `${process.pid}\n`, { mode: 0o600 })
  return { [Symbol.dispose]: () => database.close() }
}

function readPid(path: string): string | undefined {
  try {
    return /^\d+$/.exec(readFileSync(path, 'utf8').trim())?.[0]
  } catch {
    return undefined
  }
}
