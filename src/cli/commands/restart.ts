import type { Command } from 'commander'
import type { ConnectorKind } from '../../config/connector-file.ts'
import { notRunning, waitUntilSettled } from '../../connect/wait.ts'
import { databaseArgument, durationValue, examples, kindArgument } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { loadForRegistration } from '../pipeline-files.ts'
import { sendConfiguration } from '../register-step.ts'
import { createSteps } from '../steps.ts'

const updates = {
  created: 'was not registered; it is now',
  updated: 'configuration updated',
  unchanged: 'configuration unchanged',
} as const

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(kindArgument())
    .addArgument(databaseArgument())
    .option('--timeout <time>', 'how long it may take to run', durationValue, 60_000)
    .option('--confirm <name>', "the connector's name: do what would lose rows on Kafka Connect all the same")
    .addHelpText('after', examples('cdc restart source trading', 'cdc restart sink trading'))
    .action((kind: ConnectorKind, database: string, options: Options) => restart(context, kind, database, options))
}

interface Options {
  readonly timeout: number
  readonly confirm?: string
}

async function restart(
  context: CommandContext,
  kind: ConnectorKind,
  database: string,
  { timeout: timeoutMs, confirm: confirmed }: Options,
): Promise<void> {
  const { output, signal } = context
  const file = await loadForRegistration(context, kind, database)
  const client = await context.client()
  const steps = createSteps(output)

  const { registered, overridden } = await sendConfiguration(context, file, 'restart', confirmed)
  steps.did(file.name, updates[registered])
  const { trace: stale } = await waitUntilSettled(client, file.name, { timeoutMs, signal })
  // A configuration alone does not wake a failed task: Connect leaves it FAILED.
  if (stale !== undefined) {
    await client.restart(file.name, { includeTasks: true, onlyFailed: true })
    steps.did(file.name, 'the failed task was restarted')
  } else if (registered === 'unchanged') {
    await client.restart(file.name, { includeTasks: true, onlyFailed: false })
    steps.did(file.name, 'the task was restarted')
  }
  const health = await waitUntilSettled(client, file.name, { timeoutMs, signal, stale })
  if (health.state === 'FAILED' || health.state === 'DEGRADED') throw notRunning(file.name, health)
  steps.did(
    file.name,
    health.state === 'OK' ? 'runs; its position was kept' : `is ${health.state}; its position was kept`,
  )
  if (health.state !== 'OK') output.next(`cdc resume ${file.name}`)
  if (output.format === 'json')
    output.result({ name: file.name, kind, registered, overridden, state: health.state, steps: steps.list }, () => '')
}
