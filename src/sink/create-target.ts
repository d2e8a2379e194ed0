import { CdcError } from '../core/errors.ts'
import { quotePostgres } from '../core/quote.ts'
import { formatTable } from '../core/table.ts'
import { createIndexSql, createTableSql } from '../mapping/ddl.ts'
import { mapTable } from '../mapping/mapped-table.ts'
import type { LoadedTable } from '../state/tables.ts'
import type { ApplySession } from './apply-session.ts'

/**
 * Makes the target of a table that was created in the stream: empty, with its key and its other indexes.
 * @returns whether it has a unique index besides its key
 * @throws CdcError CDC-S06 when something has its name already, CDC-T01 and others as `mapTable`.
 */
export async function createTarget(
  session: ApplySession,
  loaded: LoadedTable,
  quoteIdentifiers: boolean,
): Promise<boolean> {
  const mapped = mapTable(loaded.definition, {
    ...{ schema: loaded.targetSchema, name: loaded.targetTable, quoteIdentifiers, choices: loaded.choices },
  })
  const name = quotePostgres(mapped.schema, mapped.name)
  const { rows } = await session.run({ text: 'SELECT to_regclass($1) AS there', values: [name] })
  if ((rows[0] as { there: string | null } | undefined)?.there !== null) {
    throw new CdcError('CDC-S06', {
      where: name,
      what: `${formatTable(loaded)} was created on the source, but its target exists already`,
      fix: `DROP TABLE ${name};   then restart the sink`,
    })
  }
  await session.run({ text: createTableSql(mapped, { withKey: true }) })
  for (const index of loaded.definition.indexes) {
    const sql = createIndexSql(mapped, index)
    if (sql !== undefined) await session.run({ text: sql })
  }
  return loaded.definition.indexes.some((index) => index.unique && createIndexSql(mapped, index) !== undefined)
}
