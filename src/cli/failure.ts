// The one place where anything that was thrown becomes text on stderr and an exit code.
import { CdcError, CdcErrors, asCdcError, errorKinds, formatError } from '../core/errors.ts'
import { apiVersion } from './output.ts'
import type { OutputFormat } from './output.ts'
import type { Styles } from './styles.ts'

/** What --exit-status gives; errors bring their own code from the table. */
export const exitCodes = { ok: 0, degraded: 3, failed: 4 } as const

/** Ends the command with an exit code after its result has been printed: nothing more is said. */
export class QuietExit extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.name = 'QuietExit'
    this.exitCode = exitCode
  }
}

export interface Failure {
  readonly exitCode: number
  /** What goes to stderr; empty: nothing. */
  readonly text: string
}

export interface FailureOptions {
  readonly format: OutputFormat
  readonly styles: Styles
  /** The stack of a bug is shown. */
  readonly verbose: boolean
}

/** Every error is printed; the exit code is the first one's. */
export function describeFailure(thrown: unknown, { format, styles, verbose }: FailureOptions): Failure {
  if (thrown instanceof QuietExit) return { exitCode: thrown.exitCode, text: '' }
  const errors = flatten(thrown)
  const exitCode = errors[0] === undefined ? 70 : errorKinds[errors[0].code].exit
  if (format === 'json') {
    const documents = errors.map(errorDocument)
    return { exitCode, text: JSON.stringify({ apiVersion, error: documents[0], errors: documents }, null, 2) }
  }
  const blocks = errors.map((error) => {
    const block = formatError(error).replace(/^error\[[^\]]*\]/, (code) => styles.red(code))
    const stack = error.code === 'CDC-X01' ? stackOf(error, verbose) : ''
    return block + stack
  })
  return { exitCode, text: blocks.join('\n') }
}

/** The fields of the error block, as JSON. */
export function errorDocument(error: CdcError): Readonly<Record<string, unknown>> {
  const { code, where, what, why, fix, details } = error
  return { code, where, what, why, fix, details }
}

function flatten(thrown: unknown): readonly CdcError[] {
  return thrown instanceof CdcErrors ? thrown.errors : [asCdcError(thrown, 'cdc')]
}

function stackOf(error: CdcError, verbose: boolean): string {
  const stack = error.cause instanceof Error ? error.cause.stack : error.stack
  if (stack === undefined) return ''
  return verbose ? `\n${stack.replaceAll(/^/gm, '  ')}` : '\n  (-v shows where)'
}
