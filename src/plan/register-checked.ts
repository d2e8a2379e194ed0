// The one way in which a configuration reaches Kafka Connect: nothing is sent while a check objects.
import type { ConnectorFile } from '../config/connector-file.ts'
import { createStopped, registerConnector } from '../connect/register.ts'
import type { Registered } from '../connect/register.ts'
import { askUntil } from '../connect/wait.ts'
import { examineRegistration } from './check-table.ts'
import { judge } from './judge.ts'
import type { Judgement } from './judge.ts'
import { readSituation } from './read-situation.ts'
import type { SituationOptions } from './read-situation.ts'
import { isConnectSince } from './situation.ts'
import type { Situation } from './situation.ts'

export interface RegisterOptions extends SituationOptions {
  /** The name that --confirm gave. */
  readonly confirmed: string | undefined
  /** What the user ran: `cdc restart source trading`. */
  readonly command: string
}

export interface CheckedRegistration extends Judgement {
  readonly registered: Registered
}

/** How long a worker may take to make new task configurations, or to show a connector that it has accepted. */
const takesMs = 20_000

/**
 * Looks for what would lose rows or break something, then registers as `registerConnector` does. When it returns, the
 * tasks of a source run with the new configuration, or have tried to.
 * @throws CdcErrors CDC-C11, CDC-C12, CDC-S03, CDC-W08 for each objection, and what `registerConnector` throws
 */
export async function registerChecked(file: ConnectorFile, options: RegisterOptions): Promise<CheckedRegistration> {
  const { client } = options
  const situation = await readSituation(file, options)
  const first = judge(file, examineRegistration(situation), options)
  // `initial_state` is there since Kafka Connect 3.7.
  if (file.kind === 'source' && situation.live === undefined && isConnectSince(situation, 3, 7)) {
    return { registered: 'created', ...(await createAndLook(situation, options)) }
  }
  const registered = await registerConnector(client, file)
  if (registered === 'updated' && file.kind === 'source') await restartTasks(file, options)
  return { registered, ...first }
}

/** Looks for the same and sends nothing: for a step that comes later. @throws as `registerChecked` */
export async function checkRegistration(file: ConnectorFile, options: RegisterOptions): Promise<Judgement> {
  return judge(file, examineRegistration(await readSituation(file, options)), options)
}

/**
 * What a deleted connector of this name has stored is shown only when there is a connector of this name: so it is made,
 * looked at, and started or taken away again.
 */
async function createAndLook(situation: Situation, options: RegisterOptions): Promise<Judgement> {
  const { client, signal } = options
  const { file } = situation
  await createStopped(client, file)
  const judgement = await look()
  await resume(file.name, options)
  return judgement

  async function look(): Promise<Judgement> {
    try {
      const offsets = await askUntil(async () => await client.offsets(file.name), {
        ...{ timeoutMs: takesMs, signal, where: file.name },
        waitedFor: () => 'waiting for its stored positions',
      })
      return judge(file, examineRegistration({ ...situation, offsets }), options)
    } catch (error) {
      if (!signal.aborted) await client.delete(file.name)
      throw error
    }
  }
}

/** For a moment after it was told to run, Connect still shows it as stopped. */
async function resume(name: string, { client, signal }: RegisterOptions): Promise<void> {
  await client.resume(name)
  await askUntil(async () => ((await client.status(name))?.connector.state === 'STOPPED' ? undefined : true), {
    ...{ timeoutMs: takesMs, signal, where: name },
    waitedFor: () => 'waiting for it to start',
  })
}

/**
 * For a moment after a new configuration, Connect shows the old task as RUNNING, and that one still reads by the old list
 * of tables. A restarted task is certain to be a new one: the call is answered when the old one has ended.
 */
async function restartTasks(file: ConnectorFile, { client, signal }: RegisterOptions): Promise<void> {
  const tasks = await askUntil(
    async (waitedMs) => {
      const [configs = [], status] = [await client.taskConfigs(file.name), await client.status(file.name)]
      const state = status?.connector.state
      if (state === 'STOPPED' || state === 'FAILED' || waitedMs > takesMs) return 0
      const current = configs.length > 0 && configs.every((config) => holds(config, file))
      return current ? configs.length : undefined
    },
    { timeoutMs: takesMs * 2, signal, where: file.name, waitedFor: () => 'waiting for its tasks' },
  )
  for (let task = 0; task < tasks; task++) await client.restartTask(file.name, task)
}

/** Whether a task was made from the file's configuration. Values that are kept elsewhere are compared as written. */
function holds(config: Readonly<Record<string, string>>, file: ConnectorFile): boolean {
  return Object.entries(file.config).every(([key, value]) => config[key] === value)
}
