import { CdcError } from '../core/errors.ts'

/** What an error of the server, of the socket or of TLS is about. */
export interface MariadbFailure {
  /** The server's number; undefined: the failure is not the server's. */
  readonly number: number | undefined
  /** `ECONNREFUSED`, `HANDSHAKE_SSL_ERROR`, `CERT_HAS_EXPIRED`, … */
  readonly code: string
  readonly message: string
  readonly cause?: unknown
}

export interface FailureContext {
  /** What the user calls it: the connector or the database. */
  readonly where: string
  readonly user: string
  /** `user@host` of the account, where the server was asked. */
  readonly account?: string | undefined
  readonly address: string
  readonly sslMode: string
}

const loginRefused = new Set([1045, 1130, 1129, 1251, 1524, 1698, 1820, 1862, 3118, 4151])
const privilegeMissing = new Set([1044, 1141, 1142, 1143, 1227, 1370])
/** Too many connections, shutdown, killed, network errors: none of them says that anything is wrong for good. */
const passing = new Set([
  1040, 1053, 1079, 1080, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1317, 1927, 2006, 2013, 2055,
])
const insecureTransport = 3159
const tableChanged = 1412

export function isPrivilegeMissing({ number }: MariadbFailure): boolean {
  return number !== undefined && privilegeMissing.has(number)
}

export function failureOf(thrown: unknown): MariadbFailure {
  if (!(thrown instanceof Error)) return { number: undefined, code: '', message: String(thrown), cause: thrown }
  const number = 'errno' in thrown && typeof thrown.errno === 'number' && thrown.errno > 0 ? thrown.errno : undefined
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const parts = thrown instanceof AggregateError ? thrown.errors.map(String) : [thrown.message]
  return { number, code, message: parts.join('; '), cause: thrown }
}

/** An error while connecting or logging in. CDC-M01, M02, M03 or M15. */
export function connectError(thrown: unknown, context: FailureContext): CdcError {
  if (thrown instanceof CdcError) return thrown
  const failure = failureOf(thrown)
  const { where, address, user } = context
  const why = failure.message
  const cause = failure.cause
  if (failure.number === insecureTransport || /insecure transport/i.test(why)) {
    const fix = 'set "database.ssl.mode": "verify-full" (or "trust")'
    return new CdcError('CDC-M15', { where, what: `${address} accepts only encrypted connections`, why, fix, cause })
  }
  if (failure.number === 1129) {
    const fix = 'on the server: mariadb-admin flush-hosts'
    return new CdcError('CDC-M02', { where, what: `${address} has blocked this machine`, why, fix, cause })
  }
  if (failure.number !== undefined && loginRefused.has(failure.number)) {
    const hint =
      context.sslMode === 'disable'
        ? '; if the server demands TLS (require_secure_transport, REQUIRE SSL), it says the same: set database.ssl.mode'
        : ''
    const fix = `check user and password of '${user}'; a new password is set by: ALTER USER '${user}'@'%' IDENTIFIED BY '…'${hint}`
    return new CdcError('CDC-M02', { where, what: `${address} refused the login of '${user}'`, why, fix, cause })
  }
  if (failure.code === 'AUTH_SWITCH_PLUGIN_ERROR' || /unknown plugin|CLEAR_PASSWORD/i.test(failure.code + why)) {
    const fix = `ALTER USER '${user}'@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('…');`
    return new CdcError('CDC-M02', { where, what: `the way '${user}' logs in is not supported`, why, fix, cause })
  }
  if (failure.code === 'HANDSHAKE_NO_SSL_SUPPORT') {
    const fix = 'switch TLS on at the server (ssl_cert, ssl_key), or set "database.ssl.mode": "disable"'
    return new CdcError('CDC-M15', { where, what: `${address} does not offer TLS`, why, fix, cause })
  }
  if (failure.code === 'HANDSHAKE_SSL_ERROR') {
    const fix = tlsFix(why)
    return new CdcError('CDC-M15', { where, what: `TLS with ${address} failed`, why, fix, cause })
  }
  return commandError(failure, context, 'the connection was lost')
}

function tlsFix(why: string): string {
  if (/expired/i.test(why)) return 'renew the certificate of the server'
  if (/altnames|does not match/i.test(why))
    return 'use the name in the certificate as database.hostname, or set "database.ssl.mode": "verify-ca"'
  if (/self.signed|unable to (get|verify)|issuer/i.test(why)) {
    return 'set "database.ssl.ca" to the PEM file of the authority that signed the certificate of the server'
  }
  return 'check database.ssl.mode and the certificates'
}

/**
 * An error of a command on an open connection: CDC-M01 when it may pass, CDC-M03 with the GRANT, CDC-L04 when the table
 * was altered under an open snapshot, else CDC-M17. `what` says what was tried.
 */
export function commandError(failure: MariadbFailure, context: FailureContext, what: string): CdcError {
  const { where } = context
  const why = failure.number === undefined ? failure.message : `${failure.message} (${failure.number})`
  const cause = failure.cause
  if (failure.number === undefined || passing.has(failure.number)) {
    return new CdcError('CDC-M01', { where, what: `${context.address}: ${what}`, why, cause })
  }
  if (privilegeMissing.has(failure.number)) {
    return new CdcError('CDC-M03', { where, what, why, fix: grantFor(failure.message, context), cause })
  }
  if (failure.number === tableChanged) return new CdcError('CDC-L04', { where, what, why, cause })
  return new CdcError('CDC-M17', { where, what: `MariaDB: ${why}`, details: [what], cause })
}

/** The GRANT that the message of the server asks for. */
export function grantFor(message: string, { user, account }: Pick<FailureContext, 'user' | 'account'>): string {
  const known = account === undefined ? /to user '([^']*)'@'([^']*)'/.exec(message) : /^(.*)@(.*)$/.exec(account)
  const to = known === null ? `'${user}'@'%'` : `'${known[1]}'@'${known[2]}'`
  const command = /^(\w[\w ]*?) command denied .* for table [`']([^`']+)[`'](?:\.[`']([^`']+)[`'])?/.exec(message)
  if (command !== null) {
    const target = command[3] === undefined ? '*.*' : `\`${command[2]}\`.\`${command[3]}\``
    return `GRANT ${command[1]} ON ${target} TO ${to};`
  }
  const needed = /at least one of\) the (.+?) privilege\(s\)/.exec(message)
  if (needed !== null) return `GRANT ${(needed[1] ?? '').split(',')[0]} ON *.* TO ${to};`
  const database = /to database '([^']+)'/.exec(message)
  if (database !== null) return `GRANT SELECT ON \`${database[1]}\`.* TO ${to};`
  return `GRANT REPLICATION SLAVE, SELECT ON *.* TO ${to};`
}
