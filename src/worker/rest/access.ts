// Who may ask: HTTP Basic when a login is configured; and no foreign web page, whose scripts a browser would let reach
// this address (also by DNS rebinding: a foreign name that suddenly means 127.0.0.1).
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'
import { RestError } from './rest-error.ts'

export interface Credentials {
  readonly user: string
  readonly password: string
}

export interface AccessRules {
  /** undefined: nobody is asked for a login, and only this machine can reach the worker. */
  readonly credentials: Credentials | undefined
  /** The host name or address listened on; may be used as a Host header. */
  readonly listenHost: string
}

/**
 * @throws RestError 403 for another web page or a foreign host name, 401 for a missing or wrong login.
 */
export function checkAccess(headers: IncomingHttpHeaders, { credentials, listenHost }: AccessRules): void {
  const host = headers.host ?? ''
  // With a login a rebound page gets nothing: it does not know the password, and browsers keep logins by name.
  if (credentials === undefined && !isOwnHost(host, listenHost)) {
    throw new RestError(403, 'The Host header is not a name of this worker')
  }
  const { origin } = headers
  if (origin !== undefined && hostOf(origin) !== host.toLowerCase()) {
    throw new RestError(403, 'Requests from other web pages are not accepted')
  }
  if (headers['sec-fetch-site'] === 'cross-site')
    throw new RestError(403, 'Requests from other web pages are not accepted')
  if (credentials !== undefined && !knows(headers.authorization, credentials)) {
    throw new RestError(401, 'User cannot access the resource.')
  }
}

/** An address, a name of this machine, or what is listened on. A name that resolves elsewhere tomorrow is none of these. */
function isOwnHost(host: string, listenHost: string): boolean {
  const name = URL.parse(`http://${host}`)?.hostname.replaceAll(/[[\]]/g, '') ?? ''
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || name === listenHost.toLowerCase()
}

function hostOf(origin: string): string | undefined {
  const url = URL.parse(origin)
  return url === null || !['http:', 'https:'].includes(url.protocol) ? undefined : url.host
}

function knows(authorization: string | undefined, { user, password }: Credentials): boolean {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1] ?? ''
  // Hashed, so that lengths are equal and the time says nothing about how much was right.
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(Buffer.from(encoded, 'base64').toString('utf8')), digest(`${user}:${password}`))
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
