import { quotePostgres } from '../core/quote.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'

/** The SQL by which one target table is written. Made once per table and shape. */
export interface TableStatements {
  /** Suffix of statement and staging table names; unique in the session. */
  readonly id: number
  /** One row by parameters. */
  readonly insertRow: string
  /** One row by parameters, replacing the one with the same key; undefined without a key. */
  readonly upsertRow: string | undefined
  /** One row by its key's parameters; undefined without a key. */
  readonly deleteRow: string | undefined
  /** Staging tables of the session, empty at the start of each transaction. */
  readonly rowStage: string
  readonly createRowStage: string
  readonly keyStage: string
  readonly createKeyStage: string
  /** From the staging table into the target. */
  readonly insertStaged: string
  readonly upsertStaged: string
  readonly deleteStaged: string
  /** Takes away as many rows equal to each staged row as are staged; for tables without a key. */
  readonly deleteStagedRows: string
}

export function tableStatements(table: MappedTable, id: number): TableStatements {
  const target = quotePostgres(table.schema, table.name)
  const names = table.columns.map((column) => quotePostgres(column.name))
  const keyColumns = table.key.flatMap((index) => table.columns[index] ?? [])
  const keyNames = keyColumns.map((column) => quotePostgres(column.name))
  const list = names.join(', ')
  const key = keyNames.join(', ')
  const rowStage = `pg_temp.cdc_rows_${id}`
  const keyStage = `pg_temp.cdc_keys_${id}`
  const others = names.filter((name) => !keyNames.includes(name))
  const onConflict =
    others.length === 0
      ? `ON CONFLICT (${key}) DO NOTHING`
      : `ON CONFLICT (${key}) DO UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`
  const insert = `INSERT INTO ${target} (${list})`
  const insertRow = `${insert} VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`
  const hasKey = keyColumns.length > 0
  const stageColumns = table.columns.map((column) => `${quotePostgres(column.name)} ${column.postgresType}`)
  const stageKeys = keyColumns.map((column) => `${quotePostgres(column.name)} ${column.postgresType}`)
  return {
    id,
    insertRow,
    upsertRow: hasKey ? `${insertRow} ${onConflict}` : undefined,
    deleteRow: hasKey
      ? `DELETE FROM ${target} WHERE ${keyNames.map((name, i) => `${name} = $${i + 1}`).join(' AND ')}`
      : undefined,
    rowStage,
    createRowStage: createStage(rowStage, stageColumns),
    keyStage,
    createKeyStage: createStage(keyStage, stageKeys),
    insertStaged: `${insert} SELECT ${list} FROM ${rowStage}`,
    upsertStaged: `${insert} SELECT ${list} FROM ${rowStage} ${onConflict}`,
    deleteStaged: `DELETE FROM ${target} t USING ${keyStage} k WHERE ${keyNames
      .map((name) => `t.${name} = k.${name}`)
      .join(' AND ')}`,
    deleteStagedRows: deleteStagedRows(target, rowStage, names),
  }
}

function createStage(name: string, columns: readonly string[]): string {
  return `CREATE TEMP TABLE IF NOT EXISTS ${name} (${columns.join(', ')}) ON COMMIT DELETE ROWS`
}

/**
 * Rows are compared by the text of the whole row: it exists for every type (json has no equality) and can be hashed, so
 * the table is read once however many rows go.
 */
function deleteStagedRows(target: string, stage: string, names: readonly string[]): string {
  const text = (alias: string): string => `ROW(${names.map((name) => `${alias}.${name}`).join(', ')})::text`
  return `WITH gone AS (SELECT ${text('s')} AS line, count(*) AS n FROM ${stage} s GROUP BY 1),
    found AS (
      SELECT t.ctid AS place, gone.n, row_number() OVER (PARTITION BY gone.line ORDER BY t.ctid) AS i
      FROM ${target} t JOIN gone ON gone.line = ${text('t')})
    DELETE FROM ${target} t USING found WHERE t.ctid = found.place AND found.i <= found.n`
}
