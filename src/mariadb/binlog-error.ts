import { CdcError, type ErrorCode } from '../core/errors.ts'
import { startOver } from '../core/start-over.ts'
import { formatPosition, type GtidPosition } from '../core/gtid.ts'
import { commandError, grantFor, type FailureContext } from './mariadb-error.ts'
import type { ServerError } from './packets.ts'

export interface DumpContext extends FailureContext {
  readonly serverId: number
  readonly position: GtidPosition
}

/** Texts of error 1236, which means a dozen different things. The first that fits counts. */
const texts: readonly { readonly pattern: RegExp; readonly code: ErrorCode; readonly what: string }[] = [
  {
    pattern:
      /could not find GTID state|probably.*purged|required binlog files have been purged|could not find first log/i,
    code: 'CDC-M06',
    what: 'the binary logs no longer reach back to the position',
  },
  {
    pattern: /not in the master's binlog|diverged|higher sequence numbers/i,
    code: 'CDC-M09',
    what: 'the server does not know the position',
  },
  { pattern: /binary log is not open/i, code: 'CDC-M05', what: 'the server writes no binary log' },
  { pattern: /max_allowed_packet|exceeded/i, code: 'CDC-M11', what: 'an event is larger than the server can send' },
  { pattern: /encrypt|decrypt/i, code: 'CDC-M12', what: 'the server cannot decrypt its binary log' },
]

const sameServerId = 4052
const positionUnreadable = 1941
const dumpFailed = 1236
/** That of a refused login; to a user who is logged in it says that REPLICATION SLAVE is missing. */
const accessDenied = 1045

/** An ERR packet that answered, or ended, the stream of events. */
export function dumpError(error: ServerError, context: DumpContext): CdcError {
  const { where, address, serverId, position } = context
  const why = `${error.message} (${error.number})`
  const details = [`position: ${formatPosition(position) || '(empty)'}`]
  if (error.number === sameServerId || /same server_uuid\/server_id/i.test(error.message)) {
    return sameServerIdError(context, `${address}: another worker or replica uses server id ${serverId}`, why)
  }
  if (error.number === positionUnreadable)
    return new CdcError('CDC-M09', {
      where,
      what: `${address} cannot read the position`,
      why,
      fix: startOver(where),
      details,
    })
  if (error.number === accessDenied) {
    const fix = grantFor(error.message, context)
    return new CdcError('CDC-M03', {
      where,
      what: `${address}: '${context.user}' may not read the binary log`,
      why,
      fix,
    })
  }
  if (error.number !== dumpFailed) return commandError({ ...error, code: '' }, context, 'the stream of events ended')
  const known = texts.find(({ pattern }) => pattern.test(error.message))
  // What is not known (a file vanished under the reader, RESET MASTER in mid-stream) says what it is at the next attempt.
  const { code, what } = known ?? { code: 'CDC-M01' as const, what: 'the stream of events ended' }
  const fix = code === 'CDC-M06' || code === 'CDC-M09' ? startOver(where) : undefined
  return new CdcError(code, { where, what: `${address}: ${what}`, why, fix, details })
}

export function sameServerIdError(context: FailureContext & { serverId: number }, what: string, why: string): CdcError {
  // Not the next one, which the next connector is likely to have.
  const free = (context.serverId + 100_000) % 0xffff_ffff
  const fix = `stop the other one, or give this connector its own number: "database.server.id": "${free}"`
  return new CdcError('CDC-M07', { where: context.where, what, why, fix })
}
