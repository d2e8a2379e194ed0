import { copyHeader, copyTrailer } from '../mapping/copy-writer.ts'
import { copyIn } from '../postgres/copy-in.ts'
import { missingRows } from './apply-session.ts'
import type { ApplySession } from './apply-session.ts'
import type { KeyedChanges, KeylessChanges, RowImage } from './row-changes.ts'
import type { TargetTable } from './target-table.ts'
import { tupleFields } from './tuple-fields.ts'

/** Up to so many changes of a table go as single prepared statements in one round trip; more go through a staging table. */
const directLimit = 64

/** Writes what a batch collected for a table into the open transaction. Queued statements may be unanswered still. */
export async function writeChanges(session: ApplySession, table: TargetTable): Promise<void> {
  const { changes } = table
  if (changes.isEmpty) return
  if ('counts' in changes) await writeKeyless(session, table, changes)
  else if (changes.images.size <= directLimit) writeDirectly(session, table, changes)
  else await writeStaged(session, table, changes)
  changes.clear()
}

/**
 * Deletes first, then rows: with a second unique index a value may have moved from one row to another, which an upsert
 * row by row would trip over; there every touched key is deleted before anything is inserted.
 */
function writeDirectly(session: ApplySession, table: TargetTable, changes: KeyedChanges): void {
  const { statements } = table
  const columns = table.mapped.columns.length
  for (const [key, image] of changes.images) {
    if (image.start >= 0 && !table.hasOtherUnique) continue
    const values = tupleFields(Buffer.from(key, 'latin1'), 0, table.mapped.key.length)
    session.queue({ name: `cdc_delete_${statements.id}`, text: statements.deleteRow ?? '', values })
  }
  // The writer's memory is used again for the next batch, and a statement may wait in the socket: so a copy.
  const rows = Buffer.from(changes.rows.buffer.subarray(0, changes.rows.position))
  for (const image of changes.images.values()) {
    if (image.start < 0) continue
    const values = tupleFields(rows, image.start + 2, columns)
    session.queue({ name: `cdc_upsert_${statements.id}`, text: statements.upsertRow ?? '', values })
  }
}

async function writeStaged(session: ApplySession, table: TargetTable, changes: KeyedChanges): Promise<void> {
  const { statements } = table
  const gone: string[] = []
  const rows: RowImage[] = []
  for (const [key, image] of changes.images) {
    if (image.start < 0 || table.hasOtherUnique) gone.push(key)
    if (image.start >= 0) rows.push(image)
  }
  if (gone.length > 0) {
    await fill(session, statements.keyStage, statements.createKeyStage, keyTuples(gone, table.mapped.key.length))
    session.queue({ text: statements.deleteStaged })
  }
  if (rows.length > 0) {
    await fill(session, statements.rowStage, statements.createRowStage, rowTuples(changes.rows.buffer, rows))
    session.queue({ text: statements.upsertStaged })
  }
  await session.settle()
}

async function writeKeyless(session: ApplySession, table: TargetTable, changes: KeylessChanges): Promise<void> {
  const { statements } = table
  const [gone, added]: [string[], string[]] = [[], []]
  for (const [row, count] of changes.counts) {
    for (let i = 0; i < Math.abs(count); i++) (count < 0 ? gone : added).push(row)
  }
  if (gone.length > 0) {
    await fill(session, statements.rowStage, statements.createRowStage, wholeTuples(gone))
    // Here the whole table is read: a join by hash reads it once.
    session.queue({ text: 'SET LOCAL enable_hashjoin = on' })
    const { rowCount } = await session.run({ text: statements.deleteStagedRows })
    session.queue({ text: 'SET LOCAL enable_hashjoin = off' })
    if (rowCount !== gone.length) throw missingRows(table.label, gone.length, rowCount ?? 0)
  }
  if (added.length > 0) {
    await fill(session, statements.rowStage, statements.createRowStage, wholeTuples(added))
    await session.run({ text: statements.insertStaged })
  }
}

/** Puts tuples into a staging table, made when the session has none and emptied when this transaction has used it. */
async function fill(session: ApplySession, stage: string, create: string, tuples: Iterable<Buffer>): Promise<void> {
  if (!session.stages.has(stage)) session.queue({ text: create })
  else if (session.filledStages.has(stage)) session.queue({ text: `TRUNCATE ${stage}` })
  session.stages.add(stage)
  session.filledStages.add(stage)
  await session.alone(() => copyIn(session.connection, `COPY ${stage} FROM STDIN (FORMAT binary)`, framed(tuples)))
}

function* framed(tuples: Iterable<Buffer>): Iterable<Buffer> {
  yield copyHeader
  yield* tuples
  yield copyTrailer
}

/** Rows that later ones replaced leave gaps: what is left is gathered, so that few large chunks go out. */
function* rowTuples(buffer: Buffer, rows: readonly RowImage[]): Iterable<Buffer> {
  const chunk = Buffer.allocUnsafe(1 << 18)
  let filled = 0
  for (const { start, end } of rows) {
    if (filled + end - start > chunk.length) {
      yield chunk.subarray(0, filled)
      filled = 0
    }
    if (end - start > chunk.length) yield buffer.subarray(start, end)
    else filled += buffer.copy(chunk, filled, start, end)
  }
  yield chunk.subarray(0, filled)
}

function* keyTuples(keys: readonly string[], columns: number): Iterable<Buffer> {
  const count = String.fromCharCode(columns >> 8, columns & 0xff)
  yield* wholeTuples(keys, count)
}

/** Latin1 strings as chunks of about 64 KB, each with `prefix` before it. */
function* wholeTuples(tuples: readonly string[], prefix = ''): Iterable<Buffer> {
  let text = ''
  for (const tuple of tuples) {
    text += prefix + tuple
    if (text.length < 1 << 16) continue
    yield Buffer.from(text, 'latin1')
    text = ''
  }
  yield Buffer.from(text, 'latin1')
}
