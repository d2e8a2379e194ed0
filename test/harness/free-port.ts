import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A TCP port of 127.0.0.1 that nobody listens on. It lies below 32768, where Linux takes the ports of outgoing
 * connections from: so none of those sits on it while a server is down between kill and restart, and a client that
 * keeps dialling a dead server cannot connect to itself. Somebody may still be faster: who binds it must be ready to retry.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(15_000, 32_000)
    if (await canListen(port)) return port
  }
  throw new Error('found no free port between 15000 and 32000')
}

async function canListen(port: number): Promise<boolean> {
  const probe = createServer()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  probe.once('error', () => resolve(false))
  probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(true))
  const free = await promise
  if (free) await new Promise((closed) => probe.close(closed))
  return free
}
