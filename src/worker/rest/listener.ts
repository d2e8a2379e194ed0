import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CdcError } from '../../core/errors.ts'

export interface ListenAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void

export interface Listener extends AsyncDisposable {
  /** The port is the real one. */
  readonly address: ListenAddress
  /** From now on requests go there; before, everybody is told that the worker starts. */
  serve(handler: RequestHandler): void
}

const starting = JSON.stringify({ error_code: 503, message: 'Worker is starting up.', status: 'starting' })

/**
 * Takes the address at once, before anything else is started: a worker that cannot be reached must not begin to
 * replicate.
 * @throws CdcError CDC-W05 when it cannot be had.
 */
export async function listen(wanted: ListenAddress): Promise<Listener> {
  let handler: RequestHandler = (_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' }).end(starting)
  }
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000 }, (request, response) =>
    handler(request, response),
  )
  const ready = Promise.withResolvers<void>()
  server.once('error', ready.reject)
  server.listen({ host: wanted.host, port: wanted.port }, ready.resolve)
  await ready.promise.catch((thrown: unknown) => {
    throw cannotListen(wanted, thrown)
  })
  const { port } = server.address() as AddressInfo
  return {
    address: { host: wanted.host, port },
    serve(real) {
      handler = real
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function cannotListen(address: ListenAddress, thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: 'something else listens there',
    EADDRNOTAVAIL: 'this machine does not have that address',
    EACCES: 'this user may not listen there',
    ENOTFOUND: 'the name is not known',
  }
  const what = words[code]
  return what === undefined ? thrown : new CdcError('CDC-W05', { where: formatAddress(address), what, cause: thrown })
}
