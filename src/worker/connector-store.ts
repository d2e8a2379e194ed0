import { readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CdcError } from '../core/errors.ts'
import { syncDirectory, writeFileAtomic } from '../lib/atomic-file.ts'
import { encodeFileName } from './file-name.ts'

export type TargetState = 'RUNNING' | 'PAUSED' | 'STOPPED'
export const targetStates: readonly TargetState[] = ['RUNNING', 'PAUSED', 'STOPPED']

/** A registered connector as it is kept on disk. */
export interface StoredConnector {
  readonly name: string
  /** Filled in, `name` included. Holds secrets. */
  readonly config: Readonly<Record<string, string>>
  readonly targetState: TargetState
}

export interface ConnectorStore {
  /** By name. @throws CdcError CDC-C09 for a file that is not one of ours. */
  load(): Promise<readonly StoredConnector[]>
  /** Durable when it returns. */
  save(connector: StoredConnector): Promise<void>
  remove(name: string): Promise<void>
}

export function createConnectorStore(directory: string): ConnectorStore {
  const pathOf = (name: string): string => join(directory, `${encodeFileName(name)}.json`)
  return {
    async load() {
      const files = (await readdir(directory)).filter((file) => file.endsWith('.json'))
      const connectors = await Promise.all(files.map((file) => readConnector(join(directory, file))))
      return connectors.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    save: (connector) => writeFileAtomic(pathOf(connector.name), `${JSON.stringify(connector, undefined, 2)}\n`),
    async remove(name) {
      const path = pathOf(name)
      await rm(path, { force: true })
      await syncDirectory(dirname(path))
    },
  }
}

async function readConnector(path: string): Promise<StoredConnector> {
  try {
    const stored: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (isStored(stored)) return stored
  } catch (thrown) {
    throw unreadable(path, thrown)
  }
  throw unreadable(path, undefined)
}

function isStored(value: unknown): value is StoredConnector {
  if (typeof value !== 'object' || value === null) return false
  const { name, config, targetState } = value as Record<string, unknown>
  if (typeof name !== 'string' || typeof config !== 'object' || config === null) return false
  return (
    Object.values(config).every((item) => typeof item === 'string') &&
    targetStates.some((state) => state === targetState)
  )
}

function unreadable(path: string, cause: unknown): CdcError {
  return new CdcError('CDC-C09', {
    where: path,
    what: 'this is not a connector that a worker stored',
    fix: 'move the file away, start the worker, and register the connector again',
    cause,
  })
}
