import { readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TableName } from '../core/table.ts'
import { syncDirectory, writeFileAtomic } from '../lib/atomic-file.ts'
import { maskConfig } from '../config/mask.ts'
import { encodeFileName } from './file-name.ts'
import type { FormerLists } from './recorded.ts'

/** What is kept of a source beside its relay; it stays when the connector is deleted, as sinks go on reading. */
export interface StoredStream {
  /** Name of the source connector. */
  readonly name: string
  /** Its last configuration. On disk with masked passwords: whoever deletes a connector expects them gone. */
  readonly config: Readonly<Record<string, string>>
  /** The captured tables that were there when the source was last checked. */
  readonly tables: readonly TableName[]
  /** The lists of databases that it had before. */
  readonly formerLists?: readonly FormerLists[]
}

export interface StreamStore {
  load(): Promise<readonly StoredStream[]>
  save(stream: StoredStream): Promise<void>
  remove(name: string): Promise<void>
}

export function createStreamStore(directory: string): StreamStore {
  const pathOf = (name: string): string => join(directory, `${encodeFileName(name)}.json`)
  return {
    async load() {
      const files = (await readdir(directory)).filter((file) => file.endsWith('.json'))
      return Promise.all(
        files.map(async (file) => JSON.parse(await readFile(join(directory, file), 'utf8')) as StoredStream),
      )
    },
    async save(stream) {
      const content = { ...stream, config: maskConfig(stream.config) }
      await writeFileAtomic(pathOf(stream.name), `${JSON.stringify(content, undefined, 2)}\n`)
    },
    async remove(name) {
      await rm(pathOf(name), { force: true })
      await syncDirectory(dirname(pathOf(name)))
    },
  }
}
