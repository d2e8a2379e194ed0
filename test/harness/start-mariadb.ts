import { execFileSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import type { Connection, ConnectionOptions } from 'mysql2/promise'
import type { MariadbSettings } from '../../src/core/mariadb-settings.ts'
import { copyTemplate } from './data-template.ts'
import { findMariadb } from './find-servers.ts'
import { freePort } from './free-port.ts'
import { endProcess, ServerStartError, startServer } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { serverUser, wrapCommand } from './server-user.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { TlsFiles } from './tls-files.ts'

export interface MariadbOptions {
  /** Further server variables, `{ max_binlog_size: '4096' }`; they win over the harness's own. */
  readonly settings?: Readonly<Record<string, string>>
  /** binlog_row_metadata. */
  readonly rowMetadata?: 'FULL' | 'MINIMAL' | 'NO_LOG'
  /** fsync at every commit; else only as safe as a killed process needs. */
  readonly durable?: boolean
  readonly tls?: TlsFiles
  /** The time zone of the server process; UTC when left out. */
  readonly timeZone?: string
}

/** A running MariaDB server of a test. */
export interface MariadbServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly directory: string
  readonly logFile: string
  readonly pid: number
  readonly running: boolean
  /** How the product logs in: user `cdc`, with the privileges that the documentation asks for and no more. */
  readonly settings: MariadbSettings
  /** A user who may do everything. */
  readonly admin: MariadbSettings
  /** `mysql://user:password@host:port/database` of the administrator. */
  databaseUrl(database: string): string
  /** Runs SQL as administrator on a connection of its own; several statements may be given. Integers beyond 2^53 and decimals come as strings, dates as they are printed. */
  query<T = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** A connection as administrator, which the caller closes (`await connection.end()`). */
  connect(options?: ConnectionOptions): Promise<Connection>
  /** Makes the databases anew, empty, in utf8mb4. */
  createDatabases(...names: readonly string[]): Promise<void>
  /** Everything of the binary log up to now, as @@gtid_binlog_pos. */
  gtidPosition(): Promise<string>
  kill9(): Promise<void>
  stop(): Promise<void>
  /** Starts again after kill9 or stop, on the same port and data. */
  start(changed?: { readonly settings?: Readonly<Record<string, string>> }): Promise<void>
}

const grants = 'SELECT, RELOAD, LOCK TABLES, SHOW DATABASES, REPLICATION SLAVE, BINLOG MONITOR'

