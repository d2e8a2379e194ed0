import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import type { PostgresSettings } from '../core/postgres-settings.ts'
import { createAnswerWatch } from './answer-watch.ts'
import type { SessionState } from './answer-watch.ts'
import { postgresError, sqlState } from './error.ts'

/** How long a connection may be silent, while an answer is waited for, before the server is asked about it. */
const askEveryMs = 8000

/** A session of its own on PostgreSQL: UTC, ISO dates, no time-outs but those asked for. */
export interface PostgresConnection extends AsyncDisposable {
  readonly client: pg.Client
  /** @throws CdcError as `postgresError` classifies it. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<Row>>
  /** What the connection is for, in errors. */
  readonly where: string
  /** Runs something that waits for the server's answers; a connection that died in silence is noticed meanwhile. */
  watched<T>(work: () => Promise<T>): Promise<T>
  /** Cuts the connection without a goodbye. */
  destroy(): void
}

export interface ConnectOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly where: string
  /** Cuts the connection when aborted. */
  readonly signal?: AbortSignal
}

/** Values stay texts: nothing is lost in numbers or dates that JavaScript cannot hold. */
const keepText = { getTypeParser: () => (text: string | Buffer) => text }

/**
 * Connects and sets up the session. `prefer` tries TLS without checking the certificate and falls back, as libpq does.
 * @throws CdcError CDC-P01, CDC-P02, CDC-P05 (not UTF8)
 */
export async function connectPostgres(
  settings: PostgresSettings,
  options: ConnectOptions,
): Promise<PostgresConnection> {
  const { where } = options
  options.signal?.throwIfAborted()
  const client = await open(settings, options)
  // An idle connection that breaks emits 'error'; the next query reports it where somebody waits.
  client.on('error', () => undefined)
  // node-postgres shows its socket to nobody but those who know the field.
  const socketOf = (): Socket => (client as unknown as { connection: { stream: Socket } }).connection.stream
  const destroy = (): void => void socketOf().destroy()
  const watch = createAnswerWatch({
    moved: () => socketOf().bytesRead + socketOf().bytesWritten - socketOf().writableLength,
    ask: (signal) => askAbout(client, settings, signal),
    cut: (why) => void socketOf().destroy(new Error(`the connection was closed: ${why}`)),
    everyMs: askEveryMs,
  })
  options.signal?.addEventListener('abort', destroy, { once: true })
  return {
    client,
    where,
    destroy,
    watched: (work) => watch.during(work),
    async query(sql, values) {
      try {
        return await watch.during(() => client.query(sql, values === undefined ? undefined : [...values]))
      } catch (thrown) {
        options.signal?.throwIfAborted()
        throw postgresError(thrown, where, settings.user)
      }
    },
    async [Symbol.asyncDispose]() {
      options.signal?.removeEventListener('abort', destroy)
      const timer = setTimeout(destroy, 2000)
      await client.end().catch(() => undefined)
      clearTimeout(timer)
    },
  }
}

async function open(settings: PostgresSettings, options: ConnectOptions): Promise<pg.Client> {
  const attempts = settings.ssl.mode === 'prefer' ? [tlsOptions(settings), false as const] : [tlsOptions(settings)]
  let refused: unknown
  for (const ssl of attempts) {
    const client = new pg.Client({
      host: settings.host,
      port: settings.port,
      database: settings.database,
      user: settings.user,
      password: settings.password,
      ssl,
      application_name: options.applicationName.slice(0, 63),
      connectionTimeoutMillis: settings.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      types: keepText,
      // One round trip instead of a SET for each; libpq's own way to give session settings.
      options: sessionSettings,
    })
    try {
      await client.connect()
      return client
    } catch (thrown) {
      await client.end().catch(() => undefined)
      refused = thrown
      if (!/does not support SSL/i.test(String(thrown))) break
    }
  }
  throw postgresError(refused, options.where, settings.user)
}

/** What the server does with the session of a client, asked over another connection. Never throws. */
async function askAbout(client: pg.Client, settings: PostgresSettings, signal: AbortSignal): Promise<SessionState> {
  try {
    await using probe = await connectPostgres(settings, { applicationName: 'cdc probe', where: '', signal })
    const { rows } = await Promise.race([
      probe.client.query<{ own: string; wait: string | null; pid: string | null }>(
        `SELECT pg_backend_pid() AS own, pid, wait_event AS wait
           FROM (SELECT) AS one LEFT JOIN pg_stat_activity ON pid = $1`,
        [processId(client)],
      ),
      sleep(settings.connectTimeoutMs, { rows: [] }, { signal, ref: false }),
    ])
    const [row] = rows
    if (row === undefined) return 'unreachable'
    // A pooler in between gives its own numbers.
    if (Number(row.own) !== processId(probe.client)) return 'unknown'
    if (row.pid === null) return 'gone'
    return row.wait === 'ClientRead' ? 'waits-for-us' : 'working'
  } catch (thrown) {
    // Refused for another reason (too many connections, a password that was changed), it is there.
    return sqlState(thrown) === undefined ? 'unreachable' : 'unknown'
  }
}

function processId(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID
}

const sessionSettings = [
  'TimeZone=UTC',
  'DateStyle=ISO',
  'IntervalStyle=postgres',
  'client_min_messages=warning',
  'statement_timeout=0',
  'lock_timeout=0',
  'idle_in_transaction_session_timeout=0',
  'extra_float_digits=1',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

function tlsOptions({ ssl, host }: PostgresSettings): false | ConnectionOptions {
  const ca = ssl.ca === undefined ? {} : { ca: ssl.ca }
  switch (ssl.mode) {
    case 'disable':
      return false
    case 'prefer':
    case 'require':
      return { rejectUnauthorized: false }
    case 'verify-ca':
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined }
    case 'verify-full':
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: (_name, cert) => checkServerIdentity(host, cert) }
  }
}
