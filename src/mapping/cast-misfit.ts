import { CdcError } from '../core/errors.ts'

/** A value that the type in the casts file cannot hold. `where`: database.table.column; `roomier`: the type that can. */
export function doesNotFitCast(where: string, value: string, type: string, roomier: string): CdcError {
  const table = where.slice(0, where.lastIndexOf('.'))
  return new CdcError('CDC-T08', {
    where,
    what: `the column holds ${value}, which ${type} cannot hold`,
    why: `connectors/casts.json asks for ${type}`,
    fix: `"${where}": "${roomier}" in connectors/casts.json, then cdc migrate <database> --tables ${table} --replace`,
  })
}
