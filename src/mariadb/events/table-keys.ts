import type { SourceColumn, SourceIndex } from '../../core/table.ts'
import type { KeyClause } from './key-definition.ts'
import { Unreadable } from './token-reader.ts'

/** The indexes that a table gets from its keys, in the server's order, the primary key (`PRIMARY`) first. */
export function describeIndexes(keys: readonly KeyClause[], columns: readonly SourceColumn[]): SourceIndex[] {
  const taken = new Set<string>()
  const indexes: SourceIndex[] = []
  for (const key of keys.filter((candidate, i) => !isCovered(candidate, i, keys))) {
    const name = key.kind === 'primary' ? 'PRIMARY' : (key.name ?? freeName(key.columns[0]?.name ?? '', taken))
    taken.add(name.toLowerCase())
    indexes.push(describeIndex({ ...key, name }, name, columns))
  }
  const rank = (index: SourceIndex): number => {
    if (index.name === 'PRIMARY') return 0
    if (!index.unique) return 3
    return findsRows(index, columns) ? 1 : 2
  }
  return indexes.sort((a, b) => rank(a) - rank(b))
}

export function describeIndex(key: KeyClause, name: string, columns: readonly SourceColumn[]): SourceIndex {
  const described = key.columns.map((part) => {
    const column = findColumn(part.name, columns)
    if (column === undefined) throw new Unreadable(`a key over ${part.name}, which is not a column`)
    const whole = part.prefix !== null && part.prefix === column.length
    return { ...part, name: column.name, prefix: whole ? null : part.prefix }
  })
  return { name, unique: key.kind === 'primary' || key.kind === 'unique', columns: described, method: key.method }
}

/**
 * The columns by which a row is found: the primary key, else the first unique index whose columns are all NOT NULL and
 * whole. `from` is that index.
 */
export function chooseKey(
  indexes: readonly SourceIndex[],
  columns: readonly SourceColumn[],
): { key: string[]; from: SourceIndex | undefined } {
  const primary = indexes.find((index) => index.name === 'PRIMARY')
  const from = primary ?? indexes.find((index) => index.unique && findsRows(index, columns))
  return { key: from?.columns.map(({ name }) => name) ?? [], from }
}

function findsRows(index: SourceIndex, columns: readonly SourceColumn[]): boolean {
  return index.columns.every(({ name, prefix }) => prefix === null && findColumn(name, columns)?.nullable === false)
}

/** Column names know no letter case. */
export function findColumn(name: string, columns: readonly SourceColumn[]): SourceColumn | undefined {
  return columns.find((column) => column.name.toLowerCase() === name.toLowerCase())
}

/** A foreign key makes no index of its own where another key begins with its columns. */
function isCovered(key: KeyClause, position: number, keys: readonly KeyClause[]): boolean {
  if (!key.generated) return false
  const wanted = key.columns.map(({ name }) => name.toLowerCase())
  return keys.some((other, i) => {
    if (i === position || (other.generated && i > position)) return false
    return wanted.every((name, n) => other.columns[n]?.name.toLowerCase() === name)
  })
}

function freeName(column: string, taken: ReadonlySet<string>): string {
  // PRIMARY is the primary key's own name.
  if (!taken.has(column.toLowerCase()) && column.toLowerCase() !== 'primary') return column
  for (let i = 2; ; i++) if (!taken.has(`${column}_${i}`.toLowerCase())) return `${column}_${i}`
}
