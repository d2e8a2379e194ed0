import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { createConnection, type Connection, type ConnectionOptions } from 'mysql2'
import { CdcError } from '../core/errors.ts'
import type { MariadbSettings } from '../core/mariadb-settings.ts'
import { signEd25519 } from './ed25519.ts'
import { commandError, connectError, failureOf, isPrivilegeMissing, type FailureContext } from './mariadb-error.ts'

const keepAliveMs = 10_000

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined
  /** What the user calls this source, for errors. */
  readonly where: string
}

/** One session: utf8mb4, UTC, sql_mode '', no statement time limit. */
export interface MariadbConnection extends AsyncDisposable {
  /** The server's number of this session, as KILL and IS_USED_LOCK use it. */
  readonly threadId: number
  /** As the handshake says it: `10.11.19-MariaDB-…`. */
  readonly serverVersion: string
  /** For the errors of those who use the socket themselves. */
  readonly context: FailureContext
  /**
   * Rows as objects. BIGINT and DECIMAL are strings, dates and times too; BLOBs are Buffers. A statement without rows
   * gives an empty list. @throws CdcError CDC-M01, M03, M17, L04
   */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /**
   * The socket (TCP or TLS), without mysql2 reading from it. Only between queries. `giveBack` lets queries go on;
   * without it the connection can only be destroyed.
   */
  takeSocket(): { socket: Duplex; giveBack(): void }
  destroy(): void
}

/**
 * Connects and logs in. With a TLS mode other than `disable` the password is sent over TLS or not at all.
 * @throws CdcError CDC-M01, M02, M03, M15; the signal's reason when it is aborted
 */
export async function connectMariadb(settings: MariadbSettings, options: ConnectOptions): Promise<MariadbConnection> {
  const { signal, where } = options
  signal?.throwIfAborted()
  const address = `${settings.host}:${settings.port}`
  const context = { where, user: settings.user, address, sslMode: settings.ssl.mode }
  let tcp: Duplex | undefined
  const connection = createConnection({
    ...driverOptions(settings),
    stream: () => (tcp = openSocket(settings)),
  })
  // Also after the login: an error nobody waits for must not end the process; the next command reports it.
  connection.on('error', () => undefined)
  const closed = new AbortController()
  const destroy = (): void => {
    // mysql2 leaves the commands of a destroyed connection without an answer.
    closed.abort()
    connection.destroy()
    tcp?.destroy()
  }
  signal?.addEventListener('abort', destroy, { once: true })
  try {
    await login(connection, signal)
  } catch (thrown) {
    signal?.removeEventListener('abort', destroy)
    destroy()
    signal?.throwIfAborted()
    throw connectError(thrown, context)
  }
  const session = wrap(connection, { context, destroy, signal, closed: closed.signal })
  try {
    // The server's defaults (init_connect, skip-character-set-client-handshake) must not change what is read.
    await session.query(
      `SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = '', max_statement_time = 0, net_write_timeout = 3600, net_read_timeout = 3600`,
    )
  } catch (thrown) {
    await session[Symbol.asyncDispose]()
    throw thrown
  }
  return session
}

function driverOptions(settings: MariadbSettings): ConnectionOptions {
  const { mode, ca } = settings.ssl
  const options: ConnectionOptions = {
    host: settings.host,
    port: settings.port,
    user: settings.user,
    password: settings.password,
    connectTimeout: settings.connectTimeoutMs,
    charset: 'utf8mb4_general_ci',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    flags: ['-LOCAL_FILES', '-COMPRESS'],
    authPlugins: {
      client_ed25519: () => (challenge) => signEd25519(settings.password, challenge.subarray(0, 32)),
    },
  }
  if (mode === 'disable') return options
  const rejectUnauthorized = mode !== 'trust'
  const verifyIdentity = mode === 'verify-full'
  return {
    ...options,
    ssl: { minVersion: 'TLSv1.2', rejectUnauthorized, verifyIdentity, ...(ca === undefined ? {} : { ca }) },
  }
}

