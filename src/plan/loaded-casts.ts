import type { Casts } from '../config/casts.ts'
import type { SinkConfig } from '../config/sink-config.ts'
import { CdcError } from '../core/errors.ts'
import { formatTable } from '../core/table.ts'
import { askedChoices } from '../mapping/casts.ts'
import { columnTypeOf } from '../mapping/column-types.ts'
import { connectPostgres } from '../postgres/connection.ts'
import { readTables } from '../state/tables.ts'
import type { LoadedTable } from '../state/tables.ts'

/** The tables that a sink has loaded; none when its target has no state yet. */
export async function readLoadedTables(sink: SinkConfig, signal?: AbortSignal): Promise<readonly LoadedTable[]> {
  const name = { applicationName: `cdc register ${sink.name}`.slice(0, 63), where: sink.name }
  const options = signal === undefined ? name : { ...name, signal }
  await using connection = await connectPostgres(sink.postgres, options)
  const { rows } = await connection.query<{ there: string | null }>(`SELECT to_regclass('cdc.tables') AS there`)
  if (rows[0]?.there === null) return []
  return await readTables(connection, sink.name)
}

/**
 * CDC-T12 for each column of a loaded table that has another type than is asked for now: a column's type is made by the
 * load and never changed under the stream.
 * @param database what the user calls it, for the command that loads the table again
 * @throws CdcErrors CDC-T10, CdcError CDC-T11
 */
export function contradictedCasts(casts: Casts, tables: readonly LoadedTable[], database: string): readonly CdcError[] {
  return tables.flatMap(({ definition, choices, ...name }) => {
    const castOf = (column: string) => casts.of(name.database, name.table, column)
    const asked = askedChoices(definition, castOf)
    return definition.columns.flatMap((column) => {
      const type = columnTypeOf(column)
      const wanted = asked[column.name]
      if (type === undefined || wanted === undefined) return []
      const [is, shall] = [type.postgresType(column, choices[column.name]), type.postgresType(column, wanted)]
      if (is === shall) return []
      return new CdcError('CDC-T12', {
        where: castOf(column.name)?.where ?? `${formatTable(name)}.${column.name}`,
        what: `${shall} is asked for ${formatTable(name)}.${column.name}, which was loaded as ${is}`,
        fix: `cdc migrate ${database} --tables ${formatTable(name)} --replace`,
      })
    })
  })
}
