// What the state in PostgreSQL says of the tables of a pipeline, beside what both databases say now.
import { CdcError, CdcErrors } from '../core/errors.ts'
import { furthest } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import { formatTable } from '../core/table.ts'
import type { SourceTable } from '../core/table.ts'
import { mapTable } from '../mapping/mapped-table.ts'
import { readCapturedTables } from '../mariadb/captured-tables.ts'
import { connectMariadb } from '../mariadb/connection.ts'
import { readServerPosition } from '../mariadb/server-checks.ts'
import { connectPostgres } from '../postgres/connection.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { bumpTablesVersion, readTables, saveTable } from '../state/tables.ts'
import type { LoadedTable } from '../state/tables.ts'
import type { MoveOptions } from './move-options.ts'

type Databases = Pick<MoveOptions, 'source' | 'sink' | 'signal'>

/** A captured table as it is on the server now and, when it was loaded, as it was at the place of the stream. */
export interface FollowedTable {
  readonly name: string
  readonly now: SourceTable
  readonly loaded: LoadedTable | undefined
}

export interface SourceNow {
  /** Of the moment before the tables were read. */
  readonly position: GtidPosition
  readonly tables: readonly FollowedTable[]
  /** The newest file of the binary log: Debezium wants one beside the GTIDs. */
  readonly file: { readonly name: string; readonly position: number }
}

/** Asks both databases. @throws CdcError of either */
export async function readSourceNow({ source, sink, signal }: Databases): Promise<SourceNow> {
  await using mariadb = await connectMariadb(source, { signal, where: source.name })
  await using postgres = await connectPostgres(sink.postgres, postgresOptions(sink.name, signal))
  const position = await readServerPosition(mariadb)
  const [status] = await mariadb.query<{ File: string; Position: string | number }>('SHOW MASTER STATUS')
  const captured = await readCapturedTables(mariadb, source)
  const known = await readTables(postgres, sink.name)
  const tables = captured
    .filter(({ database, table }) => sink.matchesTopic(source.topicName(database, table)))
    .map((now) => ({ name: formatTable(now), now, loaded: known.find((row) => formatTable(row) === formatTable(now)) }))
  return { position, tables, file: { name: status?.File ?? '', position: Number(status?.Position ?? 4) } }
}

/** Tables that are being loaded, or never were: neither runtime could take them over. */
export function unloadedTables(tables: readonly FollowedTable[], database: string): readonly CdcError[] {
  return tables
    .filter(({ loaded }) => loaded?.state !== 'loaded')
    .map(({ name, loaded, now }) => {
      const fix = `cdc migrate --database ${database} --tables ${now.table}`
      const what = loaded === undefined ? 'the table is captured and was never loaded' : 'the table is being loaded'
      return new CdcError('CDC-L03', { where: name, what, why: 'only what is complete can be moved', fix })
    })
}

/** What Kafka Connect could not keep equal, whatever its configuration. */
export function impossibleOnConnect(tables: readonly FollowedTable[]): readonly CdcError[] {
  return tables.flatMap(({ name, now }) => {
    const errors: CdcError[] = []
    if (now.key.length === 0) {
      errors.push(
        new CdcError('CDC-L05', {
          where: name,
          what: 'the table has no key',
          why: "Debezium's sink stops at its first row, for all tables",
          fix: `give it a primary key, or leave it out of table.include.list`,
        }),
      )
    }
    if ((now.cascades ?? []).length > 0) {
      errors.push(
        new CdcError('CDC-T07', {
          where: name,
          what: 'a foreign key of the table changes its rows, which MariaDB does not log',
          why: 'the embedded runtime does these changes again; on Kafka Connect they would be lost',
          fix: `ALTER TABLE ${name} … ON DELETE RESTRICT ON UPDATE RESTRICT, or leave it on the embedded runtime`,
        }),
      )
    }
    return errors
  })
}

/** The tables whose columns or key are others now than at the place where the stream stands. */
export function changedTables(tables: readonly FollowedTable[]): readonly FollowedTable[] {
  return tables.filter(({ now, loaded }) => loaded !== undefined && shapeOf(now) !== shapeOf(loaded.definition))
}

