// What a source's database says to a configuration, asked when it is registered: a table that can never be replicated
// is better told then than when its first row arrives.
import type { SourceConfig } from '../config/source-config.ts'
import { asCdcError, CdcError, CdcErrors } from '../core/errors.ts'
import type { SourceTable } from '../core/table.ts'
import { formatTable } from '../core/table.ts'
import { foldName, mapTable } from '../mapping/mapped-table.ts'
import { readCapturedTables, uncapturedParents } from '../mariadb/captured-tables.ts'
import { connectMariadb } from '../mariadb/connection.ts'
import { errorLine } from './error-line.ts'
import type { SourceCheck } from './runners.ts'

/** Whoever registers waits for it. */
const longestMs = 5_000

/** Connects, reads the catalogue and maps every captured table; what is wrong becomes problems. */
export async function checkSource(config: SourceConfig): Promise<SourceCheck> {
  const timeout = AbortSignal.timeout(longestMs)
  try {
    const settings = { ...config, connectTimeoutMs: Math.min(config.connectTimeoutMs, longestMs) }
    await using connection = await connectMariadb(settings, { signal: timeout, where: config.name })
    const tables = await readCapturedTables(connection, config)
    const problems = tables.flatMap((table) => [...typeProblems(table), ...uncapturedParents(table, config)])
    return {
      tables: tables.map(({ database, table }) => ({ database, table })),
      problems: problems.map((error) => ({ option: 'table.include.list', message: errorLine(error) })),
    }
  } catch (thrown) {
    const error = timeout.aborted ? tooSlow(config, thrown) : asCdcError(thrown, config.name)
    return { tables: [], problems: [{ option: 'database.hostname', message: errorLine(error) }] }
  }
}

/** Names are the sink's business, which may fold or keep them: only types are looked at here. */
function typeProblems(source: SourceTable): readonly CdcError[] {
  try {
    mapTable(source, { schema: 'public', name: foldName(source.table, false), quoteIdentifiers: false, choices: {} })
    return []
  } catch (thrown) {
    const errors = thrown instanceof CdcErrors ? thrown.errors : [asCdcError(thrown, formatTable(source))]
    return errors.filter(({ code }) => code === 'CDC-T01')
  }
}

function tooSlow(config: SourceConfig, cause: unknown): CdcError {
  const why = `no answer within ${longestMs / 1000} s`
  return new CdcError('CDC-M01', {
    where: config.name,
    what: `MariaDB at ${config.host}:${config.port} cannot be reached`,
    why,
    cause,
  })
}
