import { askUntil } from '../connect/wait.ts'
import { mustExist, unknownConnector } from './connector-names.ts'
import type { CommandContext } from './context.ts'
import type { Steps } from './steps.ts'

/** Stops a connector, for nothing else lets its position be changed, and forgets the position. It stays stopped. */
export async function forgetOffsets(context: CommandContext, name: string, steps: Steps): Promise<void> {
  const client = await context.client()
  await mustExist(client, name, client.stop(name))
  await askUntil(
    async () => {
      const status = await client.status(name)
      if (status === undefined) throw await unknownConnector(client, name)
      return status.connector.state === 'STOPPED' && status.tasks.length === 0 ? true : undefined
    },
    { timeoutMs: 60_000, signal: context.signal, where: name, waitedFor: () => 'waiting for it to stop' },
  )
  steps.did(name, 'stopped')
  const offsets = (await client.offsets(name)) ?? []
  // What is forgotten is shown: it is the only way to bring it back.
  for (const { partition, offset } of offsets) {
    steps.did(name, `the position was ${JSON.stringify(offset)} of ${JSON.stringify(partition)}`)
  }
  await mustExist(client, name, client.deleteOffsets(name))
  steps.did(name, 'its position was forgotten')
}
