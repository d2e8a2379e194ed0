import type { CdcError } from '../core/errors.ts'

/** An error as one line, for answers whose messages are lists of lines: code, what, why and the way out. */
export function errorLine(error: CdcError): string {
  const parts = [`${error.code} ${error.where}: ${error.what}`]
  if (error.why !== undefined) parts.push(error.why)
  return [...parts, `fix: ${error.fix}`].join('; ').replaceAll(/\s*\n\s*/g, ' ')
}
