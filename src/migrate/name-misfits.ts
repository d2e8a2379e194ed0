import { must } from '../core/assert.ts'
import { CdcError } from '../core/errors.ts'
import { quoteMariadb } from '../core/quote.ts'
import { formatTable } from '../core/table.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'

const mostRows = 5

/** The same error (CDC-T08) with some of the rows whose value does not fit the cast, by their keys. */
export async function nameMisfits(
  connection: MariadbConnection,
  table: MappedTable,
  error: CdcError,
): Promise<CdcError> {
  const where = formatTable(table.source)
  const column = table.columns.find(({ source }) => error.where === `${where}.${source.name}`)
  const misfits = column?.type.misfits?.(column.source, column.choice)
  if (column === undefined || misfits === undefined) return error
  const shown = [...table.key.map((at) => must(table.columns[at], 'key column')), column]
  const name = quoteMariadb(column.source.name)
  const texts = shown.map(({ source }, i) => `CAST(${quoteMariadb(source.name)} AS CHAR) AS c${i}`)
  const condition = misfits(name)
  const from = quoteMariadb(table.source.database, table.source.table)
  const rows = await connection.query<Record<string, string | null>>(
    `SELECT ${texts.join(', ')} FROM ${from} WHERE ${condition} LIMIT ${mostRows}`,
  )
  return new CdcError(error.code, {
    ...{ where: error.where, what: error.what, why: error.why, fix: error.fix, cause: error },
    details: [
      ...rows.map((row) => `row: ${shown.map(({ source }, i) => `${source.name}=${row[`c${i}`]}`).join(', ')}`),
      `all of them: SELECT * FROM ${from} WHERE ${condition};`,
    ],
  })
}
