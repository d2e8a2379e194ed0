import { connectorHealth } from '../connect/health.ts'
import { waitForOffsets } from '../connect/wait.ts'
import { CdcError } from '../core/errors.ts'
import type { CommandContext } from './context.ts'

/**
 * Debezium has a position when its first heartbeat has come (heartbeat.interval.ms) and Connect has written it down
 * (offset.flush.interval.ms, a minute unless set). The embedded worker has one at once.
 */
const firstPositionMs = 120_000

/**
 * A load is only safe while its source connector streams: changes made during the load must be on their way already.
 * Waits for the first position of a connector that was registered a moment ago.
 * @throws CdcError CDC-L03 when the connector is missing, does not run, or gets no position
 */
export async function sourceMustStream(context: CommandContext, name: string, database: string): Promise<void> {
  const { output, signal } = context
  const client = await context.client()
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
  if (((await client.offsets(name)) ?? []).length > 0) return
  output.message(`${name}: waiting for its first position`)
  await waitForOffsets(client, name, { timeoutMs: firstPositionMs, signal }).catch((thrown: unknown) => {
    if (!(thrown instanceof CdcError && thrown.code === 'CDC-W06')) throw thrown
    const limit = `none within ${firstPositionMs / 1000} s`
    const why = `${limit}; without heartbeat.interval.ms Debezium has none before the first change`
    throw fail('the source connector has no position yet', `cdc restart source ${database}`, why)
  })
}
