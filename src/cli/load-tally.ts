import type { LoadEvent, LoadPhase } from '../migrate/progress.ts'

/** How far one table of a load is. */
export interface TableTally {
  readonly table: string
  /** Rows expected by the source's statistics. */
  readonly expected: number
  rows: number
  bytes: number
  phase: LoadPhase | 'waiting' | 'done' | 'skipped' | 'failed'
  /** Rows and bytes per second, of about the last ten seconds. */
  rowsPerSecond: number
  bytesPerSecond: number
}

/** A load so far, summed up from its events. */
export interface LoadTally {
  readonly tables: ReadonlyMap<string, TableTally>
  add(event: LoadEvent): void
  /** Tables that are being worked on. */
  active(): readonly TableTally[]
  /** How many tables are over, whatever way. */
  finished(): number
  total(): { rows: number; bytes: number; expected: number; rowsPerSecond: number; bytesPerSecond: number }
}

/** What was copied and how long it took, the older the less it counts: a slow first moment is soon forgotten. */
interface Measured {
  readonly at: number
  readonly seconds: number
  readonly rows: number
  readonly bytes: number
}

/** What was measured counts half as much after this many seconds. */
const halfLifeSeconds = 5

/** @param now milliseconds of a clock that never goes back */
export function createLoadTally(now: () => number): LoadTally {
  const tables = new Map<string, TableTally>()
  const measured = new Map<string, Measured>()
  const over = ['done', 'skipped', 'failed']

  function countRows(tally: TableTally, rows: number, bytes: number): void {
    const before = measured.get(tally.table)
    const at = now()
    if (before !== undefined && at > before.at) {
      const seconds = (at - before.at) / 1000
      const kept = 0.5 ** (seconds / halfLifeSeconds)
      const sums = {
        seconds: before.seconds * kept + seconds,
        rows: before.rows * kept + Math.max(0, rows - tally.rows),
        bytes: before.bytes * kept + Math.max(0, bytes - tally.bytes),
      }
      measured.set(tally.table, { at, ...sums })
      tally.rowsPerSecond = sums.rows / sums.seconds
      tally.bytesPerSecond = sums.bytes / sums.seconds
    }
    tally.rows = rows
    tally.bytes = bytes
  }

  function tallyOf(table: string): TableTally {
    const known = tables.get(table)
    if (known !== undefined) return known
    const tally: TableTally = {
      table,
      expected: 0,
      rows: 0,
      bytes: 0,
      phase: 'waiting',
      rowsPerSecond: 0,
      bytesPerSecond: 0,
    }
    tables.set(table, tally)
    return tally
  }

  return {
    tables,
    add(event) {
      if (event.kind === 'plan') {
        for (const { table, rows } of event.tables) tables.set(table, { ...tallyOf(table), expected: rows })
        return
      }
      if (event.kind === 'note') return
      const tally = tallyOf(event.table)
      switch (event.kind) {
        case 'table-start':
          Object.assign(tally, { rows: 0, bytes: 0, phase: 'copy', rowsPerSecond: 0, bytesPerSecond: 0 })
          measured.set(event.table, { at: now(), seconds: 0, rows: 0, bytes: 0 })
          break
        case 'table-resumed':
          // They were not copied just now: they say nothing of the speed.
          tally.rows = event.rows
          break
        case 'table-restarted':
          break
        case 'rows':
          countRows(tally, event.rows, event.bytes)
          break
        case 'phase':
          tally.phase = event.phase
          break
        case 'table-done':
          Object.assign(tally, { rows: event.rows, bytes: event.bytes, phase: 'done' })
          break
        case 'table-skipped':
          tally.phase = 'skipped'
          break
        case 'table-failed':
          tally.phase = 'failed'
          break
      }
    },
    active: () => [...tables.values()].filter(({ phase }) => phase !== 'waiting' && !over.includes(phase)),
    finished: () => [...tables.values()].filter(({ phase }) => over.includes(phase)).length,
    total() {
      const sum = { rows: 0, bytes: 0, expected: 0, rowsPerSecond: 0, bytesPerSecond: 0 }
      for (const tally of tables.values()) {
        if (tally.phase === 'skipped' || tally.phase === 'failed') continue
        sum.rows += tally.rows
        sum.bytes += tally.bytes
        // Statistics may be far too low; a finished table's own count is exact.
        sum.expected += tally.phase === 'done' ? tally.rows : Math.max(tally.expected, tally.rows)
        if (tally.phase !== 'copy') continue
        sum.rowsPerSecond += tally.rowsPerSecond
        sum.bytesPerSecond += tally.bytesPerSecond
      }
      return sum
    },
  }
}
