import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { ServerUser } from './server-user.ts'
import { temporaryFolder } from './temporary-folder.ts'

const cache = resolve(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'cdc-harness')

export interface DataTemplate {
  /** What the directory depends on: the server's version and the arguments of its initialisation. */
  readonly key: string
  readonly name: string
  readonly user: ServerUser | undefined
  /** Fills an empty directory that belongs to `user`. */
  initialise(directory: string): void
}

/**
 * Makes `target` a freshly initialised data directory. Initialising takes seconds, copying tenths: it is done once for
 * each server version and kept beside the packages, where `npm ci` clears it away.
 */
export function copyTemplate(template: DataTemplate, target: string): void {
  const digest = createHash('sha256')
    .update(`${template.key} ${template.user?.uid ?? 'self'}`)
    .digest('hex')
    .slice(0, 16)
  const kept = join(cache, `${template.name}-${digest}`)
  if (!existsSync(kept)) {
    const folder = temporaryFolder(`${template.name}-template`)
    const fresh = join(folder, 'data')
    mkdirSync(fresh, { mode: 0o700 })
    if (template.user !== undefined) chownSync(fresh, template.user.uid, template.user.gid)
    template.initialise(fresh)
    keep(fresh, kept)
    rmSync(folder, { recursive: true, force: true })
  }
  execFileSync('cp', ['-a', '--reflink=auto', '--sparse=always', kept, target])
}

/** Moves into the cache; two processes may do so at once, and whoever comes second throws his away. */
function keep(fresh: string, kept: string): void {
  mkdirSync(dirname(kept), { recursive: true })
  const beside = `${kept}.${process.pid}`
  execFileSync('cp', ['-a', '--sparse=always', fresh, beside])
  try {
    renameSync(beside, kept)
  } catch (error) {
    rmSync(beside, { recursive: true, force: true })
    if (!existsSync(kept)) throw error
  }
}
