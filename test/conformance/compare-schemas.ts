// Compares two PostgreSQL schemas table by table, type by type, value by value, by PostgreSQL's own text of them.
import type { Client } from 'pg'

/** What differs, and one example of it. */
export interface Difference {
  /** `table` or `table.column`, and what of it: type, value, rows, missing. */
  readonly place: string
  readonly example: string
}

interface Shape {
  /** Column -> type. */
  readonly columns: ReadonlyMap<string, string>
  readonly key: readonly string[]
}

type Row = Readonly<Record<string, string | null>>

/** All differences between two schemas, in the order of tables and columns. */
export async function compareSchemas(client: Client, left: string, right: string): Promise<readonly Difference[]> {
  await client.query(
    "SET TimeZone = 'UTC'; SET IntervalStyle = postgres; SET extra_float_digits = 1; SET DateStyle = ISO",
  )
  const [ours, theirs] = [await shapes(client, left), await shapes(client, right)]
  const found: Difference[] = []
  for (const table of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const [one, other] = [ours.get(table), theirs.get(table)]
    if (one === undefined || other === undefined) {
      found.push({ place: `${table} missing`, example: `in ${one === undefined ? left : right}` })
      continue
    }
    for (const column of new Set([...one.columns.keys(), ...other.columns.keys()])) {
      const [type, otherType] = [one.columns.get(column), other.columns.get(column)]
      const missing = type === undefined || otherType === undefined
      if (type === otherType) continue
      const example = `${type ?? 'nothing'} / ${otherType ?? 'nothing'}`
      found.push({ place: `${table}.${column} ${missing ? 'missing' : 'type'}`, example })
    }
    const columns = [...one.columns.keys()].filter((column) => other.columns.has(column))
    found.push(
      ...compareRows(table, columns, await read(client, left, table, one), await read(client, right, table, one)),
    )
  }
  return found
}

function compareRows(
  table: string,
  columns: readonly string[],
  left: ReadonlyMap<string, Row>,
  right: ReadonlyMap<string, Row>,
): Difference[] {
  const found: Difference[] = []
  const only = (from: ReadonlyMap<string, Row>, in_: ReadonlyMap<string, Row>): string[] =>
    [...from.keys()].filter((key) => !in_.has(key))
  const [onlyLeft, onlyRight] = [only(left, right), only(right, left)]
  if (onlyLeft.length + onlyRight.length > 0) {
    const some = (keys: readonly string[]): string => `${keys.length} (${keys.slice(0, 3).join(' ')})`
    found.push({ place: `${table} rows`, example: `only left ${some(onlyLeft)}, only right ${some(onlyRight)}` })
  }
  for (const column of columns) {
    const unequal = [...left].filter(([key, row]) => right.has(key) && row[column] !== right.get(key)?.[column])
    const [first] = unequal
    if (first === undefined) continue
    const [key, row] = first
    const [one, other] = [row[column], right.get(key)?.[column]].map((cell) => shown(cell))
    found.push({ place: `${table}.${column} value`, example: `${unequal.length} rows, ${key}: ${one} / ${other}` })
  }
  return found
}

function shown(cell: string | null | undefined): string {
  if (cell === null || cell === undefined) return 'NULL'
  return cell.length > 60 ? `${cell.slice(0, 60)}… (${cell.length})` : JSON.stringify(cell)
}

async function shapes(client: Client, schema: string): Promise<ReadonlyMap<string, Shape>> {
  const { rows } = await client.query<{ table: string; columns: [string, string][]; key: string[] | null }>(
    `SELECT c.relname AS table,
       (SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod)) ORDER BY attnum)
          FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
       (SELECT json_agg(a.attname) FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])
          WHERE i.indrelid = c.oid AND i.indisprimary) AS key
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'`,
    [schema],
  )
  return new Map(rows.map(({ table, columns, key }) => [table, { columns: new Map(columns), key: key ?? [] }]))
}

/** Rows by the text of their key. A table without a key has its whole row as one. */
async function read(
  client: Client,
  schema: string,
  table: string,
  { key, columns }: Shape,
): Promise<ReadonlyMap<string, Row>> {
  const name = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`
  const { rows } = await client.query<Record<string, unknown>>({
    text: `SELECT * FROM ${name}`,
    types: { getTypeParser: () => (text: string) => text },
  })
  const names = key.length > 0 ? key : [...columns.keys()]
  return new Map(
    rows.map((row) => [names.map((column) => String(row[column])).join('|'), row as Record<string, string | null>]),
  )
}
