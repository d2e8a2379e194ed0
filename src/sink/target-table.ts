import { covers } from '../core/gtid.ts'
import type { Gtid } from '../core/gtid.ts'
import { formatTable } from '../core/table.ts'
import type { WireTable } from '../core/wire.ts'
import type { Losses } from '../mapping/column-type.ts'
import { CopyWriter } from '../mapping/copy-writer.ts'
import { mapTable } from '../mapping/mapped-table.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { compileBinlogEncoder } from '../mapping/row-encoder.ts'
import type { BinlogRowEncoder } from '../mapping/row-encoder.ts'
import type { LoadedTable } from '../state/tables.ts'
import { KeyedChanges, KeylessChanges } from './row-changes.ts'
import { tableStatements } from './table-statements.ts'
import type { TableStatements } from './table-statements.ts'

/** A table that the sink writes: its mapping, its SQL, and what the current batch changes in it. */
export interface TargetTable {
  readonly loaded: LoadedTable
  readonly mapped: MappedTable
  readonly statements: TableStatements
  /** `database.table`, for errors. */
  readonly label: string
  /** The target has a unique index besides its key. */
  readonly hasOtherUnique: boolean
  readonly changes: KeyedChanges | KeylessChanges
  /** Values that PostgreSQL could not hold as they were, per column, since the sink started. */
  readonly losses: readonly Losses[]
  /** Whether the load already contains what that transaction did. */
  contains(gtid: Gtid): boolean
  /** The encoder for rows of that shape. @throws CdcError CDC-D02 when the shape is not the table's. */
  encoderFor(wire: WireTable): BinlogRowEncoder
}

export interface TargetOptions {
  readonly quoteIdentifiers: boolean
  readonly statementId: number
  readonly hasOtherUnique: boolean
}

/** One scratch buffer serves all tables: a before image is done with before the next row. */
const scratch = new CopyWriter(1 << 14)

/** @throws CdcError or CdcErrors as `mapTable`. */
export function targetTable(loaded: LoadedTable, options: TargetOptions): TargetTable {
  const mapped = mapTable(loaded.definition, {
    schema: loaded.targetSchema,
    name: loaded.targetTable,
    quoteIdentifiers: options.quoteIdentifiers,
    choices: loaded.choices,
  })
  const losses = mapped.columns.map(() => ({ zeroDates: 0, nulCharacters: 0 }))
  const encoders = new Map<string, BinlogRowEncoder>()
  const width = mapped.columns.length
  return {
    loaded,
    mapped,
    losses,
    statements: tableStatements(mapped, options.statementId),
    label: formatTable(loaded),
    hasOtherUnique: options.hasOtherUnique,
    changes: mapped.key.length > 0 ? new KeyedChanges(width, mapped.key, scratch) : new KeylessChanges(width, scratch),
    contains: (gtid) => covers(loaded.low, gtid),
    encoderFor(wire) {
      const known = encoders.get(wire.fingerprint)
      if (known !== undefined) return known
      const made = compileBinlogEncoder(mapped, wire, losses)
      encoders.set(wire.fingerprint, made)
      return made
    },
  }
}
