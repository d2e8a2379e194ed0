import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { CdcError } from '../../core/errors.ts'
import { formatPosition } from '../../core/gtid.ts'
import { connectorHealth } from '../../connect/health.ts'
import type { Runtime } from '../../connect/runtime.ts'
import type { ChunkBy } from '../../migrate/load-options.ts'
import { countValue, databaseArgument, examples, listValue } from '../arguments.ts'
import { mustCapture } from '../capture-step.ts'
import type { CommandContext } from '../context.ts'
import { defaultLoadOptions, loadStep } from '../load-step.ts'
import type { LoadOptions, LoadResult } from '../load-step.ts'
import { formatLoadEnds } from '../load-ends.ts'
import { loadPipeline } from '../pipeline-files.ts'
import { withRestingSink } from '../resting-sink.ts'
import { sourceMustStream } from '../source-ready.ts'

interface Options extends Omit<
  LoadOptions,
  'tables' | 'replace' | 'resume' | 'strict' | 'withSequences' | 'withForeignKeys'
> {
  readonly database?: string
  readonly tables: readonly string[]
  readonly replace?: true
  readonly resume?: true
  readonly restart?: true
  readonly strict?: true
  readonly dryRun?: true
  readonly watch?: string | true
  readonly withSequences?: true
  readonly withForeignKeys?: true
  readonly withoutSource?: true
}

export function define(command: Command, context: CommandContext): void {
  const defaults = defaultLoadOptions
  command
    .addArgument(databaseArgument('[database]'))
    .addOption(new Option('--database <database>', 'the same as the argument'))
    .addOption(
      new Option('--tables <names>', 'all, or names with commas between them; * and ? are wildcards')
        .argParser(listValue)
        .default(['all'], 'all'),
    )
    .option('--max-workers <n>', 'tables at the same time', countValue, defaults.maxWorkers)
    .option('--chunk-workers <n>', 'readers of one big table', countValue, defaults.chunkWorkers)
    .option('--batch-size <rows>', 'rows in one COPY', countValue, defaults.batchSize)
    .option('--threshold <rows>', 'a table of more rows than this is read in chunks', countValue, defaults.threshold)
    .option('--chunk-by <what>', 'primary-key, year:<column> or auto', chunkByValue, defaults.chunkBy)
    .addOption(
      new Option('--load-mode <mode>', 'whether tables are UNLOGGED while they are loaded')
        .choices(['auto', 'unlogged', 'logged'])
        .default(defaults.loadMode),
    )
    .option('--replace', 'load again what is loaded, and overwrite target tables that hold other rows')
    .addOption(
      new Option('--resume', 'go on with what was broken off (the default), and never start a table over').conflicts(
        'restart',
      ),
    )
    .option('--restart', 'forget what was broken off and start over')
    .option('--strict', 'values that PostgreSQL cannot hold (zero dates, NUL characters) are an error')
    .option('--create-schema', 'make the target schema where it is missing', defaults.createSchema)
    .option('--no-create-schema', 'show the SQL instead')
    .option('--with-sequences', 'give AUTO_INCREMENT columns a sequence in the target, behind the highest value')
    .option('--with-foreign-keys', 'make foreign keys when all tables are loaded')
    .option('--dry-run', 'show what would be done, and how long it would take; nothing is written')
    .addOption(new Option('--watch [database]', 'show the load that runs in another terminal').conflicts('dryRun'))
    .option('--without-source', 'load although the source connector does not run: changes may be missed')
    .addHelpText(
      'after',
      examples(
        'cdc migrate trading',
        'cdc migrate --database finance --tables T_INVOICE,T_ACCOUNT',
        'cdc migrate trading --tables T_DEAL --replace --max-workers 4',
        'cdc migrate trading --dry-run',
        'cdc migrate --watch trading',
      ),
    )
    .action((database: string | undefined, options: Options) => runMigrate(context, database, options))
}

