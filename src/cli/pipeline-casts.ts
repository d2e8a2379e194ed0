// connectors/casts.json as a pipeline uses it.
import { createCasts, databaseOf } from '../config/casts.ts'
import type { Casts } from '../config/casts.ts'
import { loadCasts } from '../config/casts-file.ts'
import type { Project } from '../config/project.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { parsePostgresType } from '../core/postgres-type.ts'
import { nearestNames } from '../lib/suggestion.ts'
import { allTypeNames } from '../mapping/casts.ts'

/**
 * The whole file, checked as far as that goes without a server.
 * @throws CdcErrors as `loadCasts`, and CDC-C06 for types that no column can have
 */
export function readCasts(project: Project): Casts {
  const casts = loadCasts(project)
  const errors = unknownTypes(casts)
  if (errors.length > 0) throw new CdcErrors(errors)
  return casts
}

/** Those that may mean columns of a source: what is written for another database is not its business. */
export function castsOf(casts: Casts, source: Pick<SourceConfig, 'capturesDatabase'>): Casts {
  return createCasts(
    casts.all.filter((cast) => {
      const database = databaseOf(cast)
      return database === undefined || source.capturesDatabase(database)
    }),
  )
}

function unknownTypes(casts: Casts): readonly CdcError[] {
  if (casts.all.length === 0) return []
  const known = allTypeNames()
  return casts.all.flatMap(({ pattern, type, where }) => {
    const { name } = parsePostgresType(type)
    if (known.includes(name)) return []
    const [near] = nearestNames(name, known)
    const what = `"${pattern}": ${type} is not a type that a column can become`
    const fix = near === undefined ? 'use one of the types that are listed' : `"${pattern}": "${near}"`
    return new CdcError('CDC-C06', { where, what, fix, details: [`there are: ${known.join(', ')}`] })
  })
}
