import { after } from 'node:test'
import { startMariadb } from './start-mariadb.ts'
import type { MariadbServer } from './start-mariadb.ts'
import { startPostgres } from './start-postgres.ts'
import type { PostgresServer } from './start-postgres.ts'

export interface BothServers {
  readonly mariadb: MariadbServer
  readonly postgres: PostgresServer
}

/** A server of each kind for all tests of the file that calls it; they end with them. */
export async function startBothServers(): Promise<BothServers> {
  const [mariadb, postgres] = await Promise.all([startMariadb(), startPostgres()])
  after(async () => {
    await Promise.all([mariadb[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()])
  })
  return { mariadb, postgres }
}
