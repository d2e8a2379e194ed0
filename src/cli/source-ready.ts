import { connectorHealth } from '../connect/health.ts'
import type { ConnectClient } from '../connect/client.ts'
import { CdcError } from '../core/errors.ts'

/**
 * A load is only safe while its source connector streams: changes made during the load must be on their way already.
 * @throws CdcError CDC-L03 when the connector is missing, does not run, or has no position yet
 */
export async function mustStream(client: ConnectClient, name: string, database: string): Promise<void> {
  const fail = (what: string, fix: string, why?: string): CdcError =>
    new CdcError('CDC-L03', { where: name, what, why: why ?? 'changes made during the load would be missed', fix })
  const status = await client.status(name)
  if (status === undefined) throw fail('the source connector is not registered', `cdc register source ${database}`)
  const health = connectorHealth(status)
  if (health.state === 'PAUSED' || health.state === 'STOPPED') {
    throw fail(`the source connector is ${health.state}`, `cdc resume ${name}`)
  }
  if (health.state !== 'OK')
    throw fail('the source connector does not run', `cdc restart source ${database}`, health.error)
  const offsets = await client.offsets(name)
  if (offsets === undefined || offsets.length === 0) {
    throw fail('the source connector has no position yet', `cdc register source ${database}`)
  }
}
