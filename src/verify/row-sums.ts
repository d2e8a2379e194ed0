import { must } from '../core/assert.ts'
import { quoteMariadb, quotePostgres } from '../core/quote.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { mariadbColumnText, mariadbRowHash, postgresColumnText, postgresRowHash } from '../mapping/row-text.ts'
import type { SameMoment } from './same-moment.ts'

// Each question is asked of both databases at the same time, and answered inside them: what travels is sums.
//
// A row is its hash: the md5 of the canonical texts of its columns. Rows are told apart by the hash of their key, so that
// keys of every type and collation are treated alike; a table without a key has the whole row as its key.

/** Rows of a part of a table: how many, and the sum of their hashes. Equal parts have equal sums. */
export interface PartSum {
  readonly rows: number
  /** Decimal. */
  readonly sum: string
}

export interface BothSides<T> {
  readonly source: T
  readonly target: T
}

/** The SQL of one table in both dialects. */
export interface TableSql {
  readonly table: MappedTable
  readonly mariadb: SideSql
  readonly postgres: SideSql
}

interface SideSql {
  readonly from: string
  readonly rowHash: string
  readonly keyHash: string
  /** 60 bits of a hash as a number; sums of it are exact in both databases. */
  number(hash: string): string
  readonly text: string
}

export function tableSql(table: MappedTable): TableSql {
  const keyColumns = table.key.map((at) => must(table.columns[at], 'key column'))
  const keyTable = { ...table, columns: keyColumns, key: keyColumns.map((_, i) => i) }
  const hasKey = keyColumns.length > 0
  const rowHash = { mariadb: mariadbRowHash(table), postgres: postgresRowHash(table) }
  return {
    table,
    mariadb: {
      from: quoteMariadb(table.source.database, table.source.table),
      rowHash: rowHash.mariadb,
      keyHash: hasKey ? mariadbRowHash(keyTable) : rowHash.mariadb,
      number: (hash) => `CAST(CONV(LEFT(${hash}, 15), 16, 10) AS UNSIGNED)`,
      text: 'CHAR',
    },
    postgres: {
      from: quotePostgres(table.schema, table.name),
      rowHash: rowHash.postgres,
      keyHash: hasKey ? postgresRowHash(keyTable) : rowHash.postgres,
      number: (hash) => `('x' || left(${hash}, 15))::bit(60)::bigint`,
      text: 'text',
    },
  }
}

/** The whole table on both sides. */
export async function sumTable(moment: SameMoment, sql: TableSql): Promise<BothSides<PartSum>> {
  const sums = await askBoth(moment, sql, ({ from, rowHash, number, text }) => {
    const sum = `CAST(COALESCE(SUM(${number(rowHash)}), 0) AS ${text})`
    return `SELECT 'all' AS part, CAST(COUNT(*) AS ${text}) AS n, ${sum} AS s FROM ${from}`
  })
  return { source: must(sums.source.get('all'), 'sum'), target: must(sums.target.get('all'), 'sum') }
}

/**
 * The table in parts by the first `digits` hexadecimal digits of the key's hash; only the parts `within`, if given (of
 * as many digits as their texts have).
 */
export async function sumParts(
  moment: SameMoment,
  sql: TableSql,
  { digits, within }: { readonly digits: number; readonly within: readonly string[] | undefined },
): Promise<BothSides<ReadonlyMap<string, PartSum>>> {
  return await askBoth(moment, sql, ({ from, rowHash, keyHash, number, text }) => {
    const where = within === undefined ? '' : ` WHERE ${isIn(`LEFT(${keyHash}, ${within[0]?.length ?? 0})`, within)}`
    return `SELECT LEFT(${keyHash}, ${digits}) AS part, CAST(COUNT(*) AS ${text}) AS n,
      CAST(SUM(${number(rowHash)}) AS ${text}) AS s FROM ${from}${where} GROUP BY 1`
  })
}

/** Canonical texts of the rows with these keys, by key hash. */
export async function fetchRows(
  moment: SameMoment,
  { table, mariadb, postgres }: TableSql,
  keyHashes: readonly string[],
): Promise<BothSides<ReadonlyMap<string, readonly (string | null)[]>>> {
  const columns = {
    source: table.columns.map((column, i) => `CAST(${mariadbColumnText(column)} AS CHAR) AS c${i}`),
    target: table.columns.map((column, i) => `${postgresColumnText(column)} AS c${i}`),
  }
  const select = (side: SideSql, texts: readonly string[]): string =>
    `SELECT DISTINCT ${side.keyHash} AS part, ${texts.join(', ')} FROM ${side.from} WHERE ${isIn(side.keyHash, keyHashes)}`
  const [source, target] = await Promise.all([
    moment.mariadb.query<Record<string, string | null>>(select(mariadb, columns.source)),
    moment.postgres.query<Record<string, string | null>>(select(postgres, columns.target)),
  ])
  const byHash = (rows: readonly Record<string, string | null>[]): ReadonlyMap<string, readonly (string | null)[]> =>
    new Map(rows.map((row) => [String(row['part']), table.columns.map((_, i) => row[`c${i}`] ?? null)]))
  return { source: byHash(source), target: byHash(target.rows) }
}

async function askBoth(
  moment: SameMoment,
  sql: TableSql,
  statement: (side: SideSql) => string,
): Promise<BothSides<ReadonlyMap<string, PartSum>>> {
  type Row = { readonly part: string; readonly n: string; readonly s: string }
  const [source, target] = await Promise.all([
    moment.mariadb.query<Row>(statement(sql.mariadb)),
    moment.postgres.query<Row>(statement(sql.postgres)),
  ])
  const byPart = (rows: readonly Row[]): ReadonlyMap<string, PartSum> =>
    new Map(rows.map(({ part, n, s }) => [part, { rows: Number(n), sum: s }]))
  return { source: byPart(source), target: byPart(target.rows) }
}

/** Hexadecimal digits only: nothing that would need quoting. */
function isIn(expression: string, hashes: readonly string[]): string {
  if (hashes.some((hash) => !/^[0-9a-f]+$/.test(hash))) throw new Error('BUG: not a hash')
  return `${expression} IN (${hashes.map((hash) => `'${hash}'`).join(', ')})`
}
