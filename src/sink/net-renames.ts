import { formatTable } from '../core/table.ts'
import type { TableName } from '../core/table.ts'

export interface Rename {
  readonly from: TableName
  readonly to: TableName
}

/**
 * What a RENAME TABLE with several pairs does in the end: MariaDB renames from left to right, so that a swap goes through
 * a name that exists only in between. Tables that end where they were are left out.
 */
export function netRenames(pairs: readonly Rename[]): Rename[] {
  const origins = new Map<string, Rename>()
  for (const { from, to } of pairs) {
    const before = origins.get(formatTable(from))
    origins.delete(formatTable(from))
    origins.set(formatTable(to), { from: before?.from ?? from, to })
  }
  return [...origins.values()].filter(({ from, to }) => formatTable(from) !== formatTable(to))
}
