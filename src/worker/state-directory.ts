import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CdcError } from '../core/errors.ts'

/** Where a worker keeps what must outlive it. All paths are absolute. */
export interface StateDirectory {
  readonly root: string
  /** One file per connector. */
  readonly connectors: string
  /** One file per source that has ever had a relay: what sinks need to know of it, also after it was deleted. */
  readonly streams: string
  /** One directory per source. */
  readonly relay: string
}

/** Begins the name of a relay that is being thrown away; a crash may leave one behind. */
export const removedPrefix = '.removed-'

/**
 * Creates the directory and its parts, readable by its owner only: connector files hold passwords, relays hold rows.
 * @throws CdcError CDC-C09 when it cannot be created or written.
 */
export async function openStateDirectory(root: string): Promise<StateDirectory> {
  const directory = {
    root,
    connectors: join(root, 'connectors'),
    streams: join(root, 'streams'),
    relay: join(root, 'relay'),
  }
  try {
    for (const path of Object.values(directory)) {
      await mkdir(path, { recursive: true, mode: 0o700 })
      // mkdir leaves the mode of a directory that is there already.
      await chmod(path, 0o700)
    }
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new CdcError('CDC-C09', { where: root, what: 'the state directory cannot be used', why, cause: thrown })
  }
  return directory
}

/** Finishes removals that a crash interrupted. Only for whoever holds the lock. */
export async function removeLeftovers(directory: StateDirectory): Promise<void> {
  for (const name of await readdir(directory.relay)) {
    if (name.startsWith(removedPrefix)) await rm(join(directory.relay, name), { recursive: true, force: true })
  }
}
