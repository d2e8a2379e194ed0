// What a registered connector reads or writes. It may have been registered by something else than cdc, with options that
// are not known here, so only the keys that decide are looked at.
import { parseSinkConfig } from '../config/sink-config.ts'
import type { SinkConfig } from '../config/sink-config.ts'
import { parseSourceConfig } from '../config/source-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcErrors } from '../core/errors.ts'

type Config = Readonly<Record<string, string>>

const sourceKeys =
  /^(connector\.class|topic\.(prefix|delimiter)|(database|table)\.(include|exclude)\.list|database\.server\.id|transforms(\..+)?)$/
const sinkKeys =
  /^(connector\.class|topics(\.regex)?|connection\.url|(collection|table)\.name\.format|quote\.identifiers|transforms(\..+)?)$/

/** What a source captures and how it names topics; undefined: it is no MariaDB source, or cannot be understood. */
export function readSourceConfig(name: string, config: Config): SourceConfig | undefined {
  // What is never used from here but must be there.
  const rest = { name, 'database.hostname': 'unknown', 'database.user': 'unknown', 'database.server.id': '1' }
  return understood(() => parseSourceConfig({ ...rest, ...pick(config, sourceKeys) }, { runtime: 'connect' }))
}

/** Which topics a sink takes and where it writes them; undefined: it is no JDBC sink, or cannot be understood. */
export function readSinkConfig(name: string, config: Config): SinkConfig | undefined {
  return understood(() =>
    parseSinkConfig({ name, 'connection.username': 'unknown', ...pick(config, sinkKeys) }, { runtime: 'connect' }),
  )
}

function pick(config: Config, wanted: RegExp): Config {
  return Object.fromEntries(Object.entries(config).filter(([key, value]) => wanted.test(key) && value.trim() !== ''))
}

function understood<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof CdcErrors) return undefined
    throw error
  }
}
