import { CdcError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import { quotePostgres } from '../core/quote.ts'

/** What node-postgres and node's sockets put on an error. */
interface ThrownFields {
  readonly code?: string
  readonly detail?: string
  readonly hint?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
  readonly where?: string
}

/** Socket and resolver errors after which the same server may well answer again. */
const networkCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['ECONNABORTED', 'ENETDOWN', 'EHOSTDOWN', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
])

const lostConnection = /connection terminated|timeout expired|timeout exceeded|not queryable|was closed|socket|ended/i

/**
 * Any error of PostgreSQL or of the way to it as one of ours. `role` is who is logged in, for the GRANT. SQLSTATE classes as in the PostgreSQL manual, appendix A;
 * serialization failures and deadlocks count as "cannot be reached": the same work is done again.
 */
export function postgresError(thrown: unknown, where: string, role?: string): CdcError {
  if (thrown instanceof CdcError) return thrown
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const fields = error as Error & ThrownFields
  const { code, fix } = classify(fields, error.message, role)
  const details = [
    fields.code === undefined ? undefined : `sqlstate: ${fields.code}`,
    fields.detail === undefined ? undefined : `detail: ${fields.detail}`,
    fields.hint === undefined ? undefined : `hint: ${fields.hint}`,
  ].filter((line) => line !== undefined)
  const what = error.message === '' ? (fields.code ?? 'connection failed') : error.message
  return new CdcError(code, { where, what: `PostgreSQL: ${what}`, fix, details, cause: thrown })
}

/** The SQLSTATE behind an error of `postgresError`, if PostgreSQL gave one. */
export function sqlState(error: unknown): string | undefined {
  const cause = error instanceof CdcError ? error.cause : error
  const code = cause instanceof Error ? (cause as Error & ThrownFields).code : undefined
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

function classify(fields: ThrownFields, message: string, role?: string): { code: ErrorCode; fix?: string } {
  const state = fields.code ?? ''
  if (networkCodes.has(state)) return { code: 'CDC-P01' }
  if (/^(DEPTH_ZERO|SELF_SIGNED|CERT_|UNABLE_TO_|ERR_TLS|ERR_SSL)/.test(state) || /SSL|certificate/i.test(message)) {
    return { code: 'CDC-P02', fix: 'check sslmode and the certificates in connection.url' }
  }
  if (!/^[0-9A-Z]{5}$/.test(state)) return { code: lostConnection.test(message) ? 'CDC-P01' : 'CDC-P07' }
  if (state === '53100') return { code: 'CDC-P06' }
  if (/^(08|40|53|57P|58|55P03|25006)/.test(state) || state === '57014') return { code: 'CDC-P01' }
  if (state.startsWith('28')) return { code: 'CDC-P02' }
  if (state === '3D000') return { code: 'CDC-P02', fix: 'CREATE DATABASE, or correct connection.url' }
  if (state === '42501') return { code: 'CDC-P03', fix: grantFor(message, role) }
  if (state === '3F000') return { code: 'CDC-P04' }
  if (state === '42P01' || state === '42703') return { code: 'CDC-S06' }
  return { code: 'CDC-P07' }
}

/** The SQL for somebody who may. The messages name an object without its schema. */
function grantFor(message: string, role = 'connection.username'): string {
  const [, kind = '', name = ''] = /(?:denied for|must be owner of) ([\w ]+?) (\S+)$/.exec(message) ?? []
  const [object, to] = [quotePostgres(name), quotePostgres(role)]
  if (message.startsWith('must be owner')) return `ALTER ${kind.toUpperCase()} ${object} OWNER TO ${to};`
  if (kind === 'schema') {
    return `GRANT USAGE, CREATE ON SCHEMA ${object} TO ${to}; GRANT ALL ON ALL TABLES IN SCHEMA ${object} TO ${to};`
  }
  if (kind === 'database') return `GRANT CREATE ON DATABASE ${object} TO ${to};`
  if (kind === 'table') return `GRANT ALL ON ${object} TO ${to};`
  return `grant what is missing to ${to}`
}

/** Whether the data itself was refused (SQLSTATE classes 21, 22 and 23), so that another try ends the same way. */
export function isDataError(thrown: unknown): boolean {
  return /^2[123]/.test(sqlState(thrown) ?? '')
}
