import { charsetOfCollation } from '../../core/collations.ts'
import { decodeStatement } from './client-charset.ts'
import { inflateRest } from './compressed.ts'
import { EventBytes } from './event-bytes.ts'
import { eventTypes, readEventType } from './header.ts'

// QUERY (2), and QUERY_COMPRESSED (165), where the SQL text is in an envelope (compressed.ts):
//   thread id u32 | execution time u32 | database length u8 | error code u16 | length of the status variables u16
//   | status variables: code u8 and its value, by ascending code | database, 0 | SQL text to the end

export interface QueryEvent {
  readonly threadId: number
  /** The session's database; '' when it had none. */
  readonly database: string
  /** Not 0: the statement failed half-way on the server, for non-transactional tables. */
  readonly errorCode: number
  /** Bits as MariaDB counts them; null: not said. */
  readonly sqlMode: bigint | null
  /** Collation numbers; null: not said. */
  readonly clientCollation: number | null
  readonly connectionCollation: number | null
  readonly serverCollation: number | null
  /** Only there when the session had set collation_database; it is NOT the database's own one. */
  readonly databaseCollation: number | null
  /** Session option explicit_defaults_for_timestamp: OFF gives TIMESTAMP columns NOT NULL and defaults. */
  readonly explicitTimestamps: boolean | null
  /** Session option sql_if_exists: every DDL statement behaves as if it said IF [NOT] EXISTS. */
  readonly sqlIfExists: boolean | null
  readonly sql: string
}

/** @throws CdcError CDC-M10 */
export function parseQuery(buffer: Buffer, start: number, end: number): QueryEvent {
  const bytes = new EventBytes('query event', buffer, start, end)
  const threadId = bytes.u32()
  bytes.skip(4)
  const databaseLength = bytes.u8()
  const errorCode = bytes.u16()
  const statusLength = bytes.u16()
  const statusStart = bytes.skip(statusLength)
  const status = readStatus(new EventBytes('query event', buffer, statusStart - 19, bytes.at))
  const database = bytes.text(databaseLength)
  if (bytes.u8() !== 0) throw bytes.damaged('the database has no end')
  const compressed = readEventType(buffer, start) === eventTypes.queryCompressed
  const text = compressed ? inflateRest(bytes, 'query event') : bytes.bytes(bytes.remaining)
  const charset = status.clientCollation === null ? 'utf8mb4' : charsetOfCollation(status.clientCollation)
  return { threadId, database, errorCode, ...status, sql: decodeStatement(text, charset) }
}

type Status = Omit<QueryEvent, 'threadId' | 'database' | 'errorCode' | 'sql'>

/** Bits of the session options (status variable 0), seen on 10.11. */
const explicitTimestampsOption = 0x0100_0000
const sqlIfExistsOption = 0x1000_0000

/** Codes whose value is only moved over: its bytes, or `text` for a length and as many bytes, plus a zero for code 2. */
const skipped: Readonly<Record<number, number | 'text' | 'text and zero'>> = {
  2: 'text and zero', // catalog
  3: 4, // auto_increment_increment, _offset
  5: 'text', // time zone
  6: 'text', // catalog
  7: 2, // lc_time_names
}

/** Everything of interest has a code up to 8, and codes ascend: the first unknown one ends the reading. */
function readStatus(bytes: EventBytes): Status {
  let options: number | null = null
  let sqlMode: bigint | null = null
  let collations: readonly [number, number, number] | null = null
  let databaseCollation: number | null = null
  while (bytes.remaining > 0) {
    const code = bytes.u8()
    const size = skipped[code]
    if (code === 0) options = bytes.u32()
    else if (code === 1) sqlMode = bytes.u64()
    else if (code === 4) collations = [bytes.u16(), bytes.u16(), bytes.u16()]
    else if (code === 8) databaseCollation = bytes.u16()
    else if (size === undefined) break
    else bytes.skip(typeof size === 'number' ? size : bytes.u8() + (size === 'text' ? 0 : 1))
  }
  const [clientCollation, connectionCollation, serverCollation] = collations ?? [null, null, null]
  return {
    sqlMode,
    clientCollation,
    connectionCollation,
    serverCollation,
    databaseCollation,
    explicitTimestamps: options === null ? null : (options & explicitTimestampsOption) !== 0,
    sqlIfExists: options === null ? null : (options & sqlIfExistsOption) !== 0,
  }
}
