import type { Connection } from 'mysql2/promise'
import type { MariadbServer } from './start-mariadb.ts'
import { setTimeout as sleep } from 'node:timers/promises'

export interface BackgroundWriter extends AsyncDisposable {
  /** Transactions whose commit was confirmed. */
  readonly commits: number
  /** Ends it, and fails if it failed. */
  stop(): Promise<void>
}

export interface WriterOptions {
  readonly mariadb: MariadbServer
  readonly database: string
  /** The statements of the next transaction; `round` counts from 1. */
  transaction(round: number): readonly string[]
  readonly pauseMs?: number
  /** Goes on with a new connection when the server goes away; other errors still end it. */
  readonly survivesOutages?: boolean
}

const outages = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'PROTOCOL_CONNECTION_LOST',
  'EPIPE',
  'ER_SERVER_SHUTDOWN',
  'ETIMEDOUT',
  'ER_CONNECTION_KILLED',
])

/** Commits one transaction after the other until it is stopped, as an application would that knows nothing of us. */
export function startWriter(options: WriterOptions): BackgroundWriter {
  const stop = new AbortController()
  let commits = 0
  let round = 0
  const write = async (connection: Connection): Promise<void> => {
    while (!stop.signal.aborted) {
      const statements = options.transaction(++round)
      await connection.query('START TRANSACTION')
      for (const statement of statements) await connection.query(statement)
      await connection.query('COMMIT')
      commits++
      await sleep(options.pauseMs ?? 2)
    }
  }
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      let connection: Connection | undefined
      try {
        connection = await options.mariadb.connect({ database: options.database })
        await connection.query("SET time_zone = '+00:00'")
        await write(connection)
      } catch (error) {
        // The driver's own word for a connection that was lost between two statements has no code.
        const { code = '', fatal = false } = error as { code?: string; fatal?: boolean }
        const lost = outages.has(code) || (code === '' && fatal)
        if (options.survivesOutages !== true || !lost) throw error
        await sleep(50)
      } finally {
        connection?.destroy()
      }
    }
  }
  const ended = run()
  // Its failure is reported by stop(), not as an unhandled rejection meanwhile.
  ended.catch(() => undefined)
  return {
    get commits() {
      return commits
    },
    async stop() {
      stop.abort()
      await ended
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended.catch(() => undefined)
    },
  }
}
