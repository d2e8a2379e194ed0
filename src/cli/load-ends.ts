// How the tables of a load ended, for the table that is printed at its end; also when some have failed.
import { formatPosition } from '../core/gtid.ts'
import type { LoadEvent } from '../migrate/progress.ts'
import { formatBytes, formatCount, formatSeconds } from './quantities.ts'
import { formatTextTable } from './text-table.ts'

/** One table. What was not measured, because it was skipped or has failed, is undefined. */
export interface TableEnd {
  readonly table: string
  readonly target: string
  readonly rows?: number
  readonly bytes?: number
  readonly copySeconds?: number
  readonly indexSeconds?: number
  /** Without the rows that were there already. */
  readonly rowsPerSecond?: number
  readonly failed: boolean
  /** The position, or why there is none. */
  readonly end: string
}

export interface LoadEnds {
  add(event: LoadEvent): void
  /** Those that have ended, in the order of the plan. */
  list(): readonly TableEnd[]
}

export function createLoadEnds(): LoadEnds {
  const targets = new Map<string, string>()
  const ends = new Map<string, TableEnd>()
  const set = (table: string, fields: Omit<TableEnd, 'table' | 'target'>): void => {
    ends.set(table, { table, target: targets.get(table) ?? '-', ...fields })
  }
  return {
    list: () => [...targets.keys()].flatMap((table) => ends.get(table) ?? []),
    add(event) {
      if (event.kind === 'plan') for (const { table, target } of event.tables) targets.set(table, target)
      else if (event.kind === 'table-skipped') set(event.table, { failed: false, end: `skipped: ${event.why}` })
      else if (event.kind === 'table-failed') {
        set(event.table, { failed: true, end: `failed: ${event.error.code} ${event.error.what}` })
      } else if (event.kind === 'table-done') {
        const { rows, bytes, copySeconds, indexSeconds, resumedRows = 0, high } = event
        const rowsPerSecond = copySeconds > 0 ? (rows - resumedRows) / copySeconds : 0
        const counts = { rows, bytes, copySeconds, indexSeconds, rowsPerSecond }
        set(event.table, { ...counts, failed: false, end: formatPosition(high) })
      }
    },
  }
}

export function formatLoadEnds(ends: readonly TableEnd[]): string {
  const right = { align: 'right' } as const
  const columns = [
    { title: 'TABLE' },
    { title: 'TARGET' },
    { title: 'ROWS', ...right },
    { title: 'BYTES', ...right },
    { title: 'COPY', ...right },
    { title: 'INDEXES', ...right },
    { title: 'ROWS/S', ...right },
    { title: 'POSITION' },
  ]
  const shown = (value: number | undefined, format: (value: number) => string): string =>
    value === undefined ? '-' : format(value)
  const rows = ends.map(({ table, target, end, ...measured }) => [
    ...[table, target, shown(measured.rows, formatCount), shown(measured.bytes, formatBytes)],
    ...[shown(measured.copySeconds, formatSeconds), shown(measured.indexSeconds, formatSeconds)],
    ...[shown(measured.rowsPerSecond, formatCount), end],
  ])
  return formatTextTable(columns, rows)
}
