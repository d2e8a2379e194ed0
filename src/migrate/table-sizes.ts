import { quoteMariadb } from '../core/quote.ts'
import { formatTable, type TableName } from '../core/table.ts'
import type { Captures } from '../mariadb/captured-tables.ts'
import { listTables, type ListedKind } from '../mariadb/catalog.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'

/** Estimates of the storage engine; InnoDB's rows may be off by a third. */
export interface TableSize {
  readonly rows: number
  readonly bytes: number
}

/** Something that has a table's name and is not copied. */
export interface NotCopied {
  readonly table: string
  readonly kind: ListedKind
}

export interface Listed {
  /** By `database.table`. */
  readonly sizes: ReadonlyMap<string, TableSize>
  readonly notCopied: readonly NotCopied[]
}

export async function listSource(
  connection: MariadbConnection,
  databases: Iterable<string>,
  captures: Pick<Captures, 'capturesTable'>,
): Promise<Listed> {
  const sizes = new Map<string, TableSize>()
  const notCopied: NotCopied[] = []
  for (const database of databases) {
    for (const listed of await listTables(connection, database)) {
      if (listed.kind === 'table') sizes.set(formatTable(listed), listed)
      else if (captures.capturesTable(database, listed.table)) {
        notCopied.push({ table: formatTable(listed), kind: listed.kind })
      }
    }
  }
  return { sizes, notCopied }
}

/**
 * Whether a table has more rows than the threshold. The estimate decides where it is far from it; near it rows are
 * counted, up to the threshold.
 */
export async function exceedsThreshold(
  connection: MariadbConnection,
  table: TableName,
  { estimate, threshold }: { readonly estimate: number; readonly threshold: number },
): Promise<boolean> {
  if (estimate > threshold * 2) return true
  if (estimate < threshold / 2 && threshold > 1000) return false
  const name = quoteMariadb(table.database, table.table)
  const [row] = await connection.query<{ n: string }>(
    `SELECT CAST(COUNT(*) AS CHAR) AS n FROM (SELECT 1 FROM ${name} LIMIT ${threshold + 1}) AS counted`,
  )
  return Number(row?.n ?? 0) > threshold
}
