import { formatPosition, reaches, samePosition, type GtidPosition } from '../core/gtid.ts'
import { quotePostgres } from '../core/quote.ts'
import { formatTable, type TableName } from '../core/table.ts'
import { nameInSchema } from '../mapping/ddl.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import { readForeignKeys, type ForeignKey } from '../mariadb/catalog-relations.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { sqlState } from '../postgres/error.ts'
import { readPositions } from '../state/position.ts'

export interface LoadedPart {
  readonly mapped: MappedTable
  readonly low: GtidPosition
  readonly high: GtidPosition
}

export interface ForeignKeysResult {
  readonly made: readonly string[]
  /** Those that could not be made, with the reason. */
  readonly left: readonly string[]
}

/**
 * Makes the source's foreign keys between tables that are loaded: NOT VALID first, which takes a lock for a moment only,
 * then VALIDATE. They are checked at the end of a transaction, because a batch of the stream is written table by table.
 *
 * Tables that were read at different moments fit together only when the stream has come past the last one.
 */
export async function addForeignKeys(
  source: MariadbConnection,
  target: PostgresConnection,
  { sink, tables }: { readonly sink: string; readonly tables: readonly LoadedPart[] },
): Promise<ForeignKeysResult> {
  const positions = (await readPositions(target, sink)).map(({ position }) => position)
  const byName = new Map(tables.map((table) => [formatTable(table.mapped.source).toLowerCase(), table]))
  const find = (name: TableName): LoadedPart | undefined => byName.get(formatTable(name).toLowerCase())
  const [made, left]: [string[], string[]] = [[], []]
  for (const database of new Set(tables.map(({ mapped }) => mapped.source.database))) {
    for (const key of await readForeignKeys(source, database)) {
      const child = find(key.table)
      if (child === undefined) continue
      const label = `${formatTable(key.table)}.${key.name}`
      const parent = find(key.parent)
      const obstacle =
        parent === undefined ? `${formatTable(key.parent)} is not among the tables` : hinders(key, parent)
      if (parent === undefined || obstacle !== undefined) left.push(`${label}: ${obstacle}`)
      else if (!fitTogether([child, parent], positions)) {
        const high = formatPosition(child.high)
        left.push(`${label}: its tables were read at different moments; run this again when the sink is past ${high}`)
      } else {
        const failed = await addForeignKey(target, key, { child: child.mapped, parent: parent.mapped })
        if (failed === undefined) made.push(label)
        else left.push(`${label}: ${failed}`)
      }
    }
  }
  return { made, left }
}

/** PostgreSQL refers only to what is unique, and the target has one unique index: the key's. */
function hinders(key: ForeignKey, { mapped }: LoadedPart): string | undefined {
  const unique = mapped.source.key.map((name) => name.toLowerCase()).sort()
  const wanted = key.parentColumns.map((name) => name.toLowerCase()).sort()
  if (unique.join('\0') === wanted.join('\0')) return undefined
  return `${key.parentColumns.join(', ')} is not the key of ${formatTable(key.parent)}`
}

function fitTogether(tables: readonly LoadedPart[], applied: readonly GtidPosition[]): boolean {
  const [first] = tables
  const oneMoment = tables.every(({ low, high }) => samePosition(low, high) && samePosition(low, first?.low ?? low))
  return oneMoment || tables.every(({ high }) => applied.some((position) => reaches(position, high)))
}

/** @returns why it is not there, or not valid */
async function addForeignKey(
  connection: PostgresConnection,
  key: ForeignKey,
  { child, parent }: { readonly child: MappedTable; readonly parent: MappedTable },
): Promise<string | undefined> {
  const table = quotePostgres(child.schema, child.name)
  const name = nameInSchema(key.name)
  const { rowCount } = await connection.query(
    'SELECT FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2',
    [...[table, name]],
  )
  const quoted = quotePostgres(name)
  try {
    if (rowCount === 0) {
      await connection.query(
        `ALTER TABLE ${table} ADD CONSTRAINT ${quoted} FOREIGN KEY (${names(child, key.columns)})
           REFERENCES ${quotePostgres(parent.schema, parent.name)} (${names(parent, key.parentColumns)})
           DEFERRABLE INITIALLY DEFERRED NOT VALID`,
      )
    }
    await connection.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoted}`)
    return undefined
  } catch (thrown) {
    // 23503: a row without its parent; 42804, 42830: types that cannot be compared, nothing unique to refer to.
    if (!['23503', '42804', '42830'].includes(sqlState(thrown) ?? '')) throw thrown
    await connection.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${quoted}`)
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}

function names(table: MappedTable, columns: readonly string[]): string {
  return columns
    .map((name) => table.columns.find(({ source }) => source.name.toLowerCase() === name.toLowerCase())?.name ?? name)
    .map((name) => quotePostgres(name))
    .join(', ')
}
