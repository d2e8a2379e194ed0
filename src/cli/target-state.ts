import { connectorHealth } from '../connect/health.ts'
import type { Health } from '../connect/health.ts'
import { askUntil, notRunning } from '../connect/wait.ts'
import { unknownConnector, mustExist } from './connector-names.ts'
import type { CommandContext } from './context.ts'

const reached = {
  pause: (health: Health, connector: string) => connector === 'PAUSED' && health.running === 0,
  resume: (health: Health) => health.state === 'OK',
  stop: (health: Health, connector: string) => connector === 'STOPPED' && health.tasks === 0,
} as const

/** Connect accepts a change of state and makes it later: this returns when it has happened. */
export async function changeState(context: CommandContext, name: string, verb: keyof typeof reached): Promise<void> {
  const client = await context.client()
  await mustExist(client, name, client[verb](name))
  const options = { timeoutMs: 60_000, signal: context.signal, where: name, waitedFor: () => `waiting for ${verb}` }
  const health = await askUntil(async () => {
    const status = await client.status(name)
    if (status === undefined) throw await unknownConnector(client, name)
    const now = connectorHealth(status)
    if (verb === 'resume' && now.state === 'FAILED') throw notRunning(name, now)
    return reached[verb](now, status.connector.state) ? now : undefined
  }, options)
  context.output.result({ name, state: health.state }, () => `${name}: ${health.state}`)
}
