import type { ConnectClient } from './client.ts'

export type Runtime = 'embedded' | 'connect'

/** Which runtime answers there; it is asked, never assumed. */
export async function detectRuntime(client: ConnectClient): Promise<Runtime> {
  const { runtime } = await client.root()
  return runtime ?? 'connect'
}