/** What a row's meaning depends on; comments and indexes do not matter. */
export function shapeOf({ columns, key }: SourceTable): string {
  return JSON.stringify([
    columns.map(({ name, columnType, charset, generated }) => [name, columnType, charset, generated]),
    key,
  ])
}

/** XA transactions whose rows came before the position and whose end comes after it: nobody else has these rows. */
export async function mustHaveNothingPrepared({ sink, signal }: Databases): Promise<void> {
  await using postgres = await connectPostgres(sink.postgres, postgresOptions(sink.name, signal))
  const { rows } = await postgres.query<{ xid: string }>(
    'SELECT DISTINCT xid FROM cdc.prepared WHERE connector = $1 LIMIT 3',
    [sink.name],
  )
  if (rows.length === 0) return
  throw new CdcError('CDC-S05', {
    where: sink.name,
    what: `an XA transaction is prepared and has not ended: ${rows.map(({ xid }) => xid).join(', ')}`,
    why: 'its rows were read before the move and are to be written after it',
    fix: 'end it (XA COMMIT or XA ROLLBACK), then run the same command again',
  })
}

/**
 * Tells the embedded sink how the tables are at the position where it begins, and up to where it may meet changes that
 * are in the target already. `keep` says of a changed table whether its new definition holds there.
 * @throws CdcErrors CDC-D02 for each changed table whose target the embedded runtime would have made otherwise
 */
export async function saveTablesAt(
  options: Databases,
  database: string,
  { tables, position: high }: SourceNow,
): Promise<void> {
  const { sink, signal } = options
  await using postgres = await connectPostgres(sink.postgres, postgresOptions(sink.name, signal))
  const changed = changedTables(tables)
  const errors: CdcError[] = []
  for (const { now, loaded } of changed) {
    const problem = loaded === undefined ? undefined : await targetProblem(postgres, now, loaded, sink.quoteIdentifiers)
    if (problem === undefined || loaded === undefined) continue
    const where = formatTable(now)
    const why = 'the table changed on the source while it was on Kafka Connect, whose sink made the column'
    const fix = `cdc migrate --database ${database} --tables ${now.table} --replace, then run the same command again`
    errors.push(new CdcError('CDC-D02', { where, what: problem, why, fix }))
  }
  if (errors.length > 0) throw new CdcErrors(errors)
  await postgres.query('BEGIN')
  try {
    for (const { now, loaded } of tables) {
      if (loaded === undefined) continue
      const definition = changed.some(({ now: { table } }) => table === now.table) ? now : loaded.definition
      await saveTable(postgres, { ...loaded, definition, high: furthest(loaded.high, high) })
    }
    await bumpTablesVersion(postgres, sink.name)
    await postgres.query('COMMIT')
  } catch (thrown) {
    await postgres.query('ROLLBACK').catch(() => undefined)
    throw thrown
  }
}

/** The first column of the target that is not as the embedded runtime writes it; undefined: there is none. */
async function targetProblem(
  postgres: PostgresConnection,
  now: SourceTable,
  { targetSchema: schema, targetTable: name, choices }: LoadedTable,
  quoteIdentifiers: boolean,
): Promise<string | undefined> {
  const { rows } = await postgres.query<{ name: string; type: string }>(
    `SELECT attname AS name, atttypid::text AS type FROM pg_attribute
     WHERE attrelid = to_regclass(format('%I.%I', $1::text, $2::text)) AND attnum > 0 AND NOT attisdropped`,
    [schema, name],
  )
  const found = new Map(rows.map((row) => [row.name, row.type]))
  for (const column of mapTable(now, { schema, name, quoteIdentifiers, choices }).columns) {
    const type = found.get(column.name)
    if (type === undefined) return `column ${column.name} is missing in ${schema}.${name}`
    const wanted = await postgres.query<{ id: string }>('SELECT to_regtype($1)::oid::text AS id', [column.postgresType])
    if (wanted.rows[0]?.id !== type) return `column ${column.name} of ${schema}.${name} is not ${column.postgresType}`
  }
  return undefined
}

function postgresOptions(
  sink: string,
  signal: AbortSignal,
): { applicationName: string; where: string; signal: AbortSignal } {
  return { applicationName: `cdc move ${sink}`.slice(0, 63), where: sink, signal }
}
