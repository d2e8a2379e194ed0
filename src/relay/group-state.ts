import { parseGtidEvent } from '../mariadb/events/gtid.ts'
import { checksumBytes, eventTypes, readEventType } from '../mariadb/events/header.ts'
import { parseQuery } from '../mariadb/events/query.ts'

/**
 * Follows the events of a relay file and knows where a group is whole: a standalone one after its statement, any other
 * after XID, COMMIT, ROLLBACK or XA_PREPARE.
 */
export class GroupState {
  #open = false
  #standalone = false

  /** Between groups. */
  get isWhole(): boolean {
    return !this.#open
  }

  /** Takes the next event, which ends with a checksum at `next`. */
  take(buffer: Buffer, start: number, next: number): void {
    const end = next - checksumBytes
    const type = readEventType(buffer, start)
    if (type === eventTypes.gtid) {
      this.#open = true
      this.#standalone = parseGtidEvent(buffer, start, end).standalone
    } else if (type === eventTypes.xid || type === eventTypes.xaPrepare) this.#open = false
    else if (type === eventTypes.executeLoadQuery) this.#open &&= !this.#standalone
    else if (type === eventTypes.query || type === eventTypes.queryCompressed) {
      if (this.#standalone || isEnd(parseQuery(buffer, start, end).sql)) this.#open = false
    }
  }
}

function isEnd(sql: string): boolean {
  // ROLLBACK TO a savepoint ends nothing.
  return sql.length < 20 && /^\s*(COMMIT|ROLLBACK)\s*;?\s*$/i.test(sql)
}
