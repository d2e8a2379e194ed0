import { stripVTControlCharacters } from 'node:util'

export interface TextColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Rows under their titles, two spaces between columns, no borders, nothing after the last character of a line. */
export function formatTextTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map((column) => column.title), ...rows]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => width(line[i] ?? ''))))
  return lines
    .map((line) =>
      columns
        .map((column, i) => {
          const cell = line[i] ?? ''
          const padding = ' '.repeat((widths[i] ?? 0) - width(cell))
          return column.align === 'right' ? padding + cell : cell + padding
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Colours take no room. */
function width(text: string): number {
  return stripVTControlCharacters(text).length
}

/** One line of at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`
}
