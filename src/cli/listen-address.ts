import type { Settings } from '../config/environment.ts'
import { isLoopback } from '../connect/endpoint.ts'
import { CdcError } from '../core/errors.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/**
 * Where a worker answers: `wanted` (--listen), else CDC_LISTEN, else what DEBEZIUM_URL names when that is this machine,
 * so that the other commands find it; else 127.0.0.1:8083.
 * @throws CdcError CDC-C06 when it is not host:port
 */
export function listenAddress(
  wanted: string | undefined,
  { listen, workerUrl }: Pick<Settings, 'listen' | 'workerUrl'>,
): ListenAddress {
  if (wanted !== undefined) return parseAddress(wanted, '--listen')
  if (listen !== undefined) return parseAddress(listen, 'CDC_LISTEN')
  const url = URL.parse(workerUrl)
  if (url !== null && url.protocol === 'http:' && isLoopback(url.hostname)) {
    return { host: url.hostname.replaceAll(/[[\]]/g, ''), port: url.port === '' ? 80 : Number(url.port) }
  }
  return { host: '127.0.0.1', port: 8083 }
}

/** `host:port`, `[::1]:8083`, `:8083` and `8083`; the last two on 127.0.0.1. */
function parseAddress(text: string, where: string): ListenAddress {
  const parts = /^(?:(\[[\da-f:.]+\]|[^:[\]\s]*):)?(\d{1,5})$/i.exec(text.trim())
  const port = Number(parts?.[2])
  if (parts === null || port > 65_535) {
    throw new CdcError('CDC-C06', { where, what: `"${text}" is not host:port`, fix: 'for example 127.0.0.1:8083' })
  }
  const host = (parts[1] ?? '').replaceAll(/[[\]]/g, '')
  return { host: host === '' ? '127.0.0.1' : host, port }
}