async function runMigrate(context: CommandContext, named: string | undefined, options: Options): Promise<void> {
  const { output } = context
  const watched = typeof options.watch === 'string' ? options.watch : undefined
  const database = chooseDatabase(named ?? watched, options.database)
  const looksOnly = options.watch !== undefined || options.dryRun === true
  const runtime = options.withoutSource === true || looksOnly ? () => runtimeIfAny(context) : context.runtime
  const pipeline = await loadPipeline({ ...context, runtime }, database)
  if (options.watch !== undefined) {
    const { watchLoad } = await import('../load-watch.ts')
    await watchLoad(context, pipeline.sink)
    return
  }
  if (options.dryRun === true) {
    const [{ dryRun }, { showPreview }] = await Promise.all([
      import('../../migrate/dry-run.ts'),
      import('../load-preview.ts'),
    ])
    const asked = { ...loadOptions(options), ...pipeline, signal: context.signal, log: await context.logger() }
    showPreview(output, database, await dryRun({ ...asked, onEvent: () => {} }), context.verbosity > 0)
    return
  }
  if (options.withoutSource !== true) {
    await sourceMustStream(context, pipeline.source.name, database)
    await mustCapture(context, pipeline.source, { database, tables: loadOptions(options).tables })
  }
  const load = async (): Promise<LoadResult> => await loadStep(context, pipeline, loadOptions(options))
  const { tables, ends } = await (options.withoutSource === true
    ? load()
    : withRestingSink(context, { sink: pipeline.sink, command: `cdc migrate ${database}` }, load))
  if (output.format === 'json') {
    const documents = tables.map((table) => {
      const positions = { low: formatPosition(table.low), high: formatPosition(table.high) }
      const { copySeconds, indexSeconds } = ends.find((end) => end.table === table.table) ?? {}
      return { ...table, ...positions, copySeconds, indexSeconds }
    })
    output.item({ database, tables: documents }, () => '')
  } else output.line(formatLoadEnds(ends))
  output.next(await nextCommand(context, pipeline.sink.name, database))
}

/** A sink that failed at a missing table does not begin again by itself; one that runs needs nothing. */
async function nextCommand(context: CommandContext, sink: string, database: string): Promise<string> {
  const register = `cdc register sink ${database}`
  try {
    const status = await (await context.client()).status(sink)
    if (status === undefined) return register
    const { state } = connectorHealth(status)
    if (state === 'FAILED') return `cdc restart sink ${database}`
    if (state === 'PAUSED' || state === 'STOPPED') return `cdc resume ${sink}`
    return state === 'OK' ? `cdc wait ${database} --for caught-up` : `cdc connector-status ${sink}`
  } catch {
    // --without-source needs no worker.
    return register
  }
}

function loadOptions(options: Options): LoadOptions {
  const { maxWorkers, chunkWorkers, batchSize, threshold, chunkBy, loadMode } = options
  return {
    ...{ maxWorkers, chunkWorkers, batchSize, threshold, chunkBy, loadMode },
    tables: options.tables.length === 1 && options.tables[0] === 'all' ? 'all' : options.tables,
    replace: options.replace === true,
    resume: options.restart === true ? 'never' : options.resume === true ? 'required' : 'auto',
    strict: options.strict === true,
    createSchema: options.createSchema,
    withSequences: options.withSequences ?? false,
    withForeignKeys: options.withForeignKeys ?? false,
  }
}

function chunkByValue(text: string): ChunkBy {
  if (text === 'auto' || text === 'primary-key') return text
  const year = /^year:(.+)$/.exec(text)?.[1]
  if (year !== undefined) return { year }
  throw new InvalidArgumentError('Write primary-key, year:<column> or auto.')
}

function chooseDatabase(argument: string | undefined, option: string | undefined): string {
  const database = argument ?? option
  if (database !== undefined && (option === undefined || option === database)) return database
  throw new CdcError('CDC-C01', {
    where: 'cdc migrate',
    what: database === undefined ? 'no database is named' : `two databases are named: ${argument} and ${option}`,
    fix: 'cdc migrate <database>',
  })
}

/** Without a worker the files are read as for Kafka Connect, which refuses less. */
async function runtimeIfAny(context: CommandContext): Promise<Runtime> {
  try {
    return await context.runtime()
  } catch (error) {
    if (error instanceof CdcError && error.code === 'CDC-W03') return 'connect'
    throw error
  }
}
