import type { Command } from 'commander'
import type { ConnectClient } from '../../connect/client.ts'
import { detectRuntime } from '../../connect/runtime.ts'
import type { Runtime } from '../../connect/runtime.ts'
import { CdcError } from '../../core/errors.ts'
import type { MoveOptions } from '../../move/move-options.ts'
import type { MovePlan } from '../../move/plan-move.ts'
import { databaseArgument, durationValue, examples } from '../arguments.ts'
import { withCasts } from '../cast-step.ts'
import type { CommandContext } from '../context.ts'
import { kafkaUnknown, openProjectKafka } from '../kafka-access.ts'
import { loadForRegistration, loadPipeline } from '../pipeline-files.ts'
import { createSteps } from '../steps.ts'

interface Options {
  readonly to: string
  readonly timeout: number
  readonly dryRun?: true
  readonly confirm?: string
}

/** A move that ends in the middle for a slow answer has to be begun again. */
const readTimeoutMs = 20_000

const names: Readonly<Record<Runtime, string>> = { embedded: 'the embedded runtime', connect: 'Kafka Connect' }

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(databaseArgument())
    .requiredOption('--to <url>', 'where the REST API of the other runtime answers')
    .option('--dry-run', 'check everything and show the plan, change nothing')
    .option('--confirm <name>', 'the connector whose columns are moved although Debezium writes them differently')
    .option('--timeout <time>', 'how long each wait may take', durationValue, 600_000)
    .addHelpText(
      'after',
      `
Takes a running pipeline from the runtime of DEBEZIUM_URL to the other one, at exactly one position: nothing is lost,
nothing is written twice, the source goes on being written. Broken off, the same command goes on.
${examples('cdc move trading --to http://connect.internal:8083 --dry-run', 'cdc move trading --to http://connect.internal:8083')}`,
    )
    .action((database: string, options: Options) => move(context, database, options))
}

async function move(context: CommandContext, database: string, options: Options): Promise<void> {
  const { output, signal } = context
  const [{ planMove }, { moveToConnect }, { moveToEmbedded }] = await Promise.all([
    import('../../move/plan-move.ts'),
    import('../../move/to-connect.ts'),
    import('../../move/to-embedded.ts'),
  ])
  const steps = createSteps(output)
  // A wrong name is said before anybody is asked.
  const { source, sink } = await loadPipeline({ ...context, runtime: async () => 'connect' }, database)
  const sides = await findSides(context, options.to)
  const there = { ...context, client: async () => sides.to.client, runtime: async () => sides.to.runtime }
  const command = `cdc move ${database} --to ${options.to}`
  const confirmation = { confirmed: options.confirm, command }
  const files = {
    source: await withCasts(there, await loadForRegistration(there, 'source', database), confirmation),
    sink: await withCasts(there, await loadForRegistration(there, 'sink', database), confirmation),
  }
  await using kafka = await openProjectKafka(context)
  if (kafka === undefined) throw kafkaUnknown(sink.name, 'what its topics hold from an earlier time cannot be seen')
  const moveOptions: MoveOptions = {
    ...{ embedded: sides.embedded, connect: sides.connect, kafka, source, sink, files, signal },
    timeoutMs: options.timeout,
    onStep: (subject, text) => steps.did(subject, text),
  }
  const direction = sides.to.runtime === 'connect' ? 'to-connect' : 'to-embedded'
  const plan = await planMove(moveOptions, direction, database)
  const document = { database, from: sides.from.client.url, to: sides.to.client.url, plan: plan.steps }
  showPlan(context, document, plan, sides.to.runtime)
  if (options.dryRun === true || plan.steps.length === 0) {
    if (output.format === 'json') output.result({ ...document, dryRun: options.dryRun === true, steps: [] }, () => '')
    if (plan.steps.length === 0) output.next(urlLine(sides.to.client))
    return
  }
  await (direction === 'to-connect' ? moveToConnect(moveOptions) : moveToEmbedded(moveOptions, database))
  if (output.format === 'json') output.result({ ...document, dryRun: false, steps: steps.list }, () => '')
  output.line(`${database} runs on ${names[sides.to.runtime]} now`)
  output.next(`${urlLine(sides.to.client)}, then: cdc status ${database}, cdc verify ${database}`)
}

interface Side {
  readonly client: ConnectClient
  readonly runtime: Runtime
}

async function findSides(
  context: CommandContext,
  url: string,
): Promise<{ from: Side; to: Side; embedded: ConnectClient; connect: ConnectClient }> {
  const { createConnectClient } = await import('../../connect/client.ts')
  const { environment, workerUrl } = await context.project()
  const sideAt = async (address: string): Promise<Side> => {
    const client = createConnectClient({
      ...{ url: address, signal: context.signal, onRetry: (message) => context.output.message(message) },
      ownCredentials: environment.settings.credentials,
      readTimeoutMs,
    })
    return { client, runtime: await detectRuntime(client) }
  }
  const [from, to] = [await sideAt(workerUrl), await sideAt(url)]
  if (from.runtime === to.runtime) {
    throw new CdcError('CDC-C01', {
      where: '--to',
      what: `both ${from.client.url} and ${to.client.url} are ${names[to.runtime]}`,
      why: 'DEBEZIUM_URL says where the pipeline runs now, --to where it is to run',
      fix: 'cdc move <database> --to <address of the other runtime>',
    })
  }
  const [embedded, connect] = to.runtime === 'connect' ? [from.client, to.client] : [to.client, from.client]
  return { from, to, embedded, connect }
}

function showPlan(
  { output }: CommandContext,
  { database, from, to }: { readonly database: string; readonly from: string; readonly to: string },
  { steps, goesOn }: MovePlan,
  target: Runtime,
): void {
  if (steps.length === 0) return output.line(`${database} runs on ${names[target]} at ${to} already`)
  const again = goesOn ? '; an earlier move was broken off, what it has done is kept' : ''
  output.line(`plan: ${database} from ${from} to ${names[target]} at ${to}${again}`)
  for (const [index, step] of steps.entries()) output.line(`  ${index + 1}. ${step}`)
}

function urlLine({ url }: ConnectClient): string {
  return `set DEBEZIUM_URL=${url} in .env`
}
