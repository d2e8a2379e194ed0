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
    .addHelpText('after', examples('cdc register source trading', 'cdc register sink trading'))
    .action((kind: ConnectorKind, database: string, options: { timeout: number }) =>
      register(context, kind, database, options.timeout),
    )
}

async function register(
  context: CommandContext,
  kind: ConnectorKind,
  database: string,
  timeoutMs: number,
): Promise<void> {
  const { output } = context
  const file = await loadForRegistration(context, kind, database)
  const steps = createSteps(output)
  const { registered, health } = await registerStep(context, file, { steps, timeoutMs })
  if (output.format === 'json') {
    output.result({ name: file.name, kind, registered, state: health.state, steps: steps.list }, () => '')
  }
  if (kind === 'sink' && (await context.runtime()) === 'connect') {
    const { tellSinkTopics } = await import('../sink-topics.ts')
    await tellSinkTopics(context, file)
  }
  output.next(kind === 'source' ? `cdc migrate ${database}` : `cdc wait ${database} --for caught-up`)
}
