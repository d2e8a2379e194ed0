import { CdcError, errorKinds } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'

/**
 * The embedded worker puts an error with a code into a message as one line: `CDC-M02 name: what; why; fix: what to do`.
 * @returns the error again; undefined when the line is none, as everything that Kafka Connect says
 */
export function parseErrorLine(line: string, details: readonly string[] = []): CdcError | undefined {
  const parts = /^(CDC-[A-Z]\d\d) (.+?): (.*)$/.exec(line.trim())
  const [, code = '', where = '', rest = ''] = parts ?? []
  if (!isErrorCode(code)) return undefined
  const end = rest.lastIndexOf('; fix: ')
  const said = end === -1 ? rest : rest.slice(0, end)
  const fix = end === -1 ? undefined : rest.slice(end + '; fix: '.length)
  const [what = '', ...why] = said.split('; ')
  return new CdcError(code, { where, what, why: why.length === 0 ? undefined : why.join('; '), fix, details })
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorKinds, text)
}
