import type { ConnectorFile } from '../config/connector-file.ts'
import type { Health } from '../connect/health.ts'
import { registerConnector } from '../connect/register.ts'
import type { Registered } from '../connect/register.ts'
import { notRunning, waitUntilSettled } from '../connect/wait.ts'
import type { CommandContext } from './context.ts'
import type { Steps } from './steps.ts'

const words: Readonly<Record<Registered, string>> = {
  created: 'registered',
  updated: 'was registered already; its configuration was updated',
  unchanged: 'was registered already, unchanged',
}

/**
 * Registers the connector of a file and waits for what becomes of it.
 * @throws CdcError CDC-W04 with its cause when it failed; a connector that somebody paused or stopped stays so
 */
export async function registerStep(
  context: CommandContext,
  file: ConnectorFile,
  { steps, timeoutMs }: { steps: Steps; timeoutMs: number },
): Promise<{ registered: Registered; health: Health }> {
  const client = await context.client()
  const registered = await registerConnector(client, file)
  steps.did(file.name, words[registered])
  const health = await waitUntilSettled(client, file.name, { timeoutMs, signal: context.signal })
  if (health.state === 'FAILED' || health.state === 'DEGRADED') throw notRunning(file.name, health)
  if (health.state === 'OK') steps.did(file.name, 'runs')
  else {
    steps.did(file.name, `is ${health.state}, as it was before`)
    context.output.next(`cdc resume ${file.name}`)
  }
  return { registered, health }
}
