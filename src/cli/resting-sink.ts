import type { SinkConfig } from '../config/sink-config.ts'
import { connectorHealth } from '../connect/health.ts'
import { askUntil } from '../connect/wait.ts'
import type { CommandContext } from './context.ts'

export interface RestingSink {
  readonly sink: SinkConfig
  /** What goes on with the load when it was broken off. */
  readonly command: string
}

const settleMs = 120_000

/**
 * Keeps a sink on Kafka Connect from writing while tables are loaded, and lets it go on afterwards. Debezium's sink knows
 * nothing of a load: it would write changes into a table whose older rows are still to come, or make the table itself.
 * Afterwards it applies what waits in the topics, by key. The embedded runtime needs none of this: its sink waits at the
 * table. A load that leaves a table half loaded leaves the sink paused, for the same reason; a sink that somebody has
 * paused stays so.
 */
export async function withRestingSink<T>(
  context: CommandContext,
  { sink: config, command }: RestingSink,
  load: () => Promise<T>,
): Promise<T> {
  if ((await context.runtime()) === 'embedded') return await load()
  const { output, signal } = context
  const sink = config.name
  const client = await context.client()
  const stateNow = async (): Promise<string | undefined> => {
    const status = await client.status(sink)
    return status === undefined ? undefined : connectorHealth(status).state
  }
  const before = await stateNow()
  if (before === undefined || before === 'PAUSED' || before === 'STOPPED') return await load()
  await client.pause(sink)
  // A task says PAUSED itself, when what it was writing is committed.
  await askUntil(
    async () => {
      const status = await client.status(sink)
      const writing = status?.tasks.some(({ state }) => state !== 'PAUSED' && state !== 'FAILED')
      return writing === false && status?.connector.state === 'PAUSED' ? true : undefined
    },
    { timeoutMs: settleMs, signal, where: sink, waitedFor: () => 'waiting for it to pause' },
  )
  output.message(`${sink}: paused while tables are loaded`)
  let loaded: T
  try {
    loaded = await load()
  } catch (error) {
    if (!(await isHalfLoaded(config))) {
      await client.resume(sink)
      output.message(`${sink}: goes on; no table was left half loaded`)
    } else output.message(`${sink}: stays paused until the load is complete: ${command}, then cdc resume ${sink}`)
    throw error
  }
  await client.resume(sink)
  output.message(`${sink}: goes on`)
  return loaded
}

/** Whether a table of the sink has been begun and not finished. What cannot be asked is taken to be so. */
async function isHalfLoaded(sink: SinkConfig): Promise<boolean> {
  const { readLoadedTables } = await import('../plan/loaded-casts.ts')
  try {
    // Also after Ctrl-C: nothing of it may be aborted by that.
    return (await readLoadedTables(sink)).some(({ state }) => state === 'loading')
  } catch {
    return true
  }
}
