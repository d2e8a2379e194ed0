// One worker on a state directory of its own, with everything of it taken away at the end.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '../../src/lib/logger.ts'
import { startWorker } from '../../src/worker/start-worker.ts'
import type { Worker, WorkerOptions } from '../../src/worker/start-worker.ts'
import { fakeParts } from './fake-parts.ts'
import type { FakeParts } from './fake-parts.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** What is in an answer at a path of keys and indexes; undefined when there is no such place. */
export function pick(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    return inner === null || inner === undefined ? undefined : (Object(inner) as Record<string | number, unknown>)[key]
  }, value)
}

export interface AskOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface TestWorker extends AsyncDisposable {
  readonly parts: FakeParts
  readonly directory: string
  worker: Worker
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>
  /** Stops the worker and starts another on the same state. */
  restart(): Promise<void>
}

export async function openTestWorker(options: Partial<WorkerOptions> = {}): Promise<TestWorker> {
  const directory = await mkdtemp(join(tmpdir(), 'cdc-worker-'))
  const parts = fakeParts()
  const start = (): Promise<Worker> =>
    startWorker(
      {
        ...{ stateDirectory: join(directory, 'state'), listen: { host: '127.0.0.1', port: 0 }, version: '1.2.3' },
        ...{ log: createLogger('silent'), ...options },
      },
      parts,
    )
  const self: TestWorker = {
    ...{ parts, directory, worker: await start() },
    async ask(method, path, { body, headers = {} } = {}) {
      const init: RequestInit = {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      }
      if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body)
      const response = await fetch(`${self.worker.url}${path}`, init)
      const text = await response.text()
      const isJson = /^[[{]/.test(text)
      return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text }
    },
    async restart() {
      await self.worker[Symbol.asyncDispose]()
      self.worker = await start()
    },
    async [Symbol.asyncDispose]() {
      await self.worker[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
  return self
}

/** Asks again until the condition holds. @throws after 5 s, with what was seen last. */
export async function eventually<T>(read: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 5_000
  for (;;) {
    const value = await read()
    if (holds(value)) return value
    if (performance.now() > end) throw new Error(`it stayed ${JSON.stringify(value)}`)
    await sleep(2)
  }
}

export const sourceConfig = {
  'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
  'tasks.max': '1',
  'database.hostname': '127.0.0.1',
  'database.port': '3399',
  'database.user': 'cdc',
  'database.password': 'a secret',
  'database.server.id': '5077',
  'topic.prefix': 'rest',
  'database.include.list': 'rest',
  'table.include.list': 'rest.t',
  'snapshot.mode': 'no_data',
}

export const sinkConfig = {
  'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
  'tasks.max': '1',
  'topics.regex': 'rest\\.rest\\..*',
  'connection.url': 'jdbc:postgresql://127.0.0.1:5499/analytics',
  'connection.username': 'sink',
  'connection.password': 'another secret',
  'collection.name.format': 'mp_cdc.${source.table}',
  'insert.mode': 'upsert',
  'delete.enabled': 'true',
  'primary.key.mode': 'record_key',
  'schema.evolution': 'basic',
}
