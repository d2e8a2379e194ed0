import type { Duplex } from 'node:stream'
import { once } from 'node:events'
import type { PostgresConnection } from './connection.ts'
import { postgresError } from './error.ts'

/** The parts of node-postgres' connection that a COPY needs; the client hands it to whatever is submitted as a query. */
interface WireConnection {
  readonly stream: Duplex
  query(text: string): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/**
 * Runs `COPY … FROM STDIN` and feeds it. A chunk may be reused by the caller as soon as the next one is asked for: it has
 * been handed to the socket by then. Stops feeding when the server reports an error; an error of `chunks` fails the COPY.
 *
 * Frames by the PostgreSQL manual, "Message Formats": CopyData is 'd', int32 length including itself, bytes.
 * @returns the number of rows
 * @throws CdcError as `postgresError` classifies it, or whatever `chunks` throws.
 */
export async function copyIn(
  connection: PostgresConnection,
  sql: string,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<number> {
  const done = Promise.withResolvers<number>()
  let rows = 0
  let failure: unknown
  let feeding: Promise<void> = Promise.resolve()
  let refused = false
  const copy = {
    // node-postgres calls back through this when the connection dies.
    callback: undefined,
    submit(wire: WireConnection): undefined {
      wire.query(sql)
    },
    handleCopyInResponse(wire: WireConnection): void {
      feeding = feed(wire, chunks, { refused: () => refused, where: connection.where }).then(
        () => {
          if (!refused) wire.endCopyFrom()
        },
        (thrown: unknown) => {
          failure ??= thrown
          if (!refused) wire.sendCopyFail('the rows could not be read')
        },
      )
    },
    handleCommandComplete(message: { text: string }): void {
      rows = Number(message.text.split(' ')[1] ?? 0)
    },
    handleError(error: unknown): void {
      refused = true
      failure ??= postgresError(error, connection.where)
      // Nothing more comes to a query after its error, not even ReadyForQuery.
      finish()
    },
    handleReadyForQuery(): void {
      finish()
    },
    handleRowDescription: ignore,
    handleDataRow: ignore,
    handleEmptyQuery: ignore,
    handlePortalSuspended: ignore,
    handleCopyData: ignore,
  }
  function finish(): void {
    void feeding.then(() => {
      if (failure === undefined) done.resolve(rows)
      else done.reject(failure)
    })
  }
  connection.client.query(copy as never)
  return await done.promise
}

function ignore(): void {}

interface Feeding {
  /** The server has reported an error: what follows would be thrown away. */
  refused(): boolean
  readonly where: string
}

async function feed(
  wire: WireConnection,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  { refused, where }: Feeding,
): Promise<void> {
  for await (const chunk of chunks) {
    if (refused()) return
    if (chunk.length === 0) continue
    if (wire.stream.destroyed) throw postgresError(new Error('Connection terminated'), where)
    const header = Buffer.allocUnsafe(5)
    header[0] = 0x64
    header.writeInt32BE(chunk.length + 4, 1)
    wire.stream.cork()
    wire.stream.write(header)
    wire.stream.write(chunk)
    wire.stream.uncork()
    // The chunk's memory is the caller's: wait until nothing of it is queued any more.
    if (wire.stream.writableLength > 0) await drained(wire.stream, where)
  }
}

async function drained(stream: Duplex, where: string): Promise<void> {
  if (!stream.writableNeedDrain) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()))
    return
  }
  const stop = new AbortController()
  try {
    await Promise.race([once(stream, 'drain', { signal: stop.signal }), once(stream, 'close', { signal: stop.signal })])
  } catch (thrown) {
    throw postgresError(thrown, where)
  } finally {
    stop.abort()
  }
}
