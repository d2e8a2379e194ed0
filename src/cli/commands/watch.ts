import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { nextRestart } from '../../connect/auto-restart.ts'
import type { Failures } from '../../connect/auto-restart.ts'
import type { ConnectClient } from '../../connect/client.ts'
import { connectorHealth } from '../../connect/health.ts'
import { CdcError } from '../../core/errors.ts'
import { durationValue, examples } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { oneLine } from '../text-table.ts'

export function define(command: Command, context: CommandContext): void {
  command
    .option('--every <time>', 'how often it looks', durationValue, 5_000)
    .addHelpText('after', examples('cdc watch', 'cdc watch --every 30s -o json'))
    .action((options: { every: number }) => watch(context, options.every))
}

/**
 * Kafka Connect leaves a failed task FAILED for ever, also when the cause was a database that is back since: a JDBC sink
 * that PostgreSQL ended while it was writing fails, whatever its retries are set to.
 */
async function watch(context: CommandContext, everyMs: number): Promise<void> {
  const { output, signal } = context
  if ((await context.runtime()) === 'embedded') {
    output.message('this is an embedded worker, which goes on by itself: there is nothing to watch')
    return
  }
  const client = await context.client()
  output.message(`watching ${client.url}; Ctrl-C ends it`)
  const remembered = new Map<string, Failures>()
  let away = false
  for (;;) {
    try {
      await lookOnce(client, remembered, context)
      if (away) output.message(`${client.url}: answers again`)
      away = false
    } catch (error) {
      if (!(error instanceof CdcError) || !['CDC-W03', 'CDC-W04'].includes(error.code)) throw error
      if (!away) output.message(`${error.where}: ${error.what}`)
      away = true
    }
    await sleep(everyMs, undefined, { signal })
  }
}

async function lookOnce(
  client: ConnectClient,
  remembered: Map<string, Failures>,
  { output }: CommandContext,
): Promise<void> {
  const connectors = await client.list()
  for (const name of remembered.keys()) if (connectors[name] === undefined) remembered.delete(name)
  for (const [name, { status }] of Object.entries(connectors)) {
    const { state, error } = connectorHealth(status)
    const { failures, restart } = nextRestart(remembered.get(name), state, error !== undefined, Date.now())
    if (failures === undefined) remembered.delete(name)
    else remembered.set(name, failures)
    if (!restart || failures === undefined) continue
    await client.restart(name, { includeTasks: true, onlyFailed: true })
    const cause = error ?? ''
    output.item(
      { time: new Date().toISOString(), name, restart: failures.restarts, error: cause },
      () => `${name}: restarted what had failed (${failures.restarts}): ${oneLine(cause, 120)}`,
    )
  }
}
