import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

/** Paths of PEM files. */
export interface TlsFiles {
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** The authority's certificate itself. */
  readonly caText: string
}

export interface TlsOptions {
  /** What the server's certificate is made out to. */
  readonly host?: string
  /** 0 makes one that has expired already. */
  readonly days?: number
}

/** A certificate authority of its own and a server certificate signed by it, made by openssl. */
export function makeTlsFiles({ host = '127.0.0.1', days = 30 }: TlsOptions = {}): TlsFiles {
  const folder = temporaryFolder('tls')
  const path = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
  }
  const isAddress = /^[\d.]+$/.test(host)
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '30',
    '-subj',
    '/CN=test authority',
  )
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'server.key', '-out', 'server.csr', '-subj', `/CN=${host}`)
  writeFileSync(path('names.cnf'), `subjectAltName=${isAddress ? 'IP' : 'DNS'}:${host}\n`)
  openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', 'server.crt', '-days', String(days), '-extfile', 'names.cnf'],
  )
  // The server reads it as another user.
  chmodSync(path('server.key'), 0o644)
  return {
    ca: path('ca.crt'),
    cert: path('server.crt'),
    key: path('server.key'),
    caText: readFileSync(path('ca.crt'), 'utf8'),
  }
}
