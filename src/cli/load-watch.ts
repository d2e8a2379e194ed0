// `cdc migrate --watch`: the load that another terminal runs, shown by the same display.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SinkConfig } from '../config/sink-config.ts'
import { CdcError, isErrorCode } from '../core/errors.ts'
import { emptyPosition } from '../core/gtid.ts'
import type { RunProgress, TableProgress } from '../migrate/load-run.ts'
import type { LoadEvent } from '../migrate/progress.ts'
import type { CommandContext } from './context.ts'
import { createLoadDisplay } from './load-display.ts'

const everyMs = 1000

/** Returns when the load has ended. @throws CdcError CDC-L10 when none was begun, or when it was broken off */
export async function watchLoad({ output, signal }: CommandContext, sink: SinkConfig): Promise<void> {
  const [{ connectPostgres }, { readLoadRun }] = await Promise.all([
    import('../postgres/connection.ts'),
    import('../state/load-run.ts'),
  ])
  const options = { applicationName: `cdc migrate --watch`, where: sink.name, signal }
  await using connection = await connectPostgres(sink.postgres, options)
  using display = await createLoadDisplay(output)
  const told = new Map<string, TableProgress>()
  for (let first = true; ; first = false) {
    const run = await readLoadRun<Partial<RunProgress>>(connection, sink.name)
    if (run === undefined) throw nothingRuns(sink, 'no load was ever begun')
    const tables = run.progress.tables ?? []
    if (told.size === 0 && tables.length > 0) display.show(planEvent(tables))
    for (const table of tables) {
      for (const event of newEvents(told.get(table.table), table)) display.show(event)
      told.set(table.table, table)
    }
    if (run.endedAt !== null) {
      if (first) output.note(`no load is running; the last one ended at ${run.endedAt}`)
      return
    }
    if (!run.alive) throw nothingRuns(sink, 'the last load was broken off')
    await sleep(everyMs, undefined, { signal })
  }
}

function nothingRuns({ name }: SinkConfig, what: string): CdcError {
  return new CdcError('CDC-L10', { where: name, what })
}

function planEvent(tables: readonly TableProgress[]): LoadEvent {
  return {
    kind: 'plan',
    tables: tables.map(({ table, target, expectedRows, expectedBytes }) => ({
      table,
      target,
      rows: expectedRows,
      bytes: expectedBytes,
    })),
    notCopied: [],
  }
}

/** What must have happened between two looks at a table. */
function newEvents(before: TableProgress | undefined, now: TableProgress): readonly LoadEvent[] {
  const { table, rows, bytes, state, why = '', copySeconds = 0, indexSeconds = 0, resumedRows = 0 } = now
  const was = before?.state ?? 'waiting'
  if (state === 'waiting' || (state === was && before?.rows === rows)) return []
  const start: readonly LoadEvent[] =
    was === 'waiting' || rows < (before?.rows ?? 0) ? [{ kind: 'table-start', table }] : []
  const counts: readonly LoadEvent[] = [...start, { kind: 'rows', table, rows, bytes }]
  const positions = { low: emptyPosition, high: emptyPosition }
  // It is told where the load runs.
  const changed = { losses: [], choices: {}, asked: {} }
  switch (state) {
    case 'done':
      return [
        ...counts,
        { kind: 'table-done', table, rows, bytes, resumedRows, copySeconds, indexSeconds, ...positions, changed },
      ]
    case 'skipped':
      return [{ kind: 'table-skipped', table, why }]
    case 'failed':
      return [{ kind: 'table-failed', table, error: failureOf(table, why) }]
    case 'copy':
    case 'keys':
    case 'indexes':
    case 'analyze':
      return [...counts, { kind: 'phase', table, phase: state }]
  }
}

/** The code stands at the beginning of the text. */
function failureOf(table: string, why: string): CdcError {
  const [, code = '', what = ''] = /^(\S+) (.*)$/s.exec(why) ?? []
  // Another version may have written it, which knows more codes.
  return isErrorCode(code)
    ? new CdcError(code, { where: table, what })
    : new CdcError('CDC-L07', { where: table, what: why })
}
