import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, copyFileSync, chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Client, ClientConfig, QueryResultRow } from 'pg'
import type { PostgresSettings } from '../../src/core/postgres-settings.ts'
import { copyTemplate } from './data-template.ts'
import { findPostgres } from './find-servers.ts'
import { freePort } from './free-port.ts'
import { endProcess, ServerStartError, startServer } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { serverUser, wrapCommand } from './server-user.ts'
import type { ServerUser } from './server-user.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { TlsFiles } from './tls-files.ts'
import { waitFor } from './wait-for.ts'

export interface PostgresOptions {
  /** Further server settings; they win over the harness's own. */
  readonly settings?: Readonly<Record<string, string>>
  /** fsync; else only as safe as a killed process needs. */
  readonly durable?: boolean
  readonly tls?: TlsFiles
  /** The target schema, made at the start; `null`: none. */
  readonly schema?: string | null
}

/** A running PostgreSQL server of a test, with the database `warehouse`. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly directory: string
  readonly logFile: string
  /** Of the postmaster. */
  readonly pid: number
  readonly running: boolean
  /** How the product logs in: user `cdc`, the owner of the database, no superuser. */
  readonly settings: PostgresSettings
  /** The superuser. */
  readonly admin: PostgresSettings
  /** `postgresql://user:password@host:port/warehouse` of user `cdc`. */
  readonly databaseUrl: string
  /** Runs SQL as user `cdc` on a connection of its own. bigint and numeric come as strings. */
  query<T extends QueryResultRow = QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** A connection as user `cdc`, which the caller closes (`await client.end()`). */
  connect(config?: ClientConfig): Promise<Client>
  /** SIGKILL for the postmaster; its backends follow by themselves. */
  kill9(): Promise<void>
  /** Fast shutdown: sessions are ended, nothing is lost. */
  stop(): Promise<void>
  /** Starts again after kill9 or stop, on the same port and data. */
  start(changed?: { readonly settings?: Readonly<Record<string, string>> }): Promise<void>
}

/** Starts a PostgreSQL server with its own data in a temporary folder. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = findPostgres()
  const user = serverUser('postgres')
  const folder = temporaryFolder('postgres')
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const directory = join(folder, 'data')
  const logFile = join(folder, 'server.log')
  const host = '127.0.0.1'
  copyTemplate(
    {
      name: 'postgres',
      key: `${programs.version} 1`,
      user,
      initialise: (target) => {
        const args = [
          '-D',
          target,
          '--username=postgres',
          '--auth=trust',
          '--encoding=UTF8',
          '--locale=C.UTF-8',
          '--no-sync',
        ]
        const wrapped = wrapCommand(programs.initdb, args, user)
        execFileSync(wrapped.command, wrapped.args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: target })
      },
    },
    directory,
  )
  // The socket (in a folder of ours) is for the harness, TCP asks for the password as in real life.
  writeFileSync(join(directory, 'pg_hba.conf'), 'local all all trust\nhost all all all scram-sha-256\n')
  if (options.tls !== undefined) installTls(options.tls, directory, user)

  const passwords = { cdc: randomBytes(12).toString('hex'), postgres: randomBytes(12).toString('hex') }
  let port = await freePort()
  let settings: Readonly<Record<string, string>> = { ...options.settings }
  let server: ServerProcess | undefined

  const login = (name: 'postgres' | 'cdc'): PostgresSettings => ({
    host,
    port,
    database: 'warehouse',
    user: name,
    password: passwords[name],
    ssl: { mode: 'disable', ca: undefined },
    connectTimeoutMs: 10_000,
  })
  const connectAs = async (config: ClientConfig): Promise<Client> => {
    const client = new pg.Client(config)
    // A killed server ends the connection with an error event of its own; whoever uses it hears of it from the query.
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  const asHarness = async (database: string, statements: readonly string[]): Promise<void> => {
    const client = await connectAs({ host: folder, port, user: 'postgres', database, connectionTimeoutMillis: 2000 })
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  const launch = async (): Promise<ServerProcess> => {
    const all: Record<string, string> = {
      listen_addresses: host,
      port: String(port),
      unix_socket_directories: folder,
      shared_buffers: '64MB',
      max_connections: '100',
      max_wal_size: '1GB',
      timezone: 'UTC',
      log_timezone: 'UTC',
      ...(options.durable === true ? {} : { fsync: 'off', full_page_writes: 'off' }),
      ...(options.tls === undefined ? {} : { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' }),
      ...settings,
    }
    return await startServer({
      name: 'PostgreSQL',
      command: programs.server,
      args: ['-D', directory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      user,
      logFile,
      cwd: folder,
      ready: async () => await asHarness('postgres', ['SELECT 1']),
    })
  }
  for (let attempt = 1; server === undefined; attempt++) {
    try {
      server = await launch()
    } catch (error) {
      if (!(error instanceof ServerStartError && error.addressInUse) || attempt === 5) throw error
      port = await freePort()
    }
  }
  await asHarness('postgres', [
    `ALTER ROLE postgres PASSWORD '${passwords.postgres}'`,
    `CREATE ROLE cdc LOGIN PASSWORD '${passwords.cdc}'`,
    'CREATE DATABASE warehouse OWNER cdc',
  ])
  const schema = options.schema === undefined ? 'mp_cdc' : options.schema
  if (schema !== null) await asHarness('warehouse', [`CREATE SCHEMA "${schema}" AUTHORIZATION cdc`])

  const connect = async (config: ClientConfig = {}): Promise<Client> => {
    const { user: name, password, database } = login('cdc')
    return await connectAs({ host, port, user: name, password, database, ...config })
  }
  const current = (): ServerProcess => {
    if (server === undefined) throw new Error('PostgreSQL was never started')
    return server
  }

  return {
    host,
    port,
    directory,
    logFile,
    get pid() {
      return current().pid
    },
    get running() {
      return current().running
    },
    settings: login('cdc'),
    admin: login('postgres'),
    databaseUrl: `postgresql://cdc:${passwords.cdc}@${host}:${port}/warehouse`,
    async query(sql, values = []) {
      const client = await connect()
      try {
        // Without values the simple protocol is used, which takes several statements.
        const result = values.length === 0 ? await client.query(sql) : await client.query(sql, [...values])
        const last = Array.isArray(result) ? result.at(-1) : result
        return last.rows
      } finally {
        await client.end()
      }
    },
    connect,
    kill9: async () => await endProcess(current(), 'SIGKILL'),
    stop: async () => await endProcess(current(), 'SIGINT'),
    async start(changed) {
      if (current().running) throw new Error('PostgreSQL is running already')
      settings = { ...settings, ...changed?.settings }
      // Backends of a killed postmaster take a moment to notice; until then their memory is in the way.
      server = await waitFor(launch, { what: 'PostgreSQL to start again', everyMs: 100 })
    },
    async [Symbol.asyncDispose]() {
      // SIGQUIT: at once, backends included; its data goes away with it.
      await endProcess(current(), 'SIGQUIT', 5000)
      execFileSync('rm', ['-rf', folder])
    },
  }
}

/** PostgreSQL wants the key to be its own and closed to others. */
function installTls(tls: TlsFiles, directory: string, user: ServerUser | undefined): void {
  for (const [from, name] of [
    [tls.cert, 'server.crt'],
    [tls.key, 'server.key'],
  ] as const) {
    const to = join(directory, name)
    copyFileSync(from, to)
    chmodSync(to, 0o600)
    if (user !== undefined) chownSync(to, user.uid, user.gid)
  }
}
