// One HTTP call to a Connect REST API: its time limit, what is tried again, and which error of the table it ends in.
import { setTimeout as sleep } from 'node:timers/promises'
import { CdcError } from '../core/errors.ts'
import { parseErrorLine } from './error-line.ts'
import { isLoopback } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'

export interface RequestOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query, every part already encoded. */
  readonly path: string
  readonly body?: unknown
  readonly timeoutMs: number
}

export interface RequestContext {
  readonly endpoint: Endpoint
  readonly signal: AbortSignal
  /** Told when a call is tried again for a reason that a person would want to know. */
  onRetry(message: string): void
  /** How long a worker may answer that it is rebalancing. */
  readonly rebalanceTimeoutMs: number
}

export interface Answer {
  readonly status: number
  /** The parsed JSON; undefined when there is no body. */
  readonly body: unknown
}

/**
 * Attempts for answers that say "not now" (502, 503, 504) and, for reads, for answers that were cut off or did not come
 * in time: each waits twice as long as the one before, for a worker under load is slow and not dead.
 */
const attempts = 3
const pauseMs = 250

/**
 * Sends the request and gives any answer below 500 that is not a rebalance, whatever its status.
 * @throws CdcError CDC-W03 nobody answers, CDC-W04 a broken or refusing answer, CDC-W07 a login is needed
 */
export async function sendRequest(options: RequestOptions, context: RequestContext): Promise<Answer> {
  const started = Date.now()
  for (let attempt = 1; ; attempt++) {
    const timeoutMs = options.timeoutMs * 2 ** (attempt - 1)
    const answer = await sendOnce({ ...options, timeoutMs }, context)
    context.signal.throwIfAborted()
    if ('unheard' in answer) {
      // All but POST may be done twice.
      const again = options.method === 'GET' || (answer.closed === true && options.method !== 'POST')
      if (!again || attempt >= attempts) throw answer.unheard
      context.onRetry(`${answer.unheard.where}: ${answer.unheard.why}, trying again`)
    } else if (isRebalance(answer)) {
      const waited = Date.now() - started
      if (waited >= context.rebalanceTimeoutMs) throw refused(options, context.endpoint, answer)
      context.onRetry(`Connect is rebalancing, trying again (${Math.round(waited / 1000)} s)`)
    } else if (isTransient(answer.status, options.method)) {
      if (attempt >= attempts) throw refused(options, context.endpoint, answer)
    } else {
      if (answer.status >= 500) throw refused(options, context.endpoint, answer)
      if (answer.status === 401 || answer.status === 403) throw loginNeeded(context.endpoint, answer.status)
      return answer
    }
    await sleep(Math.min(1000, pauseMs * attempt), undefined, { signal: context.signal })
  }
}

/** The error for an answer that the caller cannot use. */
export function refused(options: RequestOptions, endpoint: Endpoint, answer: Answer): CdcError {
  const message = messageOf(answer.body)
  const call = `${options.method} ${options.path}`
  const coded = message === undefined ? undefined : parseErrorLine(message, [`${call} at ${endpoint.url}`])
  if (coded !== undefined) return coded
  return new CdcError('CDC-W04', {
    where: endpoint.url,
    what: `${call} was answered with ${answer.status}`,
    why: message,
  })
}

/** The message of `{"error_code", "message"}`; undefined when the body is something else. */
export function messageOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('message' in body)) return undefined
  return typeof body.message === 'string' ? body.message : undefined
}

/** 409 is also the answer to a name that exists already, which no waiting changes. */
function isRebalance({ status, body }: Answer): boolean {
  return status === 409 && !/already exists/i.test(messageOf(body) ?? '')
}

/** A write that failed with 500 may have timed out half-way after 90 s: it is not repeated. */
function isTransient(status: number, method: string): boolean {
  return status === 502 || status === 503 || status === 504 || (status === 500 && method === 'GET')
}

/** An answer that did not arrive, or not whole; a read may ask again. */
interface Unheard {
  readonly unheard: CdcError
  /** The connection had ended before the request was answered. */
  readonly closed?: boolean
}

async function sendOnce(
  { method, path, body, timeoutMs }: RequestOptions,
  { endpoint, signal }: RequestContext,
): Promise<Answer | Unheard> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (endpoint.authorization !== undefined) headers['authorization'] = endpoint.authorization
  const timeout = AbortSignal.timeout(timeoutMs)
  const init: RequestInit = { method, headers, signal: AbortSignal.any([signal, timeout]), redirect: 'error' }
  if (body !== undefined) init.body = JSON.stringify(body)

  let response: Response
  try {
    response = await fetch(`${endpoint.url}${path}`, init)
  } catch (error) {
    signal.throwIfAborted()
    if (timeout.aborted) return { unheard: unreachableWorker(endpoint, `no answer within ${timeoutMs / 1000} s`) }
    const away = unreachableWorker(endpoint, causeOf(error))
    if (wasClosed(error)) return { unheard: away, closed: true }
    throw away
  }
  let text: string
  try {
    text = await response.text()
  } catch (error) {
    signal.throwIfAborted()
    if (timeout.aborted) {
      return { unheard: unreachableWorker(endpoint, `the answer did not end within ${timeoutMs / 1000} s`) }
    }
    return { unheard: unreadable(endpoint, `${method} ${path}`, `the answer was cut off: ${causeOf(error)}`) }
  }
  if (text === '') return { status: response.status, body: undefined }
  try {
    return { status: response.status, body: JSON.parse(text) as unknown }
  } catch {
    // A proxy's own error page is not JSON; its status says more than its text.
    if (!response.ok) return { status: response.status, body: undefined }
    const begin = text.slice(0, 80).replaceAll(/\s+/g, ' ')
    return { unheard: unreadable(endpoint, `${method} ${path}`, `the answer is not JSON: ${begin}`) }
  }
}

function unreachableWorker(endpoint: Endpoint, why: string): CdcError {
  const local = isLoopback(new URL(endpoint.url).hostname)
  return new CdcError('CDC-W03', {
    where: endpoint.url,
    what: 'no worker answers',
    why,
    fix: local ? 'cdc worker' : 'check DEBEZIUM_URL, and that the worker there runs',
  })
}

function unreadable(endpoint: Endpoint, call: string, why: string): CdcError {
  return new CdcError('CDC-W04', {
    where: endpoint.url,
    what: `${call} gave an answer that cannot be read`,
    why,
    fix: 'check that DEBEZIUM_URL is the address of a Connect REST API',
  })
}

function loginNeeded(endpoint: Endpoint, status: number): CdcError {
  const tried = endpoint.authorization !== undefined
  return new CdcError('CDC-W07', {
    where: endpoint.url,
    what: tried ? 'the worker refused user and password' : 'the worker asks for a login',
    why: `it answered ${status}`,
    fix: 'DEBEZIUM_URL=http://user:password@host:port in .env (special characters percent-encoded)',
  })
}

/** A connection that was kept for the next call, and that the server closed in the moment of that call. */
function wasClosed(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_SOCKET'
}

/** fetch hides the reason (ECONNREFUSED, ENOTFOUND, a TLS problem) in the cause of its "fetch failed". */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}
