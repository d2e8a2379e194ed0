import type { GtidPosition } from '../core/gtid.ts'
import { readEventLength } from '../mariadb/events/header.ts'
import type { ApplySession } from './apply-session.ts'

// Rows of an XA transaction arrive when it is prepared and count when it is committed, which may be days and restarts
// later. Until then their events are kept in PostgreSQL, stored in the transaction that moves the position past them.

const partBytes = 8 << 20

export interface PreparedKey {
  readonly connector: string
  readonly source: string
  readonly xid: string
}

/** Collects the events of one prepared transaction and stores them in parts. */
export class PreparedRows {
  readonly #session: ApplySession
  readonly #key: PreparedKey & { readonly reached: GtidPosition }
  #events: Buffer[] = []
  #bytes = 0
  #part = 0

  /** @param key with the position that is reached when they are stored */
  constructor(session: ApplySession, key: PreparedKey & { readonly reached: GtidPosition }) {
    this.#session = session
    this.#key = key
  }

  /** Takes an event without its checksum. */
  async add(buffer: Buffer, start: number, end: number): Promise<void> {
    const event = Buffer.from(buffer.subarray(start, end))
    event.writeUInt32LE(event.length, 9)
    this.#events.push(event)
    this.#bytes += event.length
    if (this.#bytes >= partBytes) await this.store()
  }

  /** Writes what is collected; also an empty part, so that the transaction is known. */
  async store(): Promise<void> {
    await this.#session.ensureOpen(this.#key.reached)
    const { connector, source, xid } = this.#key
    await this.#session.run({
      text: 'INSERT INTO cdc.prepared (connector, source, xid, part, events) VALUES ($1, $2, $3, $4, $5)',
      values: [connector, source, xid, this.#part++, Buffer.concat(this.#events)],
    })
    this.#events = []
    this.#bytes = 0
  }
}

/** The parts of a prepared transaction in order; none: it is not known. Each holds whole events without checksums. */
export async function* preparedParts(session: ApplySession, key: PreparedKey): AsyncIterable<Buffer> {
  for (let part = 0; ; part++) {
    const { rows } = await session.run({
      text: `SELECT encode(events, 'base64') AS events FROM cdc.prepared
             WHERE connector = $1 AND source = $2 AND xid = $3 AND part = $4`,
      values: [key.connector, key.source, key.xid, part],
    })
    const row = rows[0] as { events: string } | undefined
    if (row === undefined) return
    yield Buffer.from(row.events, 'base64')
  }
}

/** Forgets a transaction that has ended. */
export async function deletePrepared(session: ApplySession, key: PreparedKey): Promise<void> {
  await session.run({
    text: 'DELETE FROM cdc.prepared WHERE connector = $1 AND source = $2 AND xid = $3',
    values: [key.connector, key.source, key.xid],
  })
}

/** Start and end of each event in a part. */
export function* eventsOf(part: Buffer): Iterable<readonly [number, number]> {
  for (let start = 0; start < part.length;) {
    const end = start + readEventLength(part, start)
    yield [start, end]
    start = end
  }
}
