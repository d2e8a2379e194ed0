import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { CdcError } from '../../core/errors.ts'
import { nearestNames } from '../../lib/suggestion.ts'
import { databaseArgument, durationValue, examples } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { QuietExit } from '../failure.ts'
import { healthExitCode, paintHealth } from '../health-text.ts'
import type { Output } from '../output.ts'
import { namesInFiles, partsOfReport, pipelineRows } from '../pipeline-status.ts'
import type { PipelineRow, StatusReader } from '../pipeline-status.ts'
import { formatCount, formatSeconds } from '../quantities.ts'
import { formatTextTable, oneLine } from '../text-table.ts'
import { readWorkerStatus } from '../worker-status.ts'

interface Options {
  readonly exitStatus?: true
  /** true: --watch without a time. */
  readonly watch?: number | true
}

const defaultWatchMs = 2_000

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(databaseArgument('[database]'))
    .option('--exit-status', 'exit with 3 when something does not run, 4 when something failed')
    .option('--watch [time]', 'show it again and again, every 2 s or as given', durationValue)
    .addHelpText('after', examples('cdc status', 'cdc status trading --watch 5s', 'cdc status --exit-status'))
    .action((database: string | undefined, options: Options) =>
      options.watch === undefined ? showOnce(context, database, options) : watch(context, database, options.watch),
    )
}

async function showOnce(context: CommandContext, database: string | undefined, options: Options): Promise<void> {
  const { output } = context
  await using reader = await createReader(context)
  const { rows, notes } = await readRows(context, reader, database)
  output.result(document(rows), () => formatRows(rows, output))
  for (const note of notes) output.note(note)
  if (context.verbosity > 0)
    for (const line of await reader.details(rows.map((row) => row.database))) output.message(line)
  for (const { database, unloaded } of rows) {
    if (unloaded.length === 0) continue
    const names = unloaded.map((table) => table.slice(table.indexOf('.') + 1)).join(',')
    output.note(
      `${database}: tables that were never loaded are not replicated; cdc migrate ${database} --tables ${names}`,
    )
  }
  const states = rows.flatMap(({ state }) => (state === 'NOT REGISTERED' ? [] : [state]))
  const exitCode = healthExitCode(states)
  if (options.exitStatus === true && exitCode !== 0) throw new QuietExit(exitCode)
}

/** A worker that is away for a moment is said and watched on. */
async function watch(context: CommandContext, database: string | undefined, time: number | true): Promise<void> {
  const { output, signal } = context
  const pauseMs = time === true ? defaultWatchMs : time
  await using reader = await createReader(context)
  const said = new Set<string>()
  for (;;) {
    try {
      const { rows, notes } = await readRows(context, reader, database)
      const text = (): string =>
        output.interactive ? `\u001b[H\u001b[2J${formatRows(rows, output)}` : formatRows(rows, output)
      output.item(document(rows), text)
      // On a terminal the table is drawn anew, and the notes with it; elsewhere each is said once.
      for (const note of notes) if (output.interactive || !said.has(note)) output.note(note)
      for (const note of notes) said.add(note)
    } catch (error) {
      if (!(error instanceof CdcError && error.code === 'CDC-W03')) throw error
      output.message(`${error.where}: ${error.what}`)
    }
    await sleep(pauseMs, undefined, { signal })
  }
}

async function createReader(context: CommandContext): Promise<StatusReader> {
  if ((await context.runtime()) === 'connect') {
    const { createConnectStatus } = await import('../connect-status.ts')
    return createConnectStatus(context)
  }
  return {
    read: async () => ({
      parts: partsOfReport((await readWorkerStatus(await context.client())).connectors),
      notes: [],
    }),
    details: async () => [],
    [Symbol.asyncDispose]: async () => {},
  }
}

async function readRows(
  context: CommandContext,
  reader: StatusReader,
  database: string | undefined,
): Promise<{ rows: readonly PipelineRow[]; notes: readonly string[] }> {
  const names = namesInFiles(await context.project())
  const { parts, notes } = await reader.read()
  const rows = pipelineRows(parts, names)
  if (database === undefined) return { rows, notes }
  const chosen = rows.filter((row) => row.database === database)
  if (chosen.length > 0) return { rows: chosen, notes }
  const known = rows.map((row) => row.database)
  const near = nearestNames(database, known)
  throw new CdcError('CDC-C08', {
    where: database,
    what: 'there is no connector file for this database',
    why: near.length > 0 ? `did you mean ${near.join(' or ')}?` : undefined,
    fix: near[0] === undefined ? `cdc new ${database}` : `cdc status ${near[0]}`,
    details: near.length > 0 ? [] : [`there are: ${known.join(', ')}`],
  })
}

function document(rows: readonly PipelineRow[]): Readonly<Record<string, unknown>> {
  return { pipelines: rows }
}

function formatRows(rows: readonly PipelineRow[], { styles }: Output): string {
  const right = { align: 'right' } as const
  const records = rows.some(({ lagRecords }) => lagRecords !== null)
  const columns = [
    { title: 'DATABASE' },
    { title: 'STATE' },
    { title: 'SOURCE' },
    { title: 'SINK' },
    { title: 'LAG', ...right },
    ...(records ? [{ title: 'RECORDS', ...right }] : []),
    { title: 'ROWS/S', ...right },
    { title: 'LAST EVENT', ...right },
    { title: 'ERROR' },
  ]
  const now = Date.now() / 1000
  return formatTextTable(
    columns,
    rows.map((row) => [
      row.database,
      row.state === 'NOT REGISTERED' ? styles.dim(row.state) : paintHealth(row.state, styles),
      row.source ?? '-',
      row.sink ?? '-',
      row.lagSeconds === null ? '-' : formatSeconds(row.lagSeconds),
      ...(records ? [row.lagRecords === null ? '-' : formatCount(row.lagRecords)] : []),
      row.rowsPerSecond === null ? '-' : formatCount(row.rowsPerSecond),
      row.lastEventTime === null ? '-' : `${formatSeconds(now - row.lastEventTime)} ago`,
      oneLine(row.error ?? '', 100),
    ]),
  )
}
