import type { SinkConfig, TargetName } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { formatTable, type SourceTable } from '../core/table.ts'
import { askedChoices, type Choices } from '../mapping/casts.ts'
import { mapTable, type MappedTable } from '../mapping/mapped-table.ts'
import { uncapturedParents } from '../mariadb/captured-tables.ts'
import type { TableSize } from './table-sizes.ts'

/** A table that is to be loaded. */
export interface PlannedTable {
  readonly source: SourceTable
  readonly target: TargetName
  /** Estimates of the source's statistics. */
  readonly rows: number
  readonly bytes: number
}

/** The target of a source table by collection.name.format. */
export function targetOf(table: SourceTable, source: SourceConfig, sink: SinkConfig): TargetName {
  return sink.targetName(table.database, table.table, source.topicName(table.database, table.table))
}

/** The casts of a table that the user asked for. @throws CdcErrors CDC-T10; CdcError CDC-T11 */
export function askedOf(source: SourceTable, { casts }: SinkConfig): Choices {
  return askedChoices(source, (column) => casts.of(source.database, source.table, column))
}

/**
 * `choices`: when the data was looked at; else what was asked for.
 * @throws CdcError, CdcErrors: CDC-T01, CDC-T04, CDC-T05, CDC-T10, CDC-T11
 */
export function mapPlanned(
  source: SourceTable,
  target: TargetName,
  sink: SinkConfig,
  choices: Choices = askedOf(source, sink),
): MappedTable {
  const { quoteIdentifiers } = sink
  return mapTable(source, { schema: target.schema, name: target.table, quoteIdentifiers, choices })
}

/**
 * The order of a load: biggest first, so that the last to end is a small one. Every table is mapped here, before
 * anything is written, and everything that is wrong is told at once.
 * @throws CdcError, CdcErrors: CDC-T01 (a type), CDC-T04 (a name), CDC-T05 (two tables with one target), CDC-T07 (a foreign
 * key), CDC-T10 and CDC-T11 (casts)
 */
export function planLoad(
  tables: readonly SourceTable[],
  sizes: ReadonlyMap<string, TableSize>,
  { source, sink }: { readonly source: SourceConfig; readonly sink: SinkConfig },
): readonly PlannedTable[] {
  const errors: CdcError[] = []
  const planned = new Map<string, PlannedTable>()
  for (const table of tables) {
    const target = targetOf(table, source, sink)
    errors.push(...uncapturedParents(table, source))
    const targetText = `${target.schema}.${target.table}`
    const other = planned.get(targetText)
    if (other !== undefined) {
      errors.push(
        new CdcError('CDC-T05', {
          where: sink.name,
          what: `${formatTable(other.source)} and ${formatTable(table)} would both be written to ${targetText}`,
          fix: 'name the target after ${source.schema} too in collection.name.format, or set quote.identifiers=true',
        }),
      )
      continue
    }
    try {
      mapPlanned(table, target, sink)
    } catch (thrown) {
      if (thrown instanceof CdcErrors) errors.push(...thrown.errors)
      else if (thrown instanceof CdcError) errors.push(thrown)
      else throw thrown
    }
    const { rows, bytes } = sizes.get(formatTable(table)) ?? { rows: 0, bytes: 0 }
    planned.set(targetText, { source: table, target, rows, bytes })
  }
  if (errors.length > 1) throw new CdcErrors(errors)
  if (errors[0] !== undefined) throw errors[0]
  return [...planned.values()].sort((a, b) => b.bytes - a.bytes || b.rows - a.rows)
}
