import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CdcError } from '../core/errors.ts'
import { loadEnvironment } from './environment.ts'
import type { Environment } from './environment.ts'

/** The directory a user works in, with its settings. */
export interface Project {
  /** Absolute; it has `connectors/`. */
  readonly directory: string
  /** Absolute: CDC_HOME, else `.cdc` in the project. */
  readonly stateDirectory: string
  /** DEBEZIUM_URL without a trailing slash; may hold credentials. */
  readonly workerUrl: string
  readonly environment: Environment
}

/**
 * Finds the project: `explicit` (-C DIR) itself, else `start`, else the nearest directory above that has `connectors/`.
 * @throws CdcError CDC-C02 when there is none; CDC-C10 when its .env cannot be parsed.
 */
export function findProject(start: string, explicit?: string): Project {
  const directory = explicit === undefined ? nearestProject(resolve(start)) : resolve(start, explicit)
  if (directory === undefined || !hasConnectors(directory)) {
    throw new CdcError('CDC-C02', {
      where: explicit === undefined ? resolve(start) : resolve(start, explicit),
      what:
        explicit === undefined ? 'no connectors/ here or in any directory above' : 'no connectors/ in this directory',
    })
  }
  const environment = loadEnvironment(directory)
  const { home, workerUrl } = environment.settings
  return {
    directory,
    stateDirectory: home === undefined ? join(directory, '.cdc') : resolve(directory, home),
    workerUrl,
    environment,
  }
}

function nearestProject(start: string): string | undefined {
  for (let directory = start; ; directory = dirname(directory)) {
    if (hasConnectors(directory)) return directory
    if (dirname(directory) === directory) return undefined
  }
}

function hasConnectors(directory: string): boolean {
  return statSync(join(directory, 'connectors'), { throwIfNoEntry: false })?.isDirectory() ?? false
}
