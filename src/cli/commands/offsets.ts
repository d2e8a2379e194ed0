import type { Command } from 'commander'
import type { ConnectorOffset } from '../../connect/rest-types.ts'
import { connectorArgument, examples } from '../arguments.ts'
import { mustConfirm } from '../confirmation.ts'
import { unknownConnector } from '../connector-names.ts'
import type { CommandContext } from '../context.ts'
import { forgetOffsets } from '../forget-offsets.ts'
import { createSteps } from '../steps.ts'
import { formatTextTable } from '../text-table.ts'

export function define(command: Command, context: CommandContext): void {
  command.addHelpText(
    'after',
    examples(
      'cdc offsets get mariadb-trading-connector',
      'cdc offsets reset postgres-sink-trading --confirm=postgres-sink-trading',
    ),
  )
  command
    .command('get')
    .description('show how far a connector has come')
    .addArgument(connectorArgument())
    .action((name: string) => showOffsets(context, name))
  command
    .command('reset')
    .description('stop a connector and forget its position; needs --confirm=<name>')
    .addArgument(connectorArgument())
    .option('--confirm <name>', "the connector's name once more")
    .action((name: string, options: { confirm?: string }) => resetOffsets(context, name, options.confirm))
}

async function showOffsets({ client, output }: CommandContext, name: string): Promise<void> {
  const connect = await client()
  const offsets = await connect.offsets(name)
  if (offsets === undefined) throw await unknownConnector(connect, name)
  output.result({ name, offsets }, () => (offsets.length === 0 ? `${name}: no position yet` : formatOffsets(offsets)))
}

async function resetOffsets(context: CommandContext, name: string, confirmed: string | undefined): Promise<void> {
  const { output } = context
  const client = await context.client()
  // A misspelt name is said before a confirmation is asked for.
  if ((await client.status(name)) === undefined) throw await unknownConnector(client, name)
  const consequence = 'without its position it cannot go on where it was: its tables have to be loaded again'
  mustConfirm(name, confirmed, consequence, `cdc offsets reset ${name}`)
  const steps = createSteps(output)
  await forgetOffsets(context, name, steps)
  if (output.format === 'json') output.result({ name, steps: steps.list }, () => '')
  output.next(`cdc resume ${name}`)
}

function formatOffsets(offsets: readonly ConnectorOffset[]): string {
  const text = (fields: Readonly<Record<string, unknown>> | null): string =>
    Object.entries(fields ?? {})
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' ')
  return formatTextTable(
    [{ title: 'PARTITION' }, { title: 'OFFSET' }],
    offsets.map(({ partition, offset }) => [text(partition), text(offset)]),
  )
}
