import type { Command } from 'commander'
import type { ConnectorKind } from '../../config/connector-file.ts'
import { loadConnectorFile } from '../../config/connector-file.ts'
import { askUntil } from '../../connect/wait.ts'
import { databaseArgument, examples, kindArgument } from '../arguments.ts'
import { mustConfirm } from '../confirmation.ts'
import { unknownConnector } from '../connector-names.ts'
import type { CommandContext } from '../context.ts'
import { forgetOffsets } from '../forget-offsets.ts'
import { createSteps } from '../steps.ts'

interface Options {
  readonly forgetOffsets?: true
  readonly confirm?: string
}

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(kindArgument())
    .addArgument(databaseArgument())
    .option('--forget-offsets', 'also forget its position; needs --confirm=<name>')
    .option('--confirm <name>', "the connector's name once more")
    .addHelpText(
      'after',
      examples(
        'cdc unregister sink trading',
        'cdc unregister source trading --forget-offsets --confirm=mariadb-trading-connector',
      ),
    )
    .action((kind: ConnectorKind, database: string, options: Options) => unregister(context, kind, database, options))
}

async function unregister(
  context: CommandContext,
  kind: ConnectorKind,
  database: string,
  options: Options,
): Promise<void> {
  const { output, signal } = context
  const { name } = loadConnectorFile(await context.project(), kind, database)
  const client = await context.client()
  const steps = createSteps(output)
  const forget = options.forgetOffsets === true
  if (forget) {
    const consequence = 'without its position it cannot go on where it was: its tables have to be loaded again'
    mustConfirm(name, options.confirm, consequence, `cdc unregister ${kind} ${database} --forget-offsets`)
    await forgetOffsets(context, name, steps)
  }
  if (!(await client.delete(name))) throw await unknownConnector(client, name)
  await askUntil(async () => ((await client.info(name)) === undefined ? true : undefined), {
    ...{ timeoutMs: 30_000, signal, where: name },
    waitedFor: () => 'waiting for it to be gone',
  })
  steps.did(
    name,
    forget ? 'unregistered' : 'unregistered; its position is kept, registering it again goes on from there',
  )
  if (output.format === 'json') output.result({ name, kind, offsetsKept: !forget, steps: steps.list }, () => '')
}
