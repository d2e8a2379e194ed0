// Compares tables of both databases without a line of the product: whatever it believes of itself, this looks.
import type { QueryArrayResult } from 'pg'
import type { MariadbServer } from './start-mariadb.ts'
import type { PostgresServer } from './start-postgres.ts'
import { waitFor } from './wait-for.ts'

export interface TablePair {
  readonly mariadb: MariadbServer
  readonly postgres: PostgresServer
  /** MariaDB's database. */
  readonly database: string
  readonly table: string
  /** Target schema, `mp_cdc` when left out. */
  readonly schema?: string
  /** Target table; the name in lower case when left out. */
  readonly target?: string
}

interface ColumnRow {
  readonly name: string
  readonly type: string
  readonly bits: number | null
}

type Cell = string | null

/** Waits until the tables hold the same rows. @throws Error that shows how they differ after `timeoutMs`. */
export async function waitForEqual(pair: TablePair, timeoutMs = 60_000): Promise<void> {
  const name = `${pair.database}.${pair.table}`
  let last: readonly string[] = []
  try {
    await waitFor(
      async () => {
        last = await differences(pair)
        return last.length === 0
      },
      { timeoutMs, what: `${name} to be equal`, everyMs: 200 },
    )
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${last.join('\n')}`, { cause: error })
  }
}

/** The rows that only one side has, at most `limit` of each; empty: equal, as multisets. */
export async function differences(pair: TablePair, limit = 5): Promise<readonly string[]> {
  const columns = await pair.mariadb.query<ColumnRow>(
    `SELECT column_name AS name, data_type AS type, numeric_precision AS bits FROM information_schema.columns
      WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`,
    [pair.database, pair.table],
  )
  if (columns.length === 0) throw new Error(`${pair.database}.${pair.table} does not exist`)
  const source = await sourceRows(pair, columns)
  const target = await targetRows(pair, columns)
  const counts = new Map<string, number>()
  for (const row of source) counts.set(row, (counts.get(row) ?? 0) + 1)
  for (const row of target) counts.set(row, (counts.get(row) ?? 0) - 1)
  const onlySource = [...counts].filter(([, count]) => count > 0).map(([row]) => row)
  const onlyTarget = [...counts].filter(([, count]) => count < 0).map(([row]) => row)
  if (onlySource.length === 0 && onlyTarget.length === 0) return []
  return [
    `${pair.database}.${pair.table}: ${source.length} rows in MariaDB, ${target.length} in PostgreSQL; ${onlySource.length} only there, ${onlyTarget.length} only here`,
    ...onlySource
      .sort()
      .slice(0, limit)
      .map((row) => `  MariaDB only:    ${row}`),
    ...onlyTarget
      .sort()
      .slice(0, limit)
      .map((row) => `  PostgreSQL only: ${row}`),
  ]
}

async function sourceRows(pair: TablePair, columns: readonly ColumnRow[]): Promise<readonly string[]> {
  const quoted = columns.map(({ name, type }) => {
    const column = `\`${name.replaceAll('`', '``')}\``
    // The text of a FLOAT has only six digits; as a DOUBLE it shows all.
    return type === 'float' ? `CAST(${column} AS DOUBLE)` : column
  })
  const connection = await pair.mariadb.connect({
    rowsAsArray: true,
    typeCast: (field) => field.buffer(),
  })
  try {
    await connection.query("SET time_zone = '+00:00'")
    const [rows] = await connection.query<never>(
      `SELECT ${quoted.join(', ')} FROM \`${pair.database}\`.\`${pair.table}\``,
    )
    const cells = rows as readonly (readonly (Buffer | null)[])[]
    return cells.map((row) =>
      JSON.stringify(
        row.map((cell, at) =>
          cell === null ? null : sourceCell(cell, columns[at]?.type ?? '', columns[at]?.bits ?? 1),
        ),
      ),
    )
  } finally {
    await connection.end()
  }
}

async function targetRows(pair: TablePair, columns: readonly ColumnRow[]): Promise<readonly string[]> {
  const client = await pair.postgres.connect()
  try {
    await client.query(
      "SET TimeZone = 'UTC'; SET IntervalStyle = postgres; SET extra_float_digits = 1; SET DateStyle = ISO",
    )
    const table = `"${pair.schema ?? 'mp_cdc'}"."${pair.target ?? pair.table.toLowerCase()}"`
    // In MariaDB's order of columns; names are folded as the target's are unless it has the name as it is.
    const { rows: known } = await client.query<{ name: string }>(
      'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2',
      [pair.schema ?? 'mp_cdc', pair.target ?? pair.table.toLowerCase()],
    )
    const names = new Set(known.map(({ name }) => name))
    const missing = columns.filter(({ name }) => !names.has(name) && !names.has(name.toLowerCase()))
    if (names.size === 0) throw new Error(`${table} does not exist`)
    if (missing.length > 0) throw new Error(`${table} lacks ${missing.map(({ name }) => name).join(', ')}`)
    if (names.size !== columns.length)
      throw new Error(`${table} has ${names.size} columns, the source ${columns.length}`)
    const list = columns.map(({ name }) => `"${names.has(name) ? name : name.toLowerCase()}"`).join(', ')
    const result: QueryArrayResult<(string | null)[]> = await client.query({
      text: `SELECT ${list} FROM ${table}`,
      rowMode: 'array',
      types: { getTypeParser: () => (text: string) => text },
    })
    return result.rows.map((row) =>
      JSON.stringify(row.map((cell, at) => (cell === null ? null : targetCell(cell, columns[at]?.type ?? '')))),
    )
  } finally {
    await client.end()
  }
}

const integerTypes = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'])
const binaryTypes = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'])
const timeTypes = new Set(['date', 'datetime', 'timestamp', 'time'])

function sourceCell(cell: Buffer, type: string, bits: number): Cell {
  if (type === 'bit') {
    const value = BigInt(`0x${cell.toString('hex')}`)
    return bits === 1 ? String(value) : value.toString(2).padStart(bits, '0')
  }
  if (binaryTypes.has(type)) return cell.toString('hex')
  const text = cell.toString('utf8')
  if (integerTypes.has(type)) return BigInt(text).toString()
  if (type === 'float') return String(Math.fround(Number(text)))
  if (type === 'double') return String(Number(text))
  if (timeTypes.has(type)) {
    // Zero and partial dates have no counterpart: NULL.
    if (type !== 'time' && /^\d{4}-(00-|\d\d-00)/.test(text)) return null
    return withoutTrailingZeros(text)
  }
  return text.replaceAll('\0', '')
}

function targetCell(cell: string, type: string): Cell {
  if (type === 'bit' || integerTypes.has(type)) return cell === 't' ? '1' : cell === 'f' ? '0' : cell
  if (binaryTypes.has(type)) return cell.replace(/^\\x/, '')
  if (type === 'float') return String(Math.fround(Number(cell)))
  if (type === 'double') return String(Number(cell))
  if (timeTypes.has(type)) {
    const text = cell.replace(/\+00$/, '')
    return withoutTrailingZeros(text.endsWith(' BC') ? text.replace(/^0001/, '0000').slice(0, -3) : text)
  }
  return cell
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
