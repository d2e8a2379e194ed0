import type { Command } from 'commander'
import { connectorHealth, healthOrder } from '../../connect/health.ts'
import type { Health } from '../../connect/health.ts'
import type { ConnectorStatus } from '../../connect/rest-types.ts'
import { examples } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { paintHealth } from '../health-text.ts'
import type { Output } from '../output.ts'
import { formatTextTable, oneLine } from '../text-table.ts'

interface Row extends Health {
  readonly name: string
  readonly type: string
}

export function define(command: Command, context: CommandContext): void {
  command
    .addHelpText('after', examples('cdc connectors', "cdc connectors -o json | jq '.connectors[].state'"))
    .action(() => listConnectors(context))
}

async function listConnectors({ client, output }: CommandContext): Promise<void> {
  const connect = await client()
  const rows = Object.values(await connect.list())
    .map(({ status }) => toRow(status))
    .sort((a, b) => healthOrder.indexOf(b.state) - healthOrder.indexOf(a.state) || (a.name < b.name ? -1 : 1))
  const connectors = rows.map(({ name, type, state, running, tasks, error }) => ({
    name,
    type,
    state,
    tasks: { running, total: tasks },
    error: error ?? null,
  }))
  output.result({ worker: connect.url, connectors }, () => formatRows(rows, connect.url, output))
  const failed = rows.find((row) => row.error !== undefined)
  if (failed !== undefined) output.next(`cdc connector-status ${failed.name}`)
  else if (rows.length === 0) output.next('cdc register source <database>')
}

function toRow(status: ConnectorStatus): Row {
  return { name: status.name, type: status.type, ...connectorHealth(status) }
}

function formatRows(rows: readonly Row[], url: string, { styles }: Output): string {
  if (rows.length === 0) return `no connectors at ${url}`
  const columns = ['CONNECTOR', 'TYPE', 'STATE', 'TASKS', 'ERROR'].map((title) => ({ title }))
  return formatTextTable(
    columns,
    rows.map((row) => [
      row.name,
      row.type,
      paintHealth(row.state, styles),
      `${row.running}/${row.tasks}`,
      oneLine(row.error ?? '', 120),
    ]),
  )
}
