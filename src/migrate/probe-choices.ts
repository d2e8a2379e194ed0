import { quoteMariadb } from '../core/quote.ts'
import type { Choices } from '../mapping/casts.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'

/**
 * Looks, in one scan, whether the usual target types can hold what the table holds, and adds to the casts that were asked
 * for those that the data needs. The connection's snapshot is the one that is copied. No scan is made when no column
 * leaves a choice.
 */
export async function probeChoices(
  connection: MariadbConnection,
  table: MappedTable,
  asked: Choices,
): Promise<Choices> {
  const probes = table.columns.flatMap(({ source, type }) => {
    const misfits = asked[source.name] === undefined ? type.misfits?.(source, undefined) : undefined
    if (misfits === undefined || type.roomier === undefined) return []
    return [{ column: source.name, choice: type.roomier, condition: misfits(quoteMariadb(source.name)) }]
  })
  if (probes.length === 0) return asked
  const found = probes.map(({ condition }, i) => `MAX(CASE WHEN ${condition} THEN 1 ELSE 0 END) AS c${i}`)
  const { database, table: name } = table.source
  const [row] = await connection.query<Record<string, number | string | null>>(
    `SELECT ${found.join(', ')} FROM ${quoteMariadb(database, name)}`,
  )
  const choices: Record<string, string> = { ...asked }
  for (const [i, { column, choice }] of probes.entries()) {
    if (Number(row?.[`c${i}`] ?? 0) === 1) choices[column] = choice
  }
  return choices
}