/** Starts a MariaDB server with its own data in a temporary folder. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const programs = findMariadb()
  const user = serverUser('mysql')
  const folder = temporaryFolder('mariadb')
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const directory = join(folder, 'data')
  const logFile = join(folder, 'server.log')
  const initFile = join(folder, 'init.sql')
  const host = '127.0.0.1'
  copyTemplate(
    {
      name: 'mariadb',
      key: `${programs.version} 2`,
      user,
      initialise: (target) => {
        const args = [
          '--no-defaults',
          `--datadir=${target}`,
          '--auth-root-authentication-method=normal',
          '--skip-test-db',
        ]
        const wrapped = wrapCommand(programs.installDb, [...args, '--innodb-log-file-size=16M', '--skip-log-bin'], user)
        execFileSync(wrapped.command, wrapped.args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: target })
      },
    },
    directory,
  )

  const passwords = { cdc: randomBytes(12).toString('hex'), admin: randomBytes(12).toString('hex') }
  // Account changes of the harness do not belong into the binary log.
  writeFileSync(
    initFile,
    `SET SESSION sql_log_bin = 0;
CREATE OR REPLACE USER 'admin'@'%' IDENTIFIED BY '${passwords.admin}';
GRANT ALL PRIVILEGES ON *.* TO 'admin'@'%' WITH GRANT OPTION;
CREATE OR REPLACE USER 'cdc'@'%' IDENTIFIED BY '${passwords.cdc}';
GRANT ${grants} ON *.* TO 'cdc'@'%';
DROP USER IF EXISTS 'root'@'localhost';
`,
    { mode: 0o644 },
  )

  let port = await freePort()
  const serverId = randomInt(1, 1_000_000)
  let settings: Readonly<Record<string, string>> = { ...options.settings }
  let server: ServerProcess | undefined

  const login = (name: 'admin' | 'cdc'): MariadbSettings => ({
    host,
    port,
    user: name,
    password: passwords[name],
    ssl: { mode: 'disable', ca: undefined },
    connectTimeoutMs: 10_000,
  })
  const connect = async (extra: ConnectionOptions = {}): Promise<Connection> => {
    const { user: name, password } = login('admin')
    const connection = await mysql.createConnection({
      ...{ host, port, user: name, password, charset: 'utf8mb4', timezone: 'Z' },
      ...{ supportBigNumbers: true, bigNumberStrings: false, dateStrings: true, multipleStatements: true },
      ...extra,
    })
    // A killed server ends the connection with an error event of its own; whoever uses it hears of it from the query.
    connection.on('error', () => undefined)
    return connection
  }
  const variables = (): readonly string[] => {
    const all: Record<string, string> = {
      datadir: directory,
      socket: join(folder, 's.sock'),
      pid_file: join(folder, 'pid'),
      tmpdir: folder,
      bind_address: host,
      port: String(port),
      log_bin: 'mysql-bin',
      server_id: String(serverId),
      binlog_format: 'ROW',
      binlog_row_metadata: options.rowMetadata ?? 'FULL',
      gtid_strict_mode: 'ON',
      character_set_server: 'utf8mb4',
      skip_name_resolve: 'ON',
      performance_schema: 'OFF',
      innodb_buffer_pool_size: '64M',
      innodb_log_file_size: '16M',
      innodb_flush_log_at_trx_commit: options.durable === true ? '1' : '2',
      sync_binlog: options.durable === true ? '1' : '0',
      ...(options.durable === true ? {} : { innodb_flush_method: 'fsync', innodb_doublewrite: '0' }),
      aria_pagecache_buffer_size: '8M',
      key_buffer_size: '1M',
      max_connections: '100',
      ...(options.tls === undefined
        ? {}
        : { ssl_ca: options.tls.ca, ssl_cert: options.tls.cert, ssl_key: options.tls.key }),
      ...settings,
    }
    return Object.entries(all).map(([name, value]) => `--${name.replaceAll('_', '-')}=${value}`)
  }
  const launch = async (first: boolean): Promise<ServerProcess> =>
    await startServer({
      name: 'MariaDB',
      command: programs.server,
      args: ['--no-defaults', ...variables(), ...(first ? [`--init-file=${initFile}`] : [])],
      user,
      logFile,
      cwd: folder,
      env: { ...process.env, TZ: options.timeZone ?? 'UTC' },
      ready: async () => {
        const connection = await connect({ connectTimeout: 2000 })
        try {
          await connection.query('SELECT 1')
        } finally {
          connection.destroy()
        }
      },
    })

  for (let attempt = 1; server === undefined; attempt++) {
    try {
      server = await launch(true)
    } catch (error) {
      if (!(error instanceof ServerStartError && error.addressInUse) || attempt === 5) throw error
      port = await freePort()
    }
  }

  const query = async <T>(sql: string, values: readonly unknown[] = []): Promise<T[]> => {
    const connection = await connect()
    try {
      const [rows] = await connection.query(sql, [...values])
      return Array.isArray(rows) ? (rows as T[]) : []
    } finally {
      await connection.end()
    }
  }
  const current = (): ServerProcess => {
    if (server === undefined) throw new Error('MariaDB was never started')
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
    admin: login('admin'),
    databaseUrl: (database) => `mysql://admin:${passwords.admin}@${host}:${port}/${database}`,
    query,
    connect,
    async createDatabases(...names) {
      for (const name of names) {
        await query(`CREATE OR REPLACE DATABASE \`${name}\` CHARACTER SET utf8mb4`)
      }
    },
    async gtidPosition() {
      const [row] = await query<{ position: string }>('SELECT @@gtid_binlog_pos AS position')
      return row?.position ?? ''
    },
    kill9: async () => await endProcess(current(), 'SIGKILL'),
    stop: async () => await endProcess(current(), 'SIGTERM'),
    async start(changed) {
      if (current().running) throw new Error('MariaDB is running already')
      settings = { ...settings, ...changed?.settings }
      server = await launch(false)
    },
    async [Symbol.asyncDispose]() {
      // Its data goes away with it: there is nothing that an orderly end would save.
      await endProcess(current(), 'SIGKILL')
      execFileSync('rm', ['-rf', folder])
    },
  }
}