function openSocket(settings: MariadbSettings): Duplex {
  const socket = connectTcp({
    host: settings.host,
    port: settings.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
  })
  // For an address instead of a name, mysql2 passes TLS no name to compare with the certificate; TLS then takes this
  // field of the socket, and would else compare with "localhost".
  Object.defineProperty(socket, '_host', { value: settings.host, writable: true })
  return socket
}

async function login(connection: Connection, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = (): void => reject(new Error('aborted'))
  signal?.addEventListener('abort', abort, { once: true })
  connection.connect((error) => (error === null ? resolve() : reject(error)))
  try {
    await promise
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

interface WrapOptions {
  readonly context: FailureContext
  readonly signal: AbortSignal | undefined
  /** Aborted when the connection is destroyed. */
  readonly closed: AbortSignal
  destroy(): void
}

/** mysql2 shows its socket to nobody but those who know the field. */
interface WithStream {
  readonly stream: Duplex
  readonly _handshakePacket?: { readonly serverVersion?: string }
}

function wrap(connection: Connection, { context, signal, closed, destroy }: WrapOptions): MariadbConnection {
  const inner = connection as unknown as WithStream
  const close = (): void => {
    signal?.removeEventListener('abort', destroy)
    destroy()
  }
  return {
    threadId: connection.threadId,
    // The prefix is there for very old replicas, which knew only MySQL's numbers.
    serverVersion: (inner._handshakePacket?.serverVersion ?? '').replace(/^5\.5\.5-/, ''),
    context,
    query(sql, values) {
      return runQuery(connection, { sql, values: values ?? [], context, signal, closed })
    },
    takeSocket() {
      const socket = inner.stream
      const listeners = socket.listeners('data')
      socket.removeAllListeners('data')
      socket.pause()
      return {
        socket,
        giveBack() {
          for (const listener of listeners) socket.on('data', listener as (chunk: Buffer) => void)
          socket.resume()
        },
      }
    },
    destroy: close,
    async [Symbol.asyncDispose]() {
      const socket = inner.stream
      if (!socket.destroyed && socket.listenerCount('data') > 0) {
        // A word of farewell: else the server counts an aborted client and logs it.
        const closed = once(socket, 'close')
        connection.end(() => undefined)
        await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1000).unref())]).catch(() => undefined)
      }
      close()
    },
  }
}

/** `cdc@10.0.%`: whom a GRANT must name. The server's message names the machine instead, which may be no account. */
async function currentAccount(connection: Connection): Promise<string | undefined> {
  return await new Promise((resolve) => {
    connection.query({ sql: 'SELECT CURRENT_USER() AS account' }, (error, rows) => {
      const [row] = error === null && Array.isArray(rows) ? (rows as { account?: string }[]) : []
      resolve(row?.account)
    })
  })
}

interface QueryOptions {
  readonly sql: string
  readonly values: readonly unknown[]
  readonly context: FailureContext
  readonly signal: AbortSignal | undefined
  readonly closed: AbortSignal
}

async function runQuery<Row extends object>(connection: Connection, options: QueryOptions): Promise<Row[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Row[]>()
  const { sql, values, context, signal, closed } = options
  const abort = (): void => reject(new Error('the connection was closed'))
  signal?.throwIfAborted()
  signal?.addEventListener('abort', abort, { once: true })
  closed.addEventListener('abort', abort, { once: true })
  connection.query({ sql, values: [...values] }, (error, rows) => {
    if (error !== null) reject(error)
    else resolve(Array.isArray(rows) ? (rows as unknown as Row[]) : [])
  })
  try {
    return await promise
  } catch (thrown) {
    signal?.throwIfAborted()
    if (thrown instanceof CdcError) throw thrown
    const failure = failureOf(thrown)
    const account = isPrivilegeMissing(failure) ? await currentAccount(connection) : undefined
    throw commandError(failure, { ...context, account }, `a query failed: ${sql.replaceAll(/\s+/g, ' ').slice(0, 200)}`)
  } finally {
    signal?.removeEventListener('abort', abort)
    closed.removeEventListener('abort', abort)
  }
}
