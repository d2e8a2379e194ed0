import { CdcError } from '../core/errors.ts'
import { quotePostgres } from '../core/quote.ts'
import { addPrimaryKeySql, commentSql, createTableSql } from '../mapping/ddl.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { sqlState } from '../postgres/error.ts'
import { forgetLoad, moveLoad } from '../state/load.ts'
import { bumpTablesVersion, deleteTable, saveTable, type LoadedTable } from '../state/tables.ts'
import { buildIndexes, buildInTransaction } from './build-indexes.ts'
import type { LoadPhase } from './progress.ts'
import { MustStartOver } from './unfinished-load.ts'

/**
 * Settings of a session that loads: more memory for index builds, and an early end when we are gone.
 *
 * SET LOGGED writes the whole table again, with WAL: only where the server keeps a minimal WAL, which leaves out the rows
 * of a rewritten table, is that cheaper than COPY with WAL (docs/decisions/0005-load-logged-tables.md).
 */
export async function prepareSession(connection: PostgresConnection): Promise<{ readonly unloggedPays: boolean }> {
  // Several indexes are built at once, so each gets a part of what the server believes to have (pages of 8 kB to kB).
  const { rows } = await connection.query<{ name: string; setting: string }>(
    `SELECT name, CASE name WHEN 'wal_level' THEN setting
         WHEN 'maintenance_work_mem' THEN set_config(name, memory.kb || 'kB', false)
         ELSE set_config(name, '1s', false) END AS setting
     FROM pg_settings, (SELECT least(262144, setting::bigint * 8 / 16) AS kb FROM pg_settings
                        WHERE name = 'effective_cache_size') AS memory
     WHERE name IN ('client_connection_check_interval', 'wal_level')
       OR (name = 'maintenance_work_mem' AND setting::bigint < memory.kb)`,
  )
  return { unloggedPays: rows.some(({ name, setting }) => name === 'wal_level' && setting === 'minimal') }
}

/**
 * Says that a table is being loaded; the sink stops in front of its changes from now on. Committed when this returns:
 * a snapshot that is taken afterwards lies behind everything that the sink has applied.
 */
export async function markLoading(connection: PostgresConnection, table: LoadedTable): Promise<void> {
  await inTransaction(connection, async () => {
    await forgetLoad(connection, table)
    await saveTable(connection, table)
    await bumpTablesVersion(connection, table.connector)
  })
}

/**
 * Makes the target anew, empty, without its key; what could read it before can read it again.
 * @returns the number of its file, as `tableFile`
 */
export async function createTarget(
  connection: PostgresConnection,
  table: MappedTable,
  { unlogged, grants }: { readonly unlogged: boolean; readonly grants: readonly string[] },
): Promise<string> {
  const target = quotePostgres(table.schema, table.name)
  const create = createTableSql(table, { unlogged, withKey: false })
  try {
    // One message is one transaction.
    await connection.query([`DROP TABLE IF EXISTS ${target}`, create, ...grants].join(';\n'))
    return await tableFile(connection, table)
  } catch (thrown) {
    if (sqlState(thrown) !== '2BP01') throw thrown
    const cause = thrown instanceof CdcError ? thrown : undefined
    throw new CdcError('CDC-L02', {
      where: connection.where,
      what: `${table.schema}.${table.name} cannot be replaced: other objects depend on it`,
      why: 'views or foreign keys refer to the table, which is made anew by a load',
      fix: `drop what is named, load, and create it again`,
      details: cause?.details ?? [],
      cause: thrown,
    })
  }
}

/** Number of the file that the table is in; TRUNCATE and everything that rewrites the table change it. */
export async function tableFile(connection: PostgresConnection, table: MappedTable): Promise<string> {
  const { rows } = await connection.query<{ file: string }>('SELECT pg_relation_filenode($1::regclass) AS file', [
    quotePostgres(table.schema, table.name),
  ])
  return rows[0]?.file ?? '0'
}

export interface FinishOptions {
  readonly unlogged: boolean
  /** The file that the rows were copied into. */
  readonly file: string
  /** The row that makes the load count; written in the same transaction as the last step. */
  readonly state: LoadedTable
  readonly onPhase: (phase: LoadPhase) => void
}

/**
 * Holds the target as it is until the transaction ends. What somebody else has truncated meanwhile holds less than was
 * copied, and would count as loaded. @throws MustStartOver
 */
