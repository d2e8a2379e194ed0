// What is said of a load in words; the same on a terminal and in a log file.
import type { ChangedValues, LoadEvent } from '../migrate/progress.ts'
import { countOf, formatBytes, formatCount, formatSeconds } from './quantities.ts'
import type { LoadTally, TableTally } from './load-tally.ts'

/** The line for an event that is worth one; undefined for those that only move a bar. */
export function eventLine(event: LoadEvent): string | undefined {
  switch (event.kind) {
    case 'plan': {
      const rows = event.tables.reduce((sum, table) => sum + table.rows, 0)
      const bytes = event.tables.reduce((sum, table) => sum + table.bytes, 0)
      const others = event.notCopied.map(({ table, kind }) => `${table} (${kind})`)
      const left = others.length === 0 ? '' : `\nnot copied: ${others.join(', ')}`
      return `${countOf(event.tables.length, 'table')}, about ${formatCount(rows)} rows, ${formatBytes(bytes)}${left}`
    }
    case 'note':
      return `note: ${event.text}`
    case 'table-done': {
      const { table, rows, bytes, copySeconds, indexSeconds, resumedRows = 0 } = event
      const speed = copySeconds > 0.05 ? `, ${formatCount((rows - resumedRows) / copySeconds)} rows/s` : ''
      const indexes = indexSeconds > 0.05 ? `, indexes ${formatSeconds(indexSeconds)}` : ''
      return `${table}: ${formatCount(rows)} rows, ${formatBytes(bytes)} in ${formatSeconds(copySeconds)}${speed}${indexes}`
    }
    case 'table-skipped':
      return `${event.table}: skipped, ${event.why}`
    case 'table-failed':
      return `${event.table}: failed, ${event.error.code} ${event.error.what}`
    case 'table-resumed':
      return `${event.table}: goes on, ${formatCount(event.rows)} rows in ${countOf(event.chunks, 'chunk')} are there`
    case 'table-restarted':
      return `${event.table}: starts over, ${event.why}`
    case 'table-retried': {
      const { code, what, why } = event.error
      return `${event.table}: tried again after ${code} ${what}${why === undefined ? '' : ` (${why})`}`
    }
    case 'locked':
      return `${event.table}: locked for ${(event.seconds * 1000).toFixed(1)} ms, to open ${event.snapshots} snapshots of one moment`
    case 'table-start':
    case 'rows':
    case 'phase':
      return undefined
  }
}

/** `3/14 tables, 1,200,000 of about 9,000,000 rows, 210,000 rows/s, 35 MB/s, ETA 37s; now a (copy), b (indexes)`. */
export function progressLine(tally: LoadTally): string {
  const { rows, expected, rowsPerSecond, bytesPerSecond } = tally.total()
  const eta = rowsPerSecond > 0 && expected > rows ? `, ETA ${formatSeconds((expected - rows) / rowsPerSecond)}` : ''
  const now = tally.active().map(({ table, phase }) => `${table} (${phase})`)
  return [
    `${tally.finished()}/${tally.tables.size} tables, ${formatCount(rows)} of about ${formatCount(expected)} rows`,
    `, ${formatCount(rowsPerSecond)} rows/s, ${formatBytes(bytesPerSecond)}/s${eta}`,
    now.length === 0 ? '' : `; now ${now.join(', ')}`,
  ].join('')
}

/** The numbers beside a table's bar. */
export function barText(
  tally: Pick<TableTally, 'rows' | 'phase' | 'rowsPerSecond' | 'bytesPerSecond'>,
  expected: number,
): string {
  if (tally.phase !== 'copy') return `${formatCount(tally.rows)} rows  ${tally.phase}`
  const left =
    tally.rowsPerSecond > 0 && expected > tally.rows ? (expected - tally.rows) / tally.rowsPerSecond : undefined
  const speed = `${formatCount(tally.rowsPerSecond)} rows/s  ${formatBytes(tally.bytesPerSecond)}/s`
  return `${formatCount(tally.rows)} rows  ${speed}${left === undefined ? '' : `  ETA ${formatSeconds(left)}`}`
}

/** What a load changed in values, a note each. */
export function lossNotes({
  table,
  losses,
  choices,
  asked,
}: ChangedValues & { readonly table: string }): readonly string[] {
  const chosen = Object.entries(choices).map(([column, type]) => {
    const why = asked[column] === undefined ? 'because of the values it holds' : 'as connectors/casts.json asks'
    return `${table}.${column}: ${type}, ${why}`
  })
  const lost = losses.map(({ column, zeroDates, nulCharacters }) => {
    const parts = [
      zeroDates > 0 ? `${formatCount(zeroDates)} zero or partial dates became NULL` : '',
      nulCharacters > 0 ? `${formatCount(nulCharacters)} NUL characters were removed` : '',
    ]
    return `${table}.${column}: ${parts.filter((part) => part !== '').join(', ')}`
  })
  return [...chosen, ...lost]
}
