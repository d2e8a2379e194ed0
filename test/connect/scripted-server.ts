import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: unknown
}

export interface ScriptedAnswer {
  readonly status?: number
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly text?: string
  /** Announce more bytes than are sent, then hang up. */
  readonly cutOff?: true
  /** Never answer. */
  readonly silent?: true
}

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly seen: SeenRequest[]
}

/** A real HTTP server whose answers a test decides, request by request. */
export async function startScriptedServer(
  answer: (request: SeenRequest, index: number) => ScriptedAnswer,
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method = '', url: path = '', headers } = request
      const entry = { method, path, authorization: headers.authorization, body }
      seen.push(entry)
      const { status = 200, json, text, cutOff, silent } = answer(entry, seen.length - 1)
      if (silent === true) return
      const content = text ?? (json === undefined ? '' : JSON.stringify(json))
      const length = Buffer.byteLength(content) + (cutOff === true ? 100 : 0)
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': length })
      response.write(content, () => {
        if (cutOff === true) response.destroy()
        else response.end()
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}
