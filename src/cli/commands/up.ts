import type { Command } from 'commander'
import { waitForOffsets } from '../../connect/wait.ts'
import { databaseArgument, durationValue, examples, listValue } from '../arguments.ts'
import { readSourcePosition, waitUntilCaughtUp } from '../caught-up.ts'
import type { CommandContext } from '../context.ts'
import { isKafkaKnown } from '../kafka-access.ts'
import { defaultLoadOptions, loadStep } from '../load-step.ts'
import { loadForRegistration, loadPipeline } from '../pipeline-files.ts'
import { countOf, formatSeconds } from '../quantities.ts'
import { checkSending, registerStep } from '../register-step.ts'
import type { RegisterStep } from '../register-step.ts'
import { withRestingSink } from '../resting-sink.ts'
import { sourceMustStream } from '../source-ready.ts'
import { createSteps } from '../steps.ts'
import type { Steps } from '../steps.ts'
import { topicsMustBeKept } from '../topics-kept.ts'

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(databaseArgument())
    .option('--timeout <time>', 'how long each wait may take (not the load)', durationValue, 600_000)
    .option(
      '--confirm <names>',
      'names of connectors, with commas: do what would lose rows on Kafka Connect all the same',
      listValue,
      [],
    )
    .addHelpText('after', examples('cdc up trading'))
    .action((database: string, options: Options) => up(context, database, options))
}

interface Options {
  readonly timeout: number
  readonly confirm: readonly string[]
}

/** Every step waits for what the next one needs; those done before say so. After a failure the same command goes on. */
async function up(context: CommandContext, database: string, { timeout: timeoutMs, confirm }: Options): Promise<void> {
  const { output, signal } = context
  // All files are read before anything is done.
  const pipeline = await loadPipeline({ ...context, output: { ...output, note: () => {} } }, database)
  const sourceFile = await loadForRegistration(context, 'source', database)
  const sinkFile = await loadForRegistration(context, 'sink', database)
  const client = await context.client()
  const steps = createSteps(output)
  const step = ({ name }: { name: string }): RegisterStep => ({
    ...{ steps, timeoutMs },
    confirmed: confirm.includes(name) ? name : undefined,
  })

  const connect = (await context.runtime()) === 'connect'
  // A load of hours must not end at a sink that cannot be registered.
  if (connect) await checkSending(context, sinkFile, step(sinkFile).confirmed)
  const before = connect ? await readSourcePosition(context, pipeline) : undefined
  await registerStep(context, sourceFile, step(sourceFile))
  const [offset] = await waitForOffsets(client, sourceFile.name, { timeoutMs, signal })
  if (before !== undefined) {
    const { waitForSource } = await import('../caught-up-connect.ts')
    // A task that says RUNNING need not read: this shows that it does, before a long copy relies on it.
    await waitForSource(context, sourceFile.name, before, { timeoutMs })
  }
  const gtids = offset?.offset?.['gtids']
  steps.did(sourceFile.name, typeof gtids === 'string' ? `streams, at ${gtids}` : 'streams')

  await sourceMustStream(context, sourceFile.name, database)
  await topicsMustBeKept(context, { source: sourceFile, sink: sinkFile })
  await withRestingSink(context, { sink: pipeline.sink, command: `cdc up ${database}` }, () =>
    load(context, pipeline, steps),
  )

  await registerStep(context, sinkFile, step(sinkFile))
  if (connect && !(await isKafkaKnown(context))) {
    output.note('whether the sink has caught up cannot be seen; set KAFKA_BOOTSTRAP_SERVERS in .env')
  } else steps.did(sinkFile.name, `caught up at ${await waitUntilCaughtUp(context, pipeline, timeoutMs)}`)

  if (output.format === 'json') output.item({ database, steps: steps.list }, () => '')
  output.next(`cdc status ${database} --watch, cdc verify ${database}`)
}

async function load(
  context: CommandContext,
  pipeline: Awaited<ReturnType<typeof loadPipeline>>,
  steps: Steps,
): Promise<void> {
  const started = performance.now()
  const { tables } = await loadStep(context, pipeline, defaultLoadOptions)
  const loaded = tables.filter(({ state }) => state === 'loaded')
  const skipped = tables.length - loaded.length
  const rows = loaded.reduce((sum, table) => sum + table.rows, 0)
  const time = formatSeconds((performance.now() - started) / 1000)
  const before = skipped === 0 ? '' : `${countOf(skipped, 'table')} loaded before`
  const now = loaded.length === 0 ? '' : `loaded ${countOf(loaded.length, 'table')}, ${countOf(rows, 'row')} in ${time}`
  steps.did('load', [now, before].filter((text) => text !== '').join('; ') || 'there are no tables')
}
