import { CdcError, CdcErrors } from '../../core/errors.ts'
import { errorLine } from '../error-line.ts'
import { ConnectorGone } from '../supervisor.ts'

/** What Connect answers when a request cannot be done. */
export interface ErrorAnswer {
  readonly error_code: number
  readonly message: string
}

/** A request that is answered with an error: its HTTP status and a message for the client. */
export class RestError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Connect's words for a name that is not registered; they differ by what was asked. */
export const unknownConnector = {
  notFound: (name: string) => new RestError(404, `Connector ${name} not found`),
  noStatus: (name: string) => new RestError(404, `No status found for connector ${name}`),
  state: (name: string) => new RestError(404, `Unknown connector ${name}`),
  restart: (name: string) => new RestError(404, `Unknown connector: ${name}`),
}

/** The answer to anything thrown. Only what is meant for a client is said; the rest goes to the log. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  if (thrown instanceof RestError) return { error_code: thrown.status, message: thrown.message }
  if (thrown instanceof ConnectorGone) return { error_code: 404, message: `Connector ${thrown.message} not found` }
  if (thrown instanceof CdcErrors) return { error_code: 400, message: thrown.errors.map(errorLine).join('\n') }
  if (thrown instanceof CdcError) return { error_code: isClients(thrown) ? 400 : 500, message: errorLine(thrown) }
  const status = statusOf(thrown)
  if (status >= 400 && status < 500 && thrown instanceof Error) return { error_code: status, message: thrown.message }
  return { error_code: 500, message: "Something went wrong in the worker; the worker's log says what" }
}

/** Errors about what was asked for, not about a database that did not answer. */
function isClients(error: CdcError): boolean {
  return error.code.startsWith('CDC-C') || error.code === 'CDC-R04'
}

/** The HTTP framework's own errors (a body too large, a broken URL) carry a status. */
function statusOf(thrown: unknown): number {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return 500
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : 500
}
