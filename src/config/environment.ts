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

/**
 * Reads `<project>/.env`; the process environment wins over it.
 * @throws CdcErrors with CDC-C10 for each malformed or repeated line.
 */
export function loadEnvironment(_projectDirectory: string): Environment {
  throw new Error('BUG: not written yet')
}

/** The settings outside any project (for `cdc --version`, `NO_COLOR`): the process environment alone. */
export function processSettings(): Settings {
  throw new Error('BUG: not written yet')
}
