import { must } from '../core/assert.ts'
import { literalPostgres, quotePostgres } from '../core/quote.ts'
import { formatTable } from '../core/table.ts'
import { nameInSchema } from '../mapping/ddl.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import { readAutoIncrements } from '../mariadb/catalog-relations.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

/** The largest number of a sequence of PostgreSQL; BIGINT UNSIGNED goes further. */
const last = 9_223_372_036_854_775_807n

/**
 * Gives the targets of AUTO_INCREMENT columns a sequence that goes on behind the highest value of both sides. Can be
 * repeated: the stream does not move sequences. Returns the names of the columns.
 */
export async function addSequences(
  source: MariadbConnection,
  target: PostgresConnection,
  tables: readonly MappedTable[],
): Promise<readonly string[]> {
  const byName = new Map(tables.map((table) => [formatTable(table.source), table]))
  const done: string[] = []
  for (const database of new Set(tables.map((table) => table.source.database))) {
    for (const { table: name, column: columnName, next } of await readAutoIncrements(source, database)) {
      const table = byName.get(formatTable(name))
      if (table === undefined) continue
      const column = must(
        table.columns.find((column) => column.source.name === columnName),
        'AUTO_INCREMENT column',
      )
      await addSequence(target, table, { column: column.name, next })
      done.push(`${formatTable(name)}.${columnName}`)
    }
  }
  return done
}

async function addSequence(
  connection: PostgresConnection,
  table: MappedTable,
  { column, next }: { readonly column: string; readonly next: string },
): Promise<void> {
  const sequence = quotePostgres(table.schema, nameInSchema(`${table.name}_${column}_seq`))
  const [name, quoted] = [quotePostgres(table.schema, table.name), quotePostgres(column)]
  const start = BigInt(next) > last ? last : BigInt(next)
  await connection.query(
    [
      `CREATE SEQUENCE IF NOT EXISTS ${sequence} OWNED BY ${name}.${quoted}`,
      `ALTER TABLE ${name} ALTER COLUMN ${quoted} SET DEFAULT nextval(${literalPostgres(sequence)})`,
      `SELECT setval(${literalPostgres(sequence)},
         least(greatest(${start}::numeric, (SELECT max(${quoted})::numeric + 1 FROM ${name})), ${last})::bigint, false)`,
    ].join(';\n'),
  )
}
