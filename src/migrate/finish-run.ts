import { connectMariadb } from '../mariadb/connection.ts'
import { connectPostgres } from '../postgres/connection.ts'
import { addForeignKeys } from './add-foreign-keys.ts'
import { addSequences } from './add-sequences.ts'
import { loadApplicationName } from './load-session.ts'
import type { MigrateOptions } from './load-options.ts'
import { mapPlanned, type PlannedTable } from './load-plan.ts'
import type { LoadedTableReport } from './progress.ts'

/** What is made when all tables are loaded, when it was asked for: sequences and foreign keys. */
export async function finishRun(
  options: MigrateOptions,
  loaded: readonly { readonly planned: PlannedTable; readonly report: LoadedTableReport }[],
): Promise<void> {
  const { source, sink, signal, withSequences, withForeignKeys, onEvent } = options
  if (!withSequences && !withForeignKeys) return
  await using mariadb = await connectMariadb(source, { signal, where: source.name })
  const applicationName = loadApplicationName(sink)
  await using postgres = await connectPostgres(sink.postgres, { applicationName, where: sink.name, signal })
  const tables = loaded.map(({ planned, report }) => ({
    mapped: mapPlanned(planned.source, planned.target, sink, report.choices),
    low: report.low,
    high: report.high,
  }))
  if (withSequences) {
    const made = await addSequences(
      mariadb,
      postgres,
      tables.map(({ mapped }) => mapped),
    )
    const text = made.length === 0 ? 'no table has an AUTO_INCREMENT column' : `sequences: ${made.join(', ')}`
    onEvent({ kind: 'note', text })
  }
  if (withForeignKeys) {
    const { made, left } = await addForeignKeys(mariadb, postgres, { sink: sink.name, tables })
    onEvent({ kind: 'note', text: made.length === 0 ? 'no foreign key was made' : `foreign keys: ${made.join(', ')}` })
    for (const text of left) onEvent({ kind: 'note', text: `not made: ${text}` })
  }
}
