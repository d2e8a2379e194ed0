import { EventBytes } from '../mariadb/events/event-bytes.ts'
import type { QueryEvent } from '../mariadb/events/query.ts'

// EXECUTE_LOAD_QUERY (18), LOAD DATA that was logged as a statement: like QUERY, with more before the status variables:
//   thread id u32 | execution time u32 | database length u8 | error code u16 | length of the status variables u16
//   | file id u32, start u32, end u32, duplicates u8 | status variables | database, 0 | SQL text to the end

/** The statement as far as its table needs to be known. @throws CdcError CDC-M10 */
export function loadedInto(event: Buffer, end: number): QueryEvent {
  const bytes = new EventBytes('load event', event, 0, end)
  const threadId = bytes.u32()
  bytes.skip(4)
  const databaseLength = bytes.u8()
  const errorCode = bytes.u16()
  const statusLength = bytes.u16()
  bytes.skip(13 + statusLength)
  const database = bytes.text(databaseLength)
  bytes.skip(1)
  const notSaid = { sqlMode: null, clientCollation: null, connectionCollation: null, serverCollation: null }
  const sql = bytes.text(bytes.remaining)
  return {
    ...{
      threadId,
      database,
      errorCode,
      ...notSaid,
      databaseCollation: null,
      explicitTimestamps: null,
      sqlIfExists: null,
    },
    sql,
  }
}
