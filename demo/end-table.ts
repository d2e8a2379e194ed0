export interface EndRow {
  readonly database: string
  readonly tables: number
  readonly rowsLoaded: number
  readonly changesApplied: number
  /** Milliseconds, ascending. */
  readonly lags: readonly number[]
  /** What differs; empty: equal. */
  readonly differences: readonly string[]
}

/** The table at the end of the demo, as lines. */
export function endTable(rows: readonly EndRow[]): readonly string[] {
  const header = ['database', 'tables', 'rows loaded', 'changes applied', 'lag (median)', 'lag (worst)', 'equal']
  const cells = rows.map((row) => [
    row.database,
    String(row.tables),
    row.rowsLoaded.toLocaleString('en'),
    row.changesApplied.toLocaleString('en'),
    milliseconds(row.lags[Math.floor(row.lags.length / 2)]),
    milliseconds(row.lags.at(-1)),
    row.differences.length === 0 ? 'equal' : 'DIFFERENT',
  ])
  const sum = (of: (row: EndRow) => number): string =>
    rows.reduce((total, row) => total + of(row), 0).toLocaleString('en')
  const total = [
    'total',
    sum((row) => row.tables),
    sum((row) => row.rowsLoaded),
    sum((row) => row.changesApplied),
    '',
    '',
    '',
  ]
  const all = [header, ...cells, total]
  const widths = header.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)))
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) =>
        column === 0 || column === 6 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [line(header), rule, ...cells.map(line), rule, line(total)]
}

function milliseconds(value: number | undefined): string {
  if (value === undefined) return '-'
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}
