import { quoteMariadb } from '../core/quote.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'

/** Source column -> choice of its type. */
export type Choices = Readonly<Record<string, string>>

/**
 * Looks, in one scan, whether the default target types can hold what the table holds. The connection's snapshot is the
 * one that is copied. No scan is made when no column leaves a choice.
 */
export async function probeChoices(connection: MariadbConnection, table: MappedTable): Promise<Choices> {
  const probes = table.columns.flatMap(({ source, type }) => {
    const probe = type.probe?.(source)
    return probe === undefined
      ? []
      : [{ column: source.name, ...probe, condition: probe.condition(quoteMariadb(source.name)) }]
  })
  if (probes.length === 0) return {}
  const found = probes.map(({ condition }, i) => `MAX(CASE WHEN ${condition} THEN 1 ELSE 0 END) AS c${i}`)
  const { database, table: name } = table.source
  const [row] = await connection.query<Record<string, number | string | null>>(
    `SELECT ${found.join(', ')} FROM ${quoteMariadb(database, name)}`,
  )
  const choices: Record<string, string> = {}
  for (const [i, { column, choice }] of probes.entries()) {
    if (Number(row?.[`c${i}`] ?? 0) === 1) choices[column] = choice
  }
  return choices
}
