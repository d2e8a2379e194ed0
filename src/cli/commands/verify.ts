import { setTimeout as sleep } from 'node:timers/promises'
import { Option } from 'commander'
import type { Command } from 'commander'
import { CdcError } from '../../core/errors.ts'
import { formatPosition } from '../../core/gtid.ts'
import type { RowDifference, VerifiedTable, VerifyEvent } from '../../verify/verify-report.ts'
import { databaseArgument, durationValue, examples, listValue } from '../arguments.ts'
import { waitUntilCaughtUp } from '../caught-up.ts'
import type { CommandContext } from '../context.ts'
import type { Output } from '../output.ts'
import { isKafkaKnown } from '../kafka-access.ts'
import { loadPipeline } from '../pipeline-files.ts'
import { countOf, formatCount } from '../quantities.ts'
import { watchSink } from '../sink-watch.ts'
import { formatTextTable } from '../text-table.ts'

interface Options {
  readonly tables: readonly string[]
  readonly timeout: number
}

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(databaseArgument())
    .addOption(
      new Option('--tables <names>', 'all, or names with commas between them; * and ? are wildcards')
        .argParser(listValue)
        .default(['all'], 'all'),
    )
    .option(
      '--timeout <time>',
      'how long the target may take to come up to the moment that is compared',
      durationValue,
      300_000,
    )
    .addHelpText('after', examples('cdc verify trading', 'cdc verify trading --tables T_DEAL,T_CARRIER'))
    .action((database: string, options: Options) => runVerify(context, database, options))
}

async function runVerify(context: CommandContext, database: string, options: Options): Promise<void> {
  const { output } = context
  const { source, sink } = await loadPipeline(context, database)
  const [{ verify }, log] = await Promise.all([import('../../verify/verify.ts'), context.logger()])
  using watch = watchSink(context, sink.name)
  const settle =
    (await context.runtime()) === 'connect' ? await settleOnConnect(context, { source, sink }, options) : undefined
  const run = verify({
    ...{ source, sink, log, settle, signal: AbortSignal.any([context.signal, watch.signal]) },
    tables: options.tables.length === 1 && options.tables[0] === 'all' ? undefined : options.tables,
    timeoutMs: options.timeout,
    onEvent(event) {
      watch.waiting(event.kind === 'waiting')
      showEvent(event, output)
    },
  })
  const result = await run.catch((error: unknown) => {
    // Whatever the abort looked like inside: its reason is what happened.
    throw watch.signal.aborted ? watch.signal.reason : error
  })
  const position = formatPosition(result.position)
  const { equal, tables } = result
  output.result({ database, equal, position, tables }, () => formatTables(tables, position, output))
  if (!equal) throw difference(database, tables)
}

/** So long is waited for a sink whose lag cannot be seen. */
const blindSettleMs = 20_000

/** A Connect cluster's sink applies table by table, and cannot be told to stop at a position. */
async function settleOnConnect(
  context: CommandContext,
  pipeline: Parameters<typeof waitUntilCaughtUp>[1],
  { timeout }: Options,
): Promise<() => Promise<void>> {
  if (await isKafkaKnown(context)) return async () => void (await waitUntilCaughtUp(context, pipeline, timeout))
  context.output.note(
    `how far the sink is behind cannot be seen, so rows that differ are asked again after ${blindSettleMs / 1000} s; set KAFKA_BOOTSTRAP_SERVERS in .env`,
  )
  return async () => await sleep(blindSettleMs, undefined, { signal: context.signal })
}

function showEvent(event: VerifyEvent, output: Output): void {
  if (output.format === 'json') return
  switch (event.kind) {
    case 'plan':
      output.message(countOf(event.tables.length, 'table'))
      break
    case 'waiting':
      output.message(`waiting until the target has reached ${formatPosition(event.position)}`)
      break
    case 'table-start':
      break
    case 'table-done': {
      const { table, sourceRows, equal, problem } = event.result
      output.message(`${table}: ${problem ?? `${countOf(sourceRows ?? 0, 'row')}, ${equal ? 'equal' : 'DIFFERENT'}`}`)
      break
    }
  }
}

function formatTables(tables: readonly VerifiedTable[], position: string, { styles }: Output): string {
  const right = { align: 'right' } as const
  const columns = [
    { title: 'TABLE' },
    { title: 'SOURCE', ...right },
    { title: 'TARGET', ...right },
    { title: 'RESULT' },
  ]
  const count = (rows: number | null): string => (rows === null ? '-' : formatCount(rows))
  const rows = tables.map(({ table, sourceRows, targetRows, equal, problem }) => {
    const result = equal ? styles.green('equal') : styles.red(problem ?? 'different')
    return [table, count(sourceRows), count(targetRows), result]
  })
  const details = tables.flatMap(({ table, differences, more }) => [
    ...differences.map((difference) => `${table}: ${formatDifference(difference)}`),
    ...(more ? [`${table}: and more`] : []),
  ])
  const lines = [formatTextTable(columns, rows), ...(details.length > 0 ? ['', ...details] : []), '', `at ${position}`]
  return lines.join('\n')
}

function formatDifference({ key, kind, columns, counts }: RowDifference): string {
  const text = (value: string | null): string => (value === null ? 'NULL' : JSON.stringify(value))
  const changed = (columns ?? []).map(({ name, source, target }) => `${name} ${text(source)} <> ${text(target)}`)
  const parts = [
    changed.length > 0 ? `: ${changed.join(', ')}` : '',
    counts === undefined ? '' : ` (${counts.source} times <> ${counts.target} times)`,
  ]
  return `${kind} ${key}${parts.join('')}`
}

function difference(database: string, tables: readonly VerifiedTable[]): CdcError {
  const wrong = tables.filter(({ equal }) => !equal).map(({ table }) => table)
  const names = wrong.map((table) => table.slice(table.indexOf('.') + 1))
  return new CdcError('CDC-V01', {
    where: database,
    what: `source and target differ in ${wrong.length} of ${countOf(tables.length, 'table')}`,
    fix: `cdc migrate ${database} --tables ${names.join(',')} --replace`,
  })
}
