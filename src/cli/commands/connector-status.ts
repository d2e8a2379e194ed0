import type { Command } from 'commander'
import { connectorHealth } from '../../connect/health.ts'
import type { Health } from '../../connect/health.ts'
import type { ConnectorStatus } from '../../connect/rest-types.ts'
import { connectorArgument, examples } from '../arguments.ts'
import { unknownConnector } from '../connector-names.ts'
import type { CommandContext } from '../context.ts'
import { QuietExit } from '../failure.ts'
import { healthExitCode, paintHealth } from '../health-text.ts'
import { namesInFiles } from '../pipeline-status.ts'
import type { Output } from '../output.ts'

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(connectorArgument())
    .option('--exit-status', 'exit with 3 when it does not run, 4 when it failed')
    .addHelpText('after', examples('cdc connector-status mariadb-trading-connector'))
    .action((name: string, options: { exitStatus?: true }) => showConnector(context, name, options.exitStatus === true))
}

async function showConnector(
  { client, project, output }: CommandContext,
  name: string,
  exitStatus: boolean,
): Promise<void> {
  const connect = await client()
  const status = await connect.status(name)
  if (status === undefined) throw await unknownConnector(connect, name)
  const health = connectorHealth(status)
  const { state, error = null } = health
  const { connector, tasks, type } = status
  output.result({ name, type, state, error, connector, tasks }, () => formatStatus(status, health, output))
  const database = health.error === undefined ? undefined : namesInFiles(await project()).get(name)?.database
  if (database !== undefined) output.next(`after the fix: cdc restart ${type} ${database}`)
  const exitCode = healthExitCode([health.state])
  if (exitStatus && exitCode !== 0) throw new QuietExit(exitCode)
}

function formatStatus({ name, type, connector, tasks }: ConnectorStatus, health: Health, { styles }: Output): string {
  const lines = [
    `${styles.bold(name)}  ${type}  ${paintHealth(health.state, styles)}`,
    `connector  ${connector.state}  on ${connector.worker_id}`,
    ...tasks.map((task) => `task ${task.id}     ${task.state}  on ${task.worker_id}`),
  ]
  for (const { trace } of [connector, ...tasks]) if (trace !== undefined) lines.push('', trace.trimEnd())
  return lines.join('\n')
}
