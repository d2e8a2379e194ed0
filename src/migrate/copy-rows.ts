import { CopyWriter, copyHeader, copyTrailer } from '../mapping/copy-writer.ts'
import type { RowEncoder } from '../mapping/row-encoder.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { copyIn } from '../postgres/copy-in.ts'
import type { RowBatch } from '../mariadb/row-stream.ts'

/** A COPY message of about this size leaves the process at once; bigger ones gain nothing. */
const chunkBytes = 128 * 1024
/** Values of this size go to PostgreSQL from where they were received: a copy of them would be many megabytes. */
const spliceBytes = 256 * 1024

export interface CopyRowsOptions {
  readonly batches: AsyncIterable<RowBatch>
  readonly encoder: RowEncoder
  readonly columns: number
  readonly connection: PostgresConnection
  /** `COPY … FROM STDIN (FORMAT binary)` */
  readonly sql: string
  /** Rows in one COPY statement. */
  readonly batchSize: number
  readonly signal: AbortSignal
  /** Rows and bytes since the last call. */
  readonly onCopied: (rows: number, bytes: number) => void
}

/**
 * Turns rows of MariaDB into COPY statements while they arrive; what is held in memory is one batch of the reader and
 * one chunk. @throws what reading, encoding and COPY throw.
 */
export async function copyRows(options: CopyRowsOptions): Promise<void> {
  const { connection, sql, signal } = options
  const rows = rowChunks(options)
  try {
    for (;;) {
      signal.throwIfAborted()
      // The first row is awaited before COPY begins: an empty result needs no statement.
      const first = await rows.next()
      if (first.done === true) return
      await copyIn(connection, sql, statementChunks(first.value, rows))
    }
  } finally {
    await rows.return()
  }
}

/** Encoded rows; `null` ends a COPY statement. */
async function* rowChunks(options: CopyRowsOptions): AsyncGenerator<Buffer | null, void> {
  const { batches, encoder, columns, batchSize, signal, onCopied } = options
  const writer = new CopyWriter(chunkBytes * 2, spliceBytes)
  const offsets = new Int32Array(columns + 1)
  let inStatement = 0
  let pending = 0
  function* take(): Generator<Buffer> {
    const rows = pending
    pending = 0
    let bytes = 0
    for (const piece of writer.pieces()) {
      bytes += piece.length
      yield piece
    }
    onCopied(rows, bytes)
    writer.reset()
  }
  for await (const { buffer, starts, count } of batches) {
    signal.throwIfAborted()
    for (let i = 0; i < count; i++) {
      encoder.encode(buffer, starts[i] as number, writer, offsets)
      pending++
      inStatement++
      if (inStatement >= batchSize) {
        yield* take()
        yield null
        inStatement = 0
      } else if (writer.position >= chunkBytes || writer.splices.length > 0) {
        yield* take()
      }
    }
  }
  if (pending > 0) yield* take()
}

/** Header, chunks up to the end of a statement, trailer. */
async function* statementChunks(
  first: Buffer | null,
  rows: AsyncGenerator<Buffer | null, void>,
): AsyncGenerator<Buffer> {
  yield copyHeader
  for (let chunk: Buffer | null | void = first; chunk instanceof Buffer;) {
    yield chunk
    chunk = (await rows.next()).value
  }
  yield copyTrailer
}
