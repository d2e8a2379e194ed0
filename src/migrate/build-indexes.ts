import {
  createIndexSql,
  createShortIndexSql,
  indexName,
  primaryKeyIndexSql,
  attachPrimaryKeySql,
} from '../mapping/ddl.ts'
import { quotePostgres } from '../core/quote.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { sqlState } from '../postgres/error.ts'

/** An index that is to be there. */
interface WantedIndex {
  readonly name: string
  readonly sql: string
  /** Instead, when the values are too long for it. */
  readonly shortSql: string | undefined
}

const tooLong = '54000'

/**
 * Builds the key and all indexes of a filled table, several at once: CREATE INDEX lets others of its kind work beside
 * it. An index that a load before has finished is kept.
 */
export async function buildIndexes(
  connections: readonly PostgresConnection[],
  table: MappedTable,
  { rowsMayRepeat }: { readonly rowsMayRepeat: boolean },
): Promise<void> {
  const [first] = connections
  if (first === undefined) throw new Error('BUG: no connection')
  const there = await existingIndexes(first, table)
  const key = primaryKeyIndexSql(table)
  const all = [...(key === undefined ? [] : [{ ...key, shortSql: undefined }]), ...secondaryIndexes(table)]
  const wanted = all.filter((index) => !there.has(index.name))
  const queue = wanted.values()
  const workers = connections.slice(0, Math.max(1, wanted.length)).map(async (connection) => {
    for (const index of queue) {
      if (index.name === key?.name && rowsMayRepeat) await buildKeyOfFirsts(connection, table, index)
      else await buildIndex(connection, index)
    }
  })
  const ended = await Promise.allSettled(workers)
  const failed = ended.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  const hasKey = key !== undefined && there.get(key.name) === 'key'
  if (key !== undefined && !hasKey) await first.query(attachPrimaryKeySql(table))
}

function secondaryIndexes(table: MappedTable): readonly WantedIndex[] {
  return table.source.indexes.flatMap((index) => {
    const sql = createIndexSql(table, index)
    return sql === undefined
      ? []
      : [{ name: indexName(table, index), sql, shortSql: createShortIndexSql(table, index) }]
  })
}

/** @param undo takes back the failure of a statement, and nothing that came before it */
async function buildIndex(
  connection: PostgresConnection,
  { sql, shortSql }: WantedIndex,
  undo?: { readonly save: string; readonly back: string },
): Promise<void> {
  try {
    await connection.query(undo === undefined ? sql : `${undo.save};\n${sql}`)
  } catch (thrown) {
    if (sqlState(thrown) !== tooLong || shortSql === undefined) throw thrown
    await connection.query(undo === undefined ? shortSql : `${undo.back};\n${shortSql}`)
  }
}

/** All secondary indexes inside the caller's transaction, one after the other. */
export async function buildInTransaction(connection: PostgresConnection, table: MappedTable): Promise<void> {
  const indexes = secondaryIndexes(table)
  if (indexes.length === 0) return
  const [save, back] = ['SAVEPOINT before_index', 'ROLLBACK TO SAVEPOINT before_index']
  try {
    await connection.query([save, ...indexes.map(({ sql }) => sql)].join(';\n'))
  } catch (thrown) {
    if (sqlState(thrown) !== tooLong) throw thrown
    await connection.query(back)
    for (const index of indexes) await buildIndex(connection, index, { save, back })
  }
}

async function existingIndexes(
  connection: PostgresConnection,
  { schema, name }: MappedTable,
): Promise<ReadonlyMap<string, 'key' | 'index'>> {
  const { rows } = await connection.query<{ name: string; kind: 'key' | 'index' }>(
    `SELECT c.relname AS name, CASE WHEN indisprimary THEN 'key' ELSE 'index' END AS kind
     FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = $1::regclass`,
    [quotePostgres(schema, name)],
  )
  return new Map(rows.map((row) => [row.name, row.kind]))
}

/**
 * Chunks that are not ranges of the key and were read at different moments may both hold a row that moved from one to
 * the other in between. The stream brings its last state, so that either may stay.
 */
async function buildKeyOfFirsts(connection: PostgresConnection, table: MappedTable, index: WantedIndex): Promise<void> {
  try {
    await connection.query(index.sql)
  } catch (thrown) {
    if (sqlState(thrown) !== '23505') throw thrown
    const target = quotePostgres(table.schema, table.name)
    const key = table.key.map((i) => quotePostgres(table.columns[i]?.name ?? '')).join(', ')
    await connection.query(`DELETE FROM ${target} WHERE ctid IN (SELECT ctid FROM
      (SELECT ctid, row_number() OVER (PARTITION BY ${key}) AS n FROM ${target}) AS numbered WHERE n > 1)`)
    await connection.query(index.sql)
  }
}
