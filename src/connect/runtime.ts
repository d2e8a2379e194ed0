import type { ConnectClient } from './client.ts'

export type Runtime = 'embedded' | 'connect'

/** Which runtime answers: only the embedded worker has resources of its own below /cdc. */
export async function detectRuntime(client: ConnectClient): Promise<Runtime> {
  return (await client.read('/cdc/status')) === undefined ? 'connect' : 'embedded'
}
