import { CdcError } from '../core/errors.ts'
import type { ConnectClient } from './client.ts'
import type { RootAnswer } from './rest-types.ts'

export type Runtime = 'embedded' | 'connect'

/**
 * Which runtime answers there; it is asked, never assumed.
 * @throws CdcError CDC-W04 when what answers is something else that speaks JSON
 */
export async function detectRuntime(client: ConnectClient): Promise<Runtime> {
  // Whoever answers may be anything, whatever the type says.
  const root = (await client.root()) as Partial<RootAnswer> | null
  if (typeof root?.version === 'string') return root.runtime ?? 'connect'
  throw new CdcError('CDC-W04', {
    where: client.url,
    what: 'what answers there is no Connect REST API',
    why: 'its answer to GET / has no version',
    fix: 'check DEBEZIUM_URL',
  })
}
