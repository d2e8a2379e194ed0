// The only file that reads process.env.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { parseEnvFile } from './env-file.ts'

/** The product's own settings, read from the environment in this one place. */
export interface Settings {
  /** CDC_HOME: the state directory; undefined: not set. */
  readonly home: string | undefined
  /** DEBEZIUM_URL without a trailing slash; may hold credentials. */
  readonly workerUrl: string
  /** CDC_LISTEN: `host:port` on which `cdc worker` answers; undefined: not set. */
  readonly listen: string | undefined
  /** CDC_REST_USER and CDC_REST_PASSWORD; undefined unless both are set. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined
  /** NO_COLOR is set and not empty, or TERM is `dumb`. */
  readonly noColor: boolean
  /** CDC_LOG_LEVEL as written; undefined: not set. */
  readonly logLevel: string | undefined
  /** CDC_FAILPOINT as written; undefined: not set. For tests of crashes. */
  readonly failpoint: string | undefined
}

/** All variables of a project: the .env file under the process environment. */
export interface Environment {
  /** Absolute path of the .env file, whether or not it exists. */
  readonly envPath: string
  readonly variables: Readonly<Record<string, string>>
  readonly settings: Settings
}

/** Where the worker is when DEBEZIUM_URL does not say. */
export const defaultWorkerUrl = 'http://127.0.0.1:8083'

/**
 * Reads `<project>/.env`; the process environment wins over it.
 * @param processVariables the process environment, unless a test brings its own
 * @throws CdcErrors with CDC-C10 for each malformed or repeated line; CDC-C06 for a DEBEZIUM_URL that is not one;
 * CDC-C09 when the file cannot be read.
 */
export function loadEnvironment(
  projectDirectory: string,
  processVariables: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const envPath = join(projectDirectory, '.env')
  const file = parseEnvFile(readIfThere(envPath), displayPath(envPath))
  if (file.errors.length > 0) throw new CdcErrors(file.errors)
  const variables = { ...Object.fromEntries(file.variables), ...defined(processVariables) }
  const settings = readSettings(variables)
  checkUrl(settings.workerUrl)
  return { envPath, variables, settings }
}

/** The settings outside any project (for `cdc --version`, `NO_COLOR`): the process environment alone, unchecked. */
export function processSettings(): Settings {
  return readSettings(defined(process.env))
}

/** The path as a user in the current directory would type it. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? path : short
}

function readSettings(variables: Readonly<Record<string, string>>): Settings {
  // An empty variable is an unset one here, as `NO_COLOR=` and `CDC_HOME=` are meant.
  const read = (name: string): string | undefined => (variables[name] === '' ? undefined : variables[name])
  const user = read('CDC_REST_USER')
  const password = read('CDC_REST_PASSWORD')
  return {
    home: read('CDC_HOME'),
    workerUrl: (read('DEBEZIUM_URL') ?? defaultWorkerUrl).trim().replace(/\/+$/, ''),
    listen: read('CDC_LISTEN'),
    credentials: user === undefined || password === undefined ? undefined : { user, password },
    noColor: read('NO_COLOR') !== undefined || read('TERM') === 'dumb',
    logLevel: read('CDC_LOG_LEVEL'),
    failpoint: read('CDC_FAILPOINT'),
  }
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    // Not repeated in the error: it may hold a password.
    throw new CdcErrors([
      new CdcError('CDC-C06', {
        where: 'DEBEZIUM_URL',
        what: 'it is not an http:// or https:// URL',
        fix: `DEBEZIUM_URL=${defaultWorkerUrl}`,
      }),
    ])
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    throw new CdcErrors([new CdcError('CDC-C09', { where: displayPath(path), what: 'the file cannot be read', cause })])
  }
}

function defined(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) result[name] = value
  return result
}
