import { CdcError } from '../core/errors.ts'
import { startOver } from '../core/start-over.ts'
import { covers, formatGtid, formatPosition, type GtidPosition } from '../core/gtid.ts'

/**
 * Whether the server has all that we have. A server whose log was reset (RESET MASTER, restored from a backup, another
 * server) may accept our position at first, while it has no transaction of the domain yet, and begin again from 1.
 * @throws CdcError CDC-M09
 */
export function checkHistory(where: string, ours: GtidPosition, server: GtidPosition): void {
  const unknown = [...ours.values()].filter((gtid) => !covers(server, gtid))
  if (unknown.length === 0) return
  throw new CdcError('CDC-M09', {
    where,
    what: 'the server does not have what was received already',
    why: `${unknown.map(formatGtid).join(', ')} is beyond its binary log: it was reset, restored, lost transactions in a crash, or is another server`,
    fix: `point the connector at the right server; or, when it is the right one: ${startOver(where)}`,
    details: [`received: ${formatPosition(ours)}`, `server:   ${formatPosition(server) || '(empty)'}`],
  })
}
