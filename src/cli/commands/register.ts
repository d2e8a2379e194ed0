import type { Command } from 'commander'
import type { ConnectorKind } from '../../config/connector-file.ts'
import { databaseArgument, durationValue, examples, kindArgument } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { loadForRegistration } from '../pipeline-files.ts'
import { registerStep } from '../register-step.ts'
import { createSteps } from '../steps.ts'

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(kindArgument())
    .addArgument(databaseArgument())
    .option('--timeout <time>', 'how long it may take to run', durationValue, 60_000)
    .option('--confirm <name>', "the connector's name: do what would lose rows on Kafka Connect all the same")
    .addHelpText('after', examples('cdc register source trading', 'cdc register sink trading'))
    .action((kind: ConnectorKind, database: string, options: Options) => register(context, kind, database, options))
}

interface Options {
  readonly timeout: number
  readonly confirm?: string
}

async function register(
  context: CommandContext,
  kind: ConnectorKind,
  database: string,
  { timeout: timeoutMs, confirm: confirmed }: Options,
): Promise<void> {
  const { output } = context
  const file = await loadForRegistration(context, kind, database)
  const steps = createSteps(output)
  const { registered, overridden, health } = await registerStep(context, file, { steps, timeoutMs, confirmed })
  if (output.format === 'json') {
    const { name } = file
    output.result({ name, kind, registered, overridden, state: health.state, steps: steps.list }, () => '')
  }
  if (kind === 'sink' && (await context.runtime()) === 'connect') {
    const { tellSinkTopics } = await import('../sink-topics.ts')
    await tellSinkTopics(context, file)
  }
  output.next(kind === 'source' ? `cdc migrate ${database}` : `cdc wait ${database} --for caught-up`)
}
