// The library's client with what it lacks: one time limit for a whole call, a signal to stop, an end at once, and errors
// that say which address failed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from '@platformatic/kafka'
import type { KafkaSettings } from '../../config/kafka-settings.ts'
import { kafkaError, transientFailure } from './failure.ts'
import type { ConnectFailure, KafkaCall } from './failure.ts'

export type KafkaLibrary = typeof import('@platformatic/kafka')

export interface KafkaOptions {
  readonly signal: AbortSignal
  /** How long one call may take, with every attempt. Default: 10 s. */
  readonly timeoutMs?: number
  /** How long each of the addresses may take no connection at all, before the first one did. Default: 3 s. */
  readonly connectMs?: number
}

export interface KafkaConnections extends AsyncDisposable {
  readonly where: string
  call<T>(call: KafkaCall, operate: (admin: Admin, library: KafkaLibrary) => Promise<T>): Promise<T>
}

const pauseMs = 200
const grace = 50

export async function openConnections(settings: KafkaSettings, options: KafkaOptions): Promise<KafkaConnections> {
  const { signal, timeoutMs = 10_000, connectMs = 3_000 } = options
  const library = await import('@platformatic/kafka')
  signal.throwIfAborted()
  const where = settings.bootstrap.map(({ host, port }) => formatAddress(host, port)).join(',')
  const admin = new library.Admin({
    clientId: 'cdc',
    bootstrapBrokers: settings.bootstrap.map(({ host, port }) => ({ host, port })),
    // What passes is tried again here, within the time of the call.
    retries: 0,
    // Addresses are tried one after the other. TLS and the login are in it, which take several trips.
    connectTimeout: Math.ceil(timeoutMs / settings.bootstrap.length),
    requestTimeout: timeoutMs,
    metadataMaxAge: 0,
    ...security(settings),
  })
  /** Addresses that failed since the last call that worked. */
  const failures: ConnectFailure[] = []
  const contact = Promise.withResolvers<void>()
  admin.connections.on('connecting', ({ broker, connection }) => {
    // The pool listens once only; an error that nobody hears would end the process.
    connection.on('error', (error) => failures.push({ ...broker, error }))
    process.nextTick(() => connection.socket?.once('connect', () => contact.resolve()))
  })
  const known = new Set(where.split(','))
  const explain = (call: KafkaCall, error: unknown): Error =>
    kafkaError(error, {
      where,
      call,
      login: settings.login !== undefined,
      privateAuthority: settings.ca !== undefined,
      failures,
      advertised: failures.filter(({ host, port }) => !known.has(formatAddress(host, port))),
    })

  return {
    where,
    async call(call, operate) {
      using limit = timeLimit(timeoutMs, signal)
      const silence = silenceAfter(connectMs * settings.bootstrap.length, contact.promise, limit.signal)
      for (;;) {
        try {
          const result = await Promise.race([operate(admin, library), silence, limit.reached])
          failures.length = 0
          return result
        } catch (error) {
          signal.throwIfAborted()
          if (limit.signal.aborted || !transientFailure(error)) throw explain(call, error)
          try {
            await sleep(pauseMs, undefined, { signal: limit.signal })
          } catch {
            signal.throwIfAborted()
            throw explain(call, error)
          }
        }
      }
    },
    async [Symbol.asyncDispose]() {
      const connections = [...admin.connections].map(([, connection]) => connection)
      const closed = admin.close().catch(() => undefined)
      // A socket that is still connecting would be waited for.
      for (const connection of connections) connection.socket?.destroy()
      await Promise.race([closed, sleep(pauseMs, undefined, { ref: false })])
    },
  }
}

export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function security({ login, ca, bootstrap }: KafkaSettings): Partial<ConstructorParameters<typeof Admin>[0]> {
  if (login === undefined) return {}
  return {
    sasl: { mechanism: 'PLAIN', username: login.key, password: login.secret },
    tls: ca === undefined ? {} : { ca },
    // The name in the TLS greeting, by which Confluent finds the cluster; it may not be an address.
    tlsServerName: bootstrap.every(({ host }) => !/^[\d.]+$|:/.test(host)),
  }
}

interface TimeLimit extends Disposable {
  readonly signal: AbortSignal
  /** Rejects when the time is over or the caller's signal is aborted. */
  readonly reached: Promise<never>
}

class TimeOver extends Error {
  constructor(text: string) {
    super(text)
    this.name = 'TimeOver'
  }
}

function timeLimit(timeoutMs: number, outer: AbortSignal): TimeLimit {
  const controller = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const end = (reason: unknown): void => {
    reject(reason)
    controller.abort(reason)
  }
  const onAbort = (): void => end(outer.reason)
  outer.addEventListener('abort', onAbort, { once: true })
  if (outer.aborted) onAbort()
  const timer = setTimeout(() => end(new TimeOver(`no answer within ${timeoutMs / 1000} s`)), timeoutMs)
  promise.catch(() => undefined)
  return {
    signal: controller.signal,
    reached: promise,
    [Symbol.dispose]() {
      clearTimeout(timer)
      outer.removeEventListener('abort', onAbort)
      controller.abort()
    },
  }
}

/** Rejects when no address took a connection in that time; a broker that is far away may take longer for its answer. */
function silenceAfter(connectMs: number, contact: Promise<void>, signal: AbortSignal): Promise<never> {
  const never = new Promise<never>(() => undefined)
  const wait = async (): Promise<never> => {
    const first = await Promise.race([contact, sleep(connectMs, 'silence' as const, { signal }).catch(() => undefined)])
    if (first !== 'silence') return await never
    // A busy machine may come here late, with the connection made and not yet told.
    const late = await Promise.race([contact, sleep(grace, 'silence' as const)])
    if (late === 'silence') throw new TimeOver(`nobody took a connection within ${connectMs / 1000} s`)
    return await never
  }
  const silence = wait()
  silence.catch(() => undefined)
  return silence
}
