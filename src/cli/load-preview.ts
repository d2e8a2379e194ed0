// What `cdc migrate --dry-run` prints.
import type { LoadPreview } from '../migrate/dry-run.ts'
import type { Output } from './output.ts'
import { countOf, formatBytes, formatCount, formatSeconds } from './quantities.ts'
import { formatTextTable } from './text-table.ts'

export function showPreview(output: Output, database: string, preview: LoadPreview, verbose: boolean): void {
  output.result({ database, dryRun: true, ...preview }, () => previewText(preview, verbose))
  for (const note of preview.notes) output.note(note)
  for (const { table, why, action } of preview.tables) {
    if (action === 'refuse') output.note(`${table} would be refused: ${why}`)
  }
}

function previewText({ tables, notCopied, copySeconds, sampleRows }: LoadPreview, verbose: boolean): string {
  const right = { align: 'right' } as const
  const columns = [
    { title: 'TABLE' },
    { title: 'TARGET' },
    { title: 'ROWS', ...right },
    { title: 'BYTES', ...right },
    { title: 'CHUNKS', ...right },
    { title: 'WHAT' },
  ]
  const rows = tables.map(({ table, target, rows, bytes, chunks, action, why, overwrites }) => [
    ...[table, target, `~${formatCount(rows)}`, formatBytes(bytes), chunks === 1 ? '1' : `~${chunks}`],
    [action, overwrites ? 'OVERWRITES ROWS' : '', why ?? ''].filter((part) => part !== '').join(', '),
  ])
  const lines = [formatTextTable(columns, rows)]
  if (verbose) {
    for (const { table, columns: all, indexesLeftOut } of tables) {
      lines.push('', table, ...all.map(({ name, from, to }) => `  ${name}: ${from} -> ${to}`))
      if (indexesLeftOut.length > 0) lines.push(`  no such index in PostgreSQL: ${indexesLeftOut.join(', ')}`)
    }
  }
  if (notCopied.length > 0) {
    lines.push('', `not copied: ${notCopied.map(({ table, kind }) => `${table} (${kind})`).join(', ')}`)
  }
  const time =
    copySeconds === undefined
      ? 'how long it takes cannot be said: there was nothing to take a sample of'
      : `about ${formatSeconds(copySeconds)} to copy, by a sample of ${countOf(sampleRows, 'row')}; indexes come on top`
  lines.push('', time, verbose ? '' : 'target types: -v')
  return lines.filter((line, i) => line !== '' || i < lines.length - 1).join('\n')
}
