import { Option } from 'commander'
import type { Command } from 'commander'
import { waitUntilRunning } from '../../connect/wait.ts'
import { databaseArgument, durationValue, examples } from '../arguments.ts'
import { waitUntilCaughtUp } from '../caught-up.ts'
import type { CommandContext } from '../context.ts'
import { loadPipeline } from '../pipeline-files.ts'

interface Options {
  readonly for: 'running' | 'caught-up'
  readonly timeout: number
}

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(databaseArgument())
    .addOption(
      new Option(
        '--for <state>',
        'running: both connectors run; caught-up: what was committed until now is in the target',
      )
        .choices(['running', 'caught-up'])
        .default('caught-up'),
    )
    .option('--timeout <time>', 'how long at most', durationValue, 300_000)
    .addHelpText('after', examples('cdc wait trading --for caught-up --timeout 5m', 'cdc wait trading --for running'))
    .action((database: string, options: Options) => wait(context, database, options))
}

async function wait(context: CommandContext, database: string, options: Options): Promise<void> {
  const { output, signal } = context
  const started = performance.now()
  const pipeline = await loadPipeline(context, database)
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10
  if (options.for === 'running') {
    const client = await context.client()
    for (const { name } of [pipeline.source, pipeline.sink]) {
      await waitUntilRunning(client, name, { timeoutMs: options.timeout, signal })
    }
    output.result({ database, state: 'running', seconds: seconds() }, () => `${database}: both connectors run`)
    return
  }
  const position = await waitUntilCaughtUp(context, pipeline, options.timeout)
  output.result(
    { database, state: 'caught-up', position, seconds: seconds() },
    () => `${database}: caught up at ${position}`,
  )
}
