// A project directory in a temporary folder, removed at the end of the block.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadEnvironment } from '../../src/config/environment.ts'
import type { Project } from '../../src/config/project.ts'
import { CdcError, CdcErrors } from '../../src/core/errors.ts'

export interface TemporaryProject extends Disposable {
  readonly directory: string
  write(path: string, content: string): void
  /** Reads .env again; the process environment is left out. */
  load(): Project
}

export function temporaryProject(files: Readonly<Record<string, string>> = {}): TemporaryProject {
  const directory = mkdtempSync(join(tmpdir(), 'cdc-config-'))
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  mkdirSync(join(directory, 'connectors'))
  for (const [path, content] of Object.entries(files)) write(path, content)
  return {
    directory,
    write,
    load() {
      const environment = loadEnvironment(directory, {})
      return {
        directory,
        stateDirectory: join(directory, '.cdc'),
        workerUrl: environment.settings.workerUrl,
        environment,
      }
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  }
}

/** The errors that a call throws, as `code where: what`, the temporary directory left out. */
export function errorsOf(call: () => unknown, directory?: string): readonly string[] {
  return thrownBy(call).map((error) =>
    directory === undefined ? error.message : error.message.replaceAll(`${directory}/`, ''),
  )
}

export function thrownBy(call: () => unknown): readonly CdcError[] {
  try {
    call()
  } catch (thrown) {
    if (thrown instanceof CdcErrors) return thrown.errors
    if (thrown instanceof CdcError) return [thrown]
    throw thrown
  }
  return []
}

/** Random passwords, the same in every run, rich in characters that mean something somewhere. */
export function passwords(count: number): readonly string[] {
  const alphabet = [
    '$',
    '{',
    '}',
    '#',
    '"',
    "'",
    '\\',
    '\n',
    ' ',
    '=',
    '%',
    '&',
    '`',
    '!',
    ':',
    '/',
    '@',
    '?',
    ',',
    'n',
    'a',
    '7',
    'ä',
    '€',
    '😀',
    '\t',
    '$$',
    '${A}',
    '${env:A}',
    '\\n',
    ' #',
  ]
  let seed = 20_240_607
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(12) }, () => alphabet[next(alphabet.length)]).join(''),
  )
}
