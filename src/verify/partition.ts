import { must } from '../core/assert.ts'
import { quoteMariadb, quotePostgres } from '../core/quote.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { mariadbRowHash, postgresRowHash } from '../mapping/row-text.ts'

// A row is its hash: the md5 of the canonical texts of its columns. Rows are told apart by the hash of their key, so that
// keys of every type and collation are treated alike; a table without a key has the whole row as its key.

/** The words of one dialect for one table. */
export interface SideSql {
  readonly from: string
  readonly rowHash: string
  readonly keyHash: string
  /** The first column of the key, if it is a whole number. */
  readonly integerKey: string | undefined
  /** The type of texts in CAST. */
  readonly text: string
  /** 60 bits of a hash as a number; sums of it are exact in both databases. */
  number(hash: string): string
  /** Whole-number division towards zero, as text. */
  divide(column: string, width: bigint): string
}

/** The SQL of one table in both dialects. */
export interface TableSql {
  readonly table: MappedTable
  readonly mariadb: SideSql
  readonly postgres: SideSql
}

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint'])

export function tableSql(table: MappedTable): TableSql {
  const keyColumns = table.key.map((at) => must(table.columns[at], 'key column'))
  const keyTable = { ...table, columns: keyColumns, key: keyColumns.map((_, i) => i) }
  const hasKey = keyColumns.length > 0
  const [first] = keyColumns
  const integer = first !== undefined && integers.has(first.source.type) && first.postgresType !== 'boolean'
  const [mariadbHash, postgresHash] = [mariadbRowHash(table), postgresRowHash(table)]
  return {
    table,
    mariadb: {
      from: quoteMariadb(table.source.database, table.source.table),
      rowHash: mariadbHash,
      keyHash: hasKey ? mariadbRowHash(keyTable) : mariadbHash,
      integerKey: integer ? quoteMariadb(first.source.name) : undefined,
      text: 'CHAR',
      number: (hash) => `CAST(CONV(LEFT(${hash}, 15), 16, 10) AS UNSIGNED)`,
      divide: (column, width) => `CAST(${column} DIV ${width} AS CHAR)`,
    },
    postgres: {
      from: quotePostgres(table.schema, table.name),
      rowHash: postgresHash,
      keyHash: hasKey ? postgresRowHash(keyTable) : postgresHash,
      integerKey: integer ? quotePostgres(first.name) : undefined,
      text: 'text',
      number: (hash) => `('x' || left(${hash}, 15))::bit(60)::bigint`,
      divide: (column, width) => `div(${column}::numeric, ${width})::text`,
    },
  }
}

/** A way to cut a table into parts that both databases name alike. */
export interface Partition {
  /** SQL for the name of the part that a row lies in. */
  part(side: SideSql): string
  /** SQL for: the row lies in one of these parts. */
  within(side: SideSql, parts: readonly string[]): string
}

export const wholeTable: Partition = { part: () => `'all'`, within: () => '1 = 1' }

/** By the first hexadecimal digits of the key's hash: parts of equal size, found only by reading all rows. */
export function byKeyHash(digits: number): Partition {
  const part = ({ keyHash }: SideSql): string => `LEFT(${keyHash}, ${digits})`
  return { part, within: (side, parts) => isIn(part(side), parts) }
}

/** By ranges of `width` numbers of the key's first column: rows of a part are found by the index. */
export function byKeyRange(width: bigint): Partition {
  const column = ({ integerKey }: SideSql): string => must(integerKey, 'integer key')
  return {
    part: (side) => side.divide(column(side), width),
    within: (side, parts) => {
      const ranges = joinRanges(parts.map((part) => rangeOf(BigInt(part), width)))
      const conditions = ranges.map(({ first, last }) => `${column(side)} BETWEEN ${first} AND ${last}`)
      return `(${conditions.join(' OR ')})`
    },
  }
}

interface NumberRange {
  readonly first: bigint
  readonly last: bigint
}

/** Division goes towards zero: the part around it is twice as wide. */
function rangeOf(part: bigint, width: bigint): NumberRange {
  return {
    first: part <= 0n ? (part - 1n) * width + 1n : part * width,
    last: part >= 0n ? (part + 1n) * width - 1n : part * width,
  }
}

/** Ranges that touch become one: a condition of a thousand ranges is slow. */
function joinRanges(ranges: readonly NumberRange[]): readonly NumberRange[] {
  const joined: NumberRange[] = []
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = joined.at(-1)
    if (before !== undefined && range.first <= before.last + 1n)
      joined[joined.length - 1] = { ...before, last: range.last }
    else joined.push(range)
  }
  return joined
}

/** Hexadecimal digits only: nothing that would need quoting. */
export function isIn(expression: string, hashes: readonly string[]): string {
  if (hashes.some((hash) => !/^[0-9a-f]+$/.test(hash))) throw new Error('BUG: not a hash')
  return `${expression} IN (${hashes.map((hash) => `'${hash}'`).join(', ')})`
}
