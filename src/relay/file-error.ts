import { CdcError } from '../core/errors.ts'

const full: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** What went wrong with a relay file: no room is tried again, everything else is for somebody to look at. */
export function relayFileError(thrown: unknown, path: string): CdcError {
  if (thrown instanceof CdcError) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  const what = thrown instanceof Error ? thrown.message : String(thrown)
  return new CdcError(full.has(code) ? 'CDC-R02' : 'CDC-C09', { where: path, what, cause: thrown })
}

/** A relay file that is not what was written. */
export function damagedRelayFile(path: string, at: number, what: string): CdcError {
  return new CdcError('CDC-R01', { where: path, what: `${what}, at byte ${at}` })
}
