// Shows a load while it runs: bars on a terminal, a line now and then elsewhere, NDJSON for programs.
import { formatPosition } from '../core/gtid.ts'
import type { LoadEvent } from '../migrate/progress.ts'
import { errorDocument } from './failure.ts'
import { createLoadTally } from './load-tally.ts'
import type { LoadTally } from './load-tally.ts'
import { barText, eventLine, progressLine } from './load-text.ts'
import type { Output } from './output.ts'

export interface LoadDisplay extends Disposable {
  show(event: LoadEvent): void
}

const lineEveryMs = 10_000
const rowsEventEveryMs = 1_000
const redrawEveryMs = 100

export async function createLoadDisplay(output: Output): Promise<LoadDisplay> {
  if (output.format === 'json') return jsonDisplay(output)
  return process.stderr.isTTY ? await barDisplay() : lineDisplay(output)
}

function lineDisplay(output: Output): LoadDisplay {
  const tally = createLoadTally(() => performance.now())
  const timer = setInterval(() => output.message(progressLine(tally)), lineEveryMs)
  return {
    show(event) {
      tally.add(event)
      const line = eventLine(event)
      if (line !== undefined) output.message(line)
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Events as they are, but the counts of a table at most once a second. */
function jsonDisplay(output: Output): LoadDisplay {
  const told = new Map<string, number>()
  return {
    show(event) {
      if (event.kind === 'rows') {
        if (performance.now() - (told.get(event.table) ?? -Infinity) < rowsEventEveryMs) return
        told.set(event.table, performance.now())
      }
      output.item({ event: eventDocument(event) }, () => '')
    },
    [Symbol.dispose]: () => {},
  }
}

/** Positions as texts, errors with the fields of their block. */
function eventDocument(event: LoadEvent): Readonly<Record<string, unknown>> {
  if (event.kind === 'table-failed' || event.kind === 'table-retried')
    return { ...event, error: errorDocument(event.error) }
  if (event.kind !== 'table-done') return event
  return { ...event, low: formatPosition(event.low), high: formatPosition(event.high) }
}

async function barDisplay(): Promise<LoadDisplay> {
  const { MultiBar, Presets } = await import('cli-progress')
  const bars = new MultiBar(
    {
      ...{ format: '{name} [{bar}] {text}', barsize: 24, hideCursor: true, clearOnComplete: true, autopadding: true },
      ...{ fps: 1000 / redrawEveryMs, emptyOnZero: true, linewrap: false, gracefulExit: false },
    },
    Presets.shades_classic,
  )
  const tally = createLoadTally(() => performance.now())
  const shown = new Map<string, ReturnType<typeof bars.create>>()
  const draw = (): void => drawBars(tally, shown, (expected) => bars.create(expected, 0, { name: '', text: '' }))
  const timer = setInterval(draw, redrawEveryMs)
  return {
    show(event) {
      tally.add(event)
      const line = eventLine(event)
      if (line !== undefined) bars.log(`${line}\n`)
      for (const [table, bar] of shown) {
        if (table === totalName || tally.active().some((active) => active.table === table)) continue
        bars.remove(bar)
        shown.delete(table)
      }
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      draw()
      bars.stop()
    },
  }
}

const totalName = 'total'

/** A bar for each table that is being worked on, and one for all. */
function drawBars<Bar extends { setTotal(total: number): void; update(value: number, payload: object): void }>(
  tally: LoadTally,
  shown: Map<string, Bar>,
  create: (expected: number) => Bar,
): void {
  const draw = (name: string, rows: number, expected: number, text: string): void => {
    const bar = shown.get(name) ?? create(expected)
    shown.set(name, bar)
    bar.setTotal(Math.max(1, expected))
    bar.update(Math.min(rows, Math.max(1, expected)), { name, text })
  }
  const all = tally.total()
  const tables = `${tally.finished()}/${tally.tables.size} tables  `
  if (tally.tables.size > 0) {
    draw(totalName, all.rows, all.expected, tables + barText({ ...all, phase: 'copy' }, all.expected))
  }
  for (const table of tally.active()) {
    const expected = Math.max(table.expected, table.rows)
    draw(table.table, table.rows, expected, barText(table, expected))
  }
}