async function holdTarget(connection: PostgresConnection, table: MappedTable, file: string): Promise<void> {
  const target = quotePostgres(table.schema, table.name)
  // Whoever reads a table holds it; asked in one statement, because there is one for each table.
  const { rows } = await connection.query<{ file: string }>(
    `SELECT pg_relation_filenode($1::regclass) AS file, EXISTS (SELECT FROM ${target}) AS held`,
    [target],
  )
  if (rows[0]?.file !== file) {
    throw new MustStartOver('the target table was truncated or rewritten meanwhile')
  }
}

/** For a table that was read in one piece: key, indexes, statistics and the mark that it is loaded, all or nothing. */
export async function finishTarget(
  connection: PostgresConnection,
  table: MappedTable,
  { unlogged, file, state, onPhase }: FinishOptions,
): Promise<void> {
  const target = quotePostgres(table.schema, table.name)
  await inTransaction(connection, async () => {
    onPhase('keys')
    await holdTarget(connection, table, file)
    // Before the indexes: they would be written twice.
    if (unlogged) await connection.query(`ALTER TABLE ${target} SET LOGGED`)
    if (table.key.length > 0) await connection.query(addPrimaryKeySql(table))
    onPhase('indexes')
    await buildInTransaction(connection, table)
    await endLoad(connection, table, { state, onPhase })
  })
}

export interface FinishChunksOptions extends FinishOptions {
  /** Rows of several chunks may be the same: see `buildIndexes`. */
  readonly rowsMayRepeat: boolean
}

/**
 * For a table that was read in chunks. Each step is kept when the next one fails: a load that goes on finds the table
 * logged, and the indexes that are there.
 */
export async function finishChunks(
  connections: readonly PostgresConnection[],
  table: MappedTable,
  { unlogged, rowsMayRepeat, file, state, onPhase }: FinishChunksOptions,
): Promise<void> {
  const [connection] = connections
  if (connection === undefined) throw new Error('BUG: no connection')
  onPhase('keys')
  let written = file
  await inTransaction(connection, async () => {
    await holdTarget(connection, table, file)
    if (!unlogged) return
    await connection.query(`ALTER TABLE ${quotePostgres(table.schema, table.name)} SET LOGGED`)
    written = await tableFile(connection, table)
    await moveLoad(connection, state, written)
  })
  onPhase('indexes')
  await buildIndexes(connections, table, { rowsMayRepeat })
  await inTransaction(connection, async () => {
    await holdTarget(connection, table, written)
    await endLoad(connection, table, { state, onPhase })
  })
}

async function endLoad(
  connection: PostgresConnection,
  table: MappedTable,
  { state, onPhase }: Pick<FinishOptions, 'state' | 'onPhase'>,
): Promise<void> {
  const comments = commentSql(table)
  if (comments !== '') await connection.query(comments)
  onPhase('analyze')
  await connection.query(`ANALYZE ${quotePostgres(table.schema, table.name)}`)
  await forgetLoad(connection, state)
  await saveTable(connection, state)
  // Last: it waits for a batch of the sink, and the sink for it.
  await bumpTablesVersion(connection, state.connector)
}

/** After a load that failed for good: nothing half is left, and the sink need not wait for the table any longer. */
export async function abandonTarget(connection: PostgresConnection, table: LoadedTable): Promise<void> {
  await inTransaction(connection, async () => {
    await connection.query(`DROP TABLE IF EXISTS ${quotePostgres(table.targetSchema, table.targetTable)}`)
    await deleteTable(connection, table.connector, table)
    await bumpTablesVersion(connection, table.connector)
  })
}

/** For a load that failed before it made the target: the table is as it was, loaded or not known. */
export async function unmarkLoading(connection: PostgresConnection, before: LoadedTable): Promise<void> {
  await inTransaction(connection, async () => {
    if (before.state === 'loaded') await saveTable(connection, before)
    else await deleteTable(connection, before.connector, before)
    await bumpTablesVersion(connection, before.connector)
  })
}

async function inTransaction(connection: PostgresConnection, work: () => Promise<void>): Promise<void> {
  await connection.query('BEGIN')
  try {
    await work()
    await connection.query('COMMIT')
  } catch (thrown) {
    await connection.query('ROLLBACK').catch(() => undefined)
    throw thrown
  }
}
