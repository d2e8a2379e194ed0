import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { usualLoadOptions, type MigrateOptions } from '../migrate/load-options.ts'
import type { LoadedTableReport } from '../migrate/progress.ts'
import type { CommandContext } from './context.ts'
import { createLoadDisplay } from './load-display.ts'
import { createLoadEnds, formatLoadEnds } from './load-ends.ts'
import type { TableEnd } from './load-ends.ts'
import { lossNotes } from './load-text.ts'

/** What a user may say of a load. */
export type LoadOptions = Omit<MigrateOptions, 'source' | 'sink' | 'signal' | 'log' | 'onEvent'>

export const defaultLoadOptions: LoadOptions = {
  ...usualLoadOptions,
  tables: 'all',
  maxWorkers: 2,
  chunkWorkers: 4,
  batchSize: 100_000,
  threshold: 1_000_000,
  replace: false,
}

export interface LoadResult {
  readonly tables: readonly LoadedTableReport[]
  readonly ends: readonly TableEnd[]
}

/** Runs the bulk load with its progress shown. @throws what `migrate` throws, after a table of how each table has ended */
export async function loadStep(
  context: CommandContext,
  { source, sink }: { source: SourceConfig; sink: SinkConfig },
  options: LoadOptions,
): Promise<LoadResult> {
  const { output, signal } = context
  const [{ migrate }, log] = await Promise.all([import('../migrate/migrate.ts'), context.logger()])
  const ends = createLoadEnds()
  const changed: string[] = []
  const load = async (): Promise<readonly LoadedTableReport[]> => {
    using display = await createLoadDisplay(output)
    const { tables } = await migrate({
      ...options,
      ...{ source, sink, signal, log },
      onEvent(event) {
        ends.add(event)
        if (event.kind === 'table-done') changed.push(...lossNotes({ table: event.table, ...event.changed }))
        display.show(event)
      },
    })
    return tables
  }
  try {
    return { tables: await load(), ends: ends.list() }
  } catch (thrown) {
    if (signal.aborted) output.message('stopped; what is done is kept, the same command goes on with it')
    else if (output.format === 'human' && ends.list().length > 0) output.line(formatLoadEnds(ends.list()))
    throw thrown
  } finally {
    for (const note of changed) output.note(note)
  }
}
