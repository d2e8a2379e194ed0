import type { ConnectClient } from '../connect/client.ts'
import { CdcError } from '../core/errors.ts'
import { nearestNames } from '../lib/suggestion.ts'

/** The error for a connector that the worker does not know, with the names that look alike, else all of them. */
export async function unknownConnector(client: ConnectClient, name: string): Promise<CdcError> {
  const known = Object.keys(await client.list()).sort()
  const near = nearestNames(name, known)
  const [closest] = near
  return new CdcError('CDC-C08', {
    where: name,
    what: `there is no connector of this name at ${client.url}`,
    why: closest === undefined ? undefined : `did you mean ${near.join(' or ')}?`,
    fix: known.length === 0 ? 'register one: cdc register source <database>' : 'cdc connectors',
    details: closest === undefined && known.length > 0 ? [`there are: ${known.join(', ')}`] : [],
  })
}

/** For calls that answer false for a connector that does not exist. */
export async function mustExist(client: ConnectClient, name: string, found: Promise<boolean>): Promise<void> {
  if (!(await found)) throw await unknownConnector(client, name)
}
