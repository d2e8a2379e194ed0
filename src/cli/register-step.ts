import type { ConnectorFile } from '../config/connector-file.ts'
import type { Health } from '../connect/health.ts'
import { registerConnector } from '../connect/register.ts'
import type { Registered } from '../connect/register.ts'
import { notRunning, waitUntilSettled } from '../connect/wait.ts'
import { CdcError } from '../core/errors.ts'
import type { RegisterOptions } from '../plan/register-checked.ts'
import { withCasts } from './cast-step.ts'
import type { Confirmation } from './cast-step.ts'
import { confirmationMatches } from './confirmation.ts'
import type { CommandContext } from './context.ts'
import type { Steps } from './steps.ts'

const words: Readonly<Record<Registered, string>> = {
  created: 'registered',
  updated: 'was registered already; its configuration was updated',
  unchanged: 'was registered already, unchanged',
}

/** What Kafka would tell makes the checks more exact; it is not worth a long wait. */
const kafkaMs = 5_000

export interface RegisterStep {
  readonly steps: Steps
  readonly timeoutMs: number
  /** --confirm: the connector's name, where an objection is to be overridden. */
  readonly confirmed?: string | undefined
}

export interface RegisteredStep {
  readonly registered: Registered
  /** Objections that the confirmation overrode. */
  readonly overridden: readonly string[]
}

/**
 * Registers the connector of a file and waits for what becomes of it.
 * @throws CdcError CDC-W04 with its cause when it failed; a connector that somebody paused or stopped stays so. CdcErrors
 * as `sendConfiguration`
 */
export async function registerStep(
  context: CommandContext,
  file: ConnectorFile,
  options: RegisterStep,
): Promise<RegisteredStep & { health: Health }> {
  const { steps, timeoutMs } = options
  const client = await context.client()
  const sent = await sendConfiguration(context, file, 'register', options.confirmed)
  steps.did(file.name, words[sent.registered])
  const health = await waitUntilSettled(client, file.name, { timeoutMs, signal: context.signal })
  if (health.state === 'FAILED' || health.state === 'DEGRADED') throw failed(file, health, sent.registered)
  if (health.state === 'OK') steps.did(file.name, 'runs')
  else {
    steps.did(file.name, `is ${health.state}, as it was before`)
    context.output.next(`cdc resume ${file.name}`)
  }
  return { ...sent, health }
}

/**
 * Gives the runtime the file's configuration. On Kafka Connect nothing is sent that would lose rows or break something,
 * unless its name is confirmed; the embedded runtime keeps its promises whatever is written.
 * @throws CdcErrors with every objection (src/plan/check-table.ts) and every mistake that the worker finds
 */
export async function sendConfiguration(
  context: CommandContext,
  written: ConnectorFile,
  verb: 'register' | 'restart',
  confirmed: string | undefined,
): Promise<RegisteredStep> {
  const command = `cdc ${verb} ${written.kind} ${written.database}`
  confirmationMatches(written.name, confirmed, command)
  const file = await withCasts(context, written, { confirmed, command })
  const [client, runtime] = [await context.client(), await context.runtime()]
  if (runtime === 'embedded') return { registered: await registerConnector(client, file), overridden: [] }
  const { registered, notes, overridden } = await withChecks(context, { confirmed, command }, async (options) => {
    const { registerChecked } = await import('../plan/register-checked.ts')
    return await registerChecked(file, options)
  })
  for (const note of [...notes, ...overridden]) context.output.note(note)
  return { registered, overridden }
}

/**
 * Whether the configuration may be sent later on: what objects should be known before the work in between. Kafka Connect
 * only. @throws as `sendConfiguration`
 */
export async function checkSending(
  context: CommandContext,
  written: ConnectorFile,
  confirmed: string | undefined,
): Promise<void> {
  const command = `cdc register ${written.kind} ${written.database}`
  const file = await withCasts(context, written, { confirmed, command })
  await withChecks(context, { confirmed, command }, async (options) => {
    const { checkRegistration } = await import('../plan/register-checked.ts')
    return await checkRegistration(file, options)
  })
}

/** With everything that the checks ask, Kafka among it where it can be reached. */
async function withChecks<T>(
  context: CommandContext,
  confirmation: Confirmation,
  work: (options: RegisterOptions) => Promise<T>,
): Promise<T> {
  const { openProjectKafka } = await import('./kafka-access.ts')
  const [client, project] = [await context.client(), await context.project()]
  await using kafka = await openProjectKafka(context, { timeoutMs: kafkaMs })
  return await work({ client, project, kafka, signal: context.signal, ...confirmation })
}

/** An unchanged configuration does not wake a failed task, on neither runtime. */
function failed(file: ConnectorFile, health: Health, registered: Registered): CdcError {
  const error = notRunning(file.name, health)
  if (registered !== 'unchanged') return error
  const why = [error.why, 'its configuration is unchanged, which does not wake a failed task'].filter(
    (text) => text !== undefined,
  )
  return new CdcError(error.code, {
    ...{ where: error.where, what: error.what, why: why.join('; '), details: error.details },
    fix: `remove the cause, then: cdc restart ${file.kind} ${file.database}`,
  })
}
