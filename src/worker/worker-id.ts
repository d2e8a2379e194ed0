import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from '../lib/atomic-file.ts'

/**
 * The name under which this state directory owns its sinks in PostgreSQL; made once and kept. It is bound to the very
 * file it stands in: a copy of the directory gets a name of its own, and forgets what the original remembered of its
 * sessions on the source. Else both would take each other for dead predecessors, and end each other for ever.
 */
export async function loadWorkerId(root: string): Promise<string> {
  const path = join(root, 'worker-id')
  const known = /^([0-9a-f-]{36}) (\d+)$/.exec((await readFile(path, 'utf8').catch(() => '')).trim())
  if (known?.[1] !== undefined && known[2] === String((await stat(path)).ino)) return known[1]
  await rm(join(root, 'server-ids'), { recursive: true, force: true })
  const id = randomUUID()
  const temporary = `${path}.new`
  await rm(temporary, { force: true })
  {
    await using file = await open(temporary, 'wx', 0o600)
    const { ino } = await file.stat()
    await file.writeFile(`${id} ${ino}\n`)
    await file.sync()
  }
  // The name changes, the file stays the same.
  await rename(temporary, path)
  await syncDirectory(root)
  return id
}
