import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'

/** One of the eight databases of the demo. */
export interface DemoDatabase {
  readonly name: string
  /** MariaDB's name of it, as in connectors/sources/mariadb/<name>.json. */
  readonly schema: string
  /** On which of the two servers it lives. */
  readonly server: 0 | 1
  readonly tables: readonly string[]
  /** CREATE TABLE and INSERT statements. */
  readonly sql: string
}

const schemas = [
  ['trading', 'xchange_trading', 0],
  ['finance', 'xchange_finance', 1],
  ['live', 'xchangelive', 1],
  ['chat', 'xchange_chat', 0],
  ['performance', 'xchange_performance', 1],
  ['concontrol', 'xchange_concontrol', 0],
  ['claim', 'xchange_claim', 0],
  ['payment', 'xchange_payment', 1],
] as const

export const demoDatabases: readonly DemoDatabase[] = schemas.map(([name, schema, server]) => {
  const sql = readFileSync(join(import.meta.dirname, 'databases', `${name}.sql`), 'utf8')
  return {
    name,
    schema,
    server,
    sql,
    tables: [...sql.matchAll(/^CREATE TABLE (\w+)/gm)].map((match) => match[1] ?? ''),
  }
})

/** Makes a database and its rows; returns how many there are. Zero dates are among them: old systems have such. */
export async function fillDatabase(mariadb: MariadbServer, database: DemoDatabase): Promise<number> {
  await mariadb.createDatabases(database.schema)
  const connection = await mariadb.connect({ database: database.schema })
  try {
    await connection.query("SET sql_mode = '', time_zone = '+00:00', unique_checks = 0")
    await connection.query(database.sql)
  } finally {
    await connection.end()
  }
  const counts = database.tables.map((table) => `(SELECT COUNT(*) FROM ${database.schema}.${table})`)
  const [row] = await mariadb.query<{ rows: number }>(`SELECT ${counts.join(' + ')} AS \`rows\``)
  return row?.rows ?? 0
}
