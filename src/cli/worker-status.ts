import type { ConnectClient } from '../connect/client.ts'
import { connectorHealth } from '../connect/health.ts'
import type { Health } from '../connect/health.ts'
import { CdcError } from '../core/errors.ts'
import type { ConnectorReport, StatusReport } from '../worker/status-report.ts'

/** `GET /cdc/status`, which only the embedded worker has. */
export async function readWorkerStatus(client: ConnectClient): Promise<StatusReport> {
  const report = await client.read('/cdc/status')
  if (report === undefined) {
    throw new CdcError('CDC-W04', {
      where: client.url,
      what: 'this is not an embedded worker',
      why: 'GET /cdc/status gave 404',
    })
  }
  return report as StatusReport
}

/** A connector that runs but keeps retrying something is DEGRADED: it moves nothing now. */
export function reportHealth({ name, type, state, taskState, error }: ConnectorReport): Health {
  const tasks = taskState === null ? [] : [{ id: 0, state: taskState, worker_id: '' }]
  const health = connectorHealth({ name, type, connector: { state, worker_id: '' }, tasks })
  const retrying = health.state === 'OK' && error !== null
  return { ...health, state: retrying ? 'DEGRADED' : health.state, error: error ?? undefined }
}
