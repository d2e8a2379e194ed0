import { CdcError } from '../core/errors.ts'

/** Where a REST API answers, with the login taken out of the URL so that it cannot be printed by accident. */
export interface Endpoint {
  /** Without user and password, without a slash at the end: `http://127.0.0.1:8083`. */
  readonly url: string
  /** The Authorization header's value; undefined: no login. */
  readonly authorization: string | undefined
}

/**
 * Splits `http://user:password@host:port/path`.
 * @param own used when the URL has no login and names this machine: it is the worker of the same project
 * @throws CdcError CDC-C06 when it is not an http or https URL
 */
export function parseEndpoint(text: string, own?: { readonly user: string; readonly password: string }): Endpoint {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new CdcError('CDC-C06', {
      where: 'DEBEZIUM_URL',
      // The text itself is not shown: it may hold a password.
      what: 'it is not an http:// or https:// URL',
      fix: 'DEBEZIUM_URL=http://127.0.0.1:8083',
    })
  }
  const written = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
  const login = written.user !== '' || written.password !== '' ? written : isLoopback(url.hostname) ? own : undefined
  return {
    url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    authorization: login === undefined ? undefined : `Basic ${encodeLogin(login)}`,
  }
}

function encodeLogin({ user, password }: { user: string; password: string }): string {
  return Buffer.from(`${user}:${password}`).toString('base64')
}

/** Whether a URL's host is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
