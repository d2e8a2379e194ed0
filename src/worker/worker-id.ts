import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../lib/atomic-file.ts'

/** The name under which this state directory owns its sinks in PostgreSQL; made once and kept. */
export async function loadWorkerId(root: string): Promise<string> {
  const path = join(root, 'worker-id')
  const known = await readFile(path, 'utf8').catch(() => '')
  if (/^[0-9a-f-]{36}$/.test(known.trim())) return known.trim()
  const id = randomUUID()
  await writeFileAtomic(path, `${id}\n`)
  return id
}
