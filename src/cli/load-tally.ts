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

/** What was measured counts half as much after so many seconds: of one table, and of all, where pauses come between. */
const halfLives = { table: 5, total: 20 }

interface MovingRate {
  add(rows: number, bytes: number): void
  /** Per second, up to this moment. */
  now(): { readonly rows: number; readonly bytes: number }
}

/** What was copied and how long it took, the older the less it counts: a slow first moment is soon forgotten. */
function movingRate(now: () => number, halfLife: number): MovingRate {
  let sums = { at: now(), seconds: 0, rows: 0, bytes: 0 }
  const aged = (): typeof sums => {
    const at = now()
    const seconds = (at - sums.at) / 1000
    const kept = 0.5 ** (seconds / halfLife)
    return { at, seconds: sums.seconds * kept + seconds, rows: sums.rows * kept, bytes: sums.bytes * kept }
  }
  return {
    add(rows, bytes) {
      const { at, seconds, ...before } = aged()
      sums = { at, seconds, rows: before.rows + rows, bytes: before.bytes + bytes }
    },
    now() {
      const { seconds, rows, bytes } = aged()
      return seconds === 0 ? { rows: 0, bytes: 0 } : { rows: rows / seconds, bytes: bytes / seconds }
    },
  }
}

/** @param now milliseconds of a clock that never goes back */
export function createLoadTally(now: () => number): LoadTally {
  const tables = new Map<string, TableTally>()
  const rates = new Map<string, MovingRate>()
  // Of all tables: between small ones there is none that could be asked.
  let totalRate: MovingRate | undefined
  const over = ['done', 'skipped', 'failed']

  function countRows(tally: TableTally, rows: number, bytes: number): void {
    const [moreRows, moreBytes] = [Math.max(0, rows - tally.rows), Math.max(0, bytes - tally.bytes)]
    const rate = rates.get(tally.table)
    rate?.add(moreRows, moreBytes)
    totalRate?.add(moreRows, moreBytes)
    const speed = rate?.now()
    Object.assign(tally, { rows, bytes, rowsPerSecond: speed?.rows ?? 0, bytesPerSecond: speed?.bytes ?? 0 })
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
          rates.set(event.table, movingRate(now, halfLives.table))
          totalRate ??= movingRate(now, halfLives.total)
          break
        case 'table-resumed':
          // They were not copied just now: they say nothing of the speed.
          tally.rows = event.rows
          break
        case 'table-restarted':
        case 'table-retried':
        case 'locked':
          break
        case 'rows':
          countRows(tally, event.rows, event.bytes)
          break
        case 'phase':
          tally.phase = event.phase
          break
        case 'table-done':
          countRows(tally, event.rows, event.bytes)
          tally.phase = 'done'
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
      const speed = totalRate?.now() ?? { rows: 0, bytes: 0 }
      const sum = { rows: 0, bytes: 0, expected: 0, rowsPerSecond: speed.rows, bytesPerSecond: speed.bytes }
      for (const tally of tables.values()) {
        if (tally.phase === 'skipped' || tally.phase === 'failed') continue
        sum.rows += tally.rows
        sum.bytes += tally.bytes
        // Statistics may be far too low; a finished table's own count is exact.
        sum.expected += tally.phase === 'done' ? tally.rows : Math.max(tally.expected, tally.rows)
      }
      return sum
    },
  }
}
