import type { SourceConfig } from '../config/source-config.ts'
import { connectMariadb } from '../mariadb/connection.ts'

const longestMs = 10_000

/**
 * Asks a source for the default character set of a database, or of a table; null: there is none of that name. A session
 * for each question: it is asked only when a CREATE or ALTER TABLE in the stream leaves the character set out.
 * @throws CdcError CDC-M… when the source cannot be asked.
 */
export function defaultCharsetOf(
  config: SourceConfig,
): (database: string, table: string | null) => Promise<string | null> {
  return async (database, table) => {
    const signal = AbortSignal.timeout(longestMs)
    await using connection = await connectMariadb(config, { signal, where: config.name })
    const [found] =
      table === null
        ? await connection.query<{ name: string | null }>(
            'SELECT DEFAULT_CHARACTER_SET_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
            [database],
          )
        : await connection.query<{ name: string | null }>(
            'SELECT TABLE_COLLATION AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
            [database, table],
          )
    // A collation's name begins with its character set's, on every version; the tables that pair them differ.
    const charset = found?.name?.split('_')[0] ?? null
    return charset === 'utf8' ? 'utf8mb3' : charset
  }
}
