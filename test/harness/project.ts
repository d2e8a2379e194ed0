import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort } from './free-port.ts'
import { repository, runCdc, runMake } from './run-process.ts'
import type { RunOptions, RunResult } from './run-process.ts'
import type { MariadbServer } from './start-mariadb.ts'
import type { PostgresServer } from './start-postgres.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface ProjectDatabase {
  /** What the user calls it: `trading`. Its variables are TRADING_HOST and so on. */
  readonly name: string
  readonly mariadb: MariadbServer
  /** The MariaDB database: `xchange_trading`. */
  readonly schema: string
  /** Table names, for <DB>_TABLE_ALLOWLIST. */
  readonly tables: readonly string[]
  /** Lines that replace or join those of the generated source file; an empty text removes one. */
  readonly source?: Readonly<Record<string, string>>
  readonly sink?: Readonly<Record<string, string>>
}

export interface ProjectOptions {
  readonly postgres: PostgresServer
  readonly databases: readonly ProjectDatabase[]
  /** `generated`: small files made here; `repository`: a copy of the repository's own. */
  readonly connectors?: 'generated' | 'repository'
  /** Where; else in a temporary folder. */
  readonly directory?: string
  /** Further lines of .env. */
  readonly env?: Readonly<Record<string, string>>
}

/** A throw-away project directory: connectors/, .env, and the state below it. */
export interface TestProject extends AsyncDisposable {
  readonly directory: string
  readonly stateDirectory: string
  /** Where its worker answers, `http://127.0.0.1:port`. */
  readonly workerUrl: string
  /** `connectors/sources/mariadb/<database>.json` or the sink's, absolute. */
  connectorPath(kind: 'source' | 'sink', database: string): string
  /** Changes lines of .env; null removes one. */
  setEnv(changes: Readonly<Record<string, string | null>>): void
  env(name: string): string | undefined
  cdc(args: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>
  make(target: string, variables?: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>
}

export async function makeProject(options: ProjectOptions): Promise<TestProject> {
  const directory = options.directory ?? temporaryFolder('project')
  const port = await freePort()
  const workerUrl = `http://127.0.0.1:${port}`
  const stateDirectory = join(directory, '.cdc')
  const { postgres } = options
  const env: Record<string, string> = {
    SINK_DB_URL: `jdbc:postgresql://${postgres.host}:${postgres.port}/${postgres.settings.database}`,
    SINK_DB_USER: postgres.settings.user,
    SINK_DB_PASSWORD: postgres.settings.password,
    KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:9092',
    DEBEZIUM_URL: workerUrl,
    CDC_HOME: stateDirectory,
    ...Object.assign({}, ...options.databases.map(databaseVariables)),
    ...options.env,
  }
  const connectorPath = (kind: 'source' | 'sink', database: string): string =>
    join(directory, 'connectors', kind === 'source' ? 'sources/mariadb' : 'sinks/postgres', `${database}.json`)
  const writeEnv = (): void => {
    const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(join(directory, '.env'), lines.join(''), { mode: 0o600 })
  }

  writeEnv()
  mkdirSync(join(directory, 'connectors/sources/mariadb'), { recursive: true })
  mkdirSync(join(directory, 'connectors/sinks/postgres'), { recursive: true })
  if (options.connectors === 'repository') {
    cpSync(resolve(repository, 'connectors'), join(directory, 'connectors'), { recursive: true })
  } else {
    options.databases.forEach((database, index) => {
      writeJson(connectorPath('source', database.name), sourceFile(database, 7000 + index))
      writeJson(connectorPath('sink', database.name), sinkFile(database))
    })
  }

  return {
    directory,
    stateDirectory,
    workerUrl,
    connectorPath,
    setEnv(changes) {
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) delete env[name]
        else env[name] = value
      }
      writeEnv()
    },
    env: (name) => env[name],
    cdc: async (args, run = {}) => await runCdc(args, { cwd: directory, ...run }),
    make: async (target, variables = [], run = {}) => await runMake(target, variables, { cwd: directory, ...run }),
    async [Symbol.asyncDispose]() {
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function databaseVariables({ name, mariadb, schema, tables }: ProjectDatabase): Record<string, string> {
  const prefix = name.toUpperCase()
  return {
    [`${prefix}_HOST`]: mariadb.host,
    [`${prefix}_PORT`]: String(mariadb.port),
    [`${prefix}_USER`]: mariadb.settings.user,
    [`${prefix}_PASS`]: mariadb.settings.password,
    [`${prefix}_TABLE_ALLOWLIST`]: tables.map((table) => `${schema}.${table}`).join(','),
  }
}

function sourceFile(database: ProjectDatabase, serverId: number): unknown {
  const prefix = database.name.toUpperCase()
  return {
    name: `mariadb-${database.name}-connector`,
    config: withoutEmpty({
      'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
      'tasks.max': '1',
      'database.hostname': `\${${prefix}_HOST}`,
      'database.port': `\${${prefix}_PORT}`,
      'database.user': `\${${prefix}_USER}`,
      'database.password': `\${${prefix}_PASS}`,
      'database.server.id': String(serverId),
      'topic.prefix': database.schema,
      'database.include.list': database.schema,
      'table.include.list': `\${${prefix}_TABLE_ALLOWLIST}`,
      'snapshot.mode': 'no_data',
      'schema.history.internal.kafka.bootstrap.servers': '${KAFKA_BOOTSTRAP_SERVERS}',
      'schema.history.internal.kafka.topic': `${database.schema}.schema-history`,
      ...database.source,
    }),
  }
}

function sinkFile(database: ProjectDatabase): unknown {
  const prefix = (database.source?.['topic.prefix'] ?? database.schema).replaceAll('.', '\\.')
  return {
    name: `postgres-sink-${database.name}`,
    config: withoutEmpty({
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      'tasks.max': '1',
      'connection.url': '${SINK_DB_URL}',
      'connection.username': '${SINK_DB_USER}',
      'connection.password': '${SINK_DB_PASSWORD}',
      'topics.regex': `${prefix}\\.${database.schema}\\..*`,
      'collection.name.format': 'mp_cdc.${source.table}',
      'insert.mode': 'upsert',
      'primary.key.mode': 'record_key',
      'delete.enabled': 'true',
      'schema.evolution': 'basic',
      ...database.sink,
    }),
  }
}

function withoutEmpty(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== ''))
}

function writeJson(path: string, content: unknown): void {
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`)
}
