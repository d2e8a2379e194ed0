// Kafka Connect -> embedded runtime. Debezium stands still, its sink has applied what it wrote, and the embedded source
// begins behind the last whole transaction of Debezium's offset. What the target has beyond that is applied once more, by
// key, which changes nothing. Each step looks at what is there, so the whole can be broken off and begun again anywhere.
import { askUntil } from '../connect/wait.ts'
import { CdcError } from '../core/errors.ts'
import { formatPosition, reaches, samePosition } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import {
  mustNotFail,
  positionIn,
  positionOf,
  presence,
  registerStopped,
  remove,
  removePipeline,
  runAgain,
  standStill,
  waitUntilApplied,
} from './connectors.ts'
import { changedTables, readSourceNow, saveTablesAt, shapeOf } from './followed-tables.ts'
import type { SourceNow } from './followed-tables.ts'
import type { MoveOptions } from './move-options.ts'
import { waitUntilDrained } from './topic-ends.ts'

/** How often a schema change in the very moment of the move is waited out. */
const attempts = 5

/** @throws CdcError; the same call again goes on where this one ended */
export async function moveToEmbedded(options: MoveOptions, database: string): Promise<void> {
  const { embedded, connect, source, sink, onStep } = options
  if (!(await embeddedFollows(options))) {
    const { position, now } = await stopConnect(options)
    // Only now: what Debezium may have written beyond its offset is at or before this.
    await saveTablesAt(options, database, now)
    await prepareEmbedded(options, position)
  }
  await runAgain(embedded, source.name, options)
  await runAgain(embedded, sink.name, options)
  onStep(sink.name, 'both run on the embedded runtime')
  const { position } = await readSourceNow(options)
  await waitUntilApplied(options, position)
  onStep(sink.name, `caught up at ${formatPosition(position)}`)
  await removePipeline(connect, options, (name) => onStep(name, 'removed from Kafka Connect; its topics stay'))
}

/** Whether an earlier call has started the embedded source: it was prepared then. */
async function embeddedFollows({ embedded, connect, source }: MoveOptions): Promise<boolean> {
  if ((await presence(connect, source.name)) === 'ABSENT') return true
  const state = await presence(embedded, source.name)
  return state !== 'ABSENT' && state !== 'STOPPED'
}

/** Ends the pipeline on Kafka Connect at a position at which the columns of all tables are known. */
async function stopConnect(options: MoveOptions): Promise<{ position: GtidPosition; now: SourceNow }> {
  const { connect, source, sink, onStep } = options
  let before: SourceNow | undefined
  for (let attempt = 1; ; attempt++) {
    await standStill(connect, source.name, options)
    const position = await positionOf(connect, source.name)
    const now = await readSourceNow(options)
    const altered = changedTables(now.tables)
    // A table is now as it was at the position when it is as the state says, or did not change since before the position.
    const same = before !== undefined && reaches(position, before.position) && sameShapes(before, now)
    if (altered.length === 0 || same) {
      onStep(source.name, `stopped on Kafka Connect at ${formatPosition(position)}`)
      if ((await presence(connect, sink.name)) === 'STOPPED') await connect.resume(sink.name)
      await waitUntilDrained(options, async () => await mustNotFail(connect, sink.name))
      await standStill(connect, sink.name, options)
      onStep(sink.name, 'stopped on Kafka Connect, everything in its topics is applied')
      return { position, now }
    }
    if (attempt === attempts) throw changing(source.name, altered.map(({ name }) => name).join(', '))
    before = now
    await runAgain(connect, source.name, options)
    await waitUntilPast(options, now.position)
  }
}

/** Waits for Debezium's offset, which it writes only now and then, to pass a position. */
async function waitUntilPast({ connect, source, ...waiting }: MoveOptions, position: GtidPosition): Promise<void> {
  await askUntil(
    async () => {
      const at = positionIn(await connect.offsets(source.name))
      if (at !== undefined && reaches(at, position)) return true
      await mustNotFail(connect, source.name)
      return undefined
    },
    { ...waiting, where: source.name, waitedFor: () => `waiting for it to pass ${formatPosition(position)}` },
  )
}

function sameShapes(before: SourceNow, now: SourceNow): boolean {
  const shapes = ({ tables }: SourceNow): string =>
    JSON.stringify(tables.map((table) => [table.name, shapeOf(table.now)]))
  return shapes(before) === shapes(now)
}

/** Both connectors on the embedded runtime, stopped, at the position. */
async function prepareEmbedded(options: MoveOptions, position: GtidPosition): Promise<void> {
  const { embedded, source, sink, files, onStep } = options
  const gtids = formatPosition(position)
  const recorded =
    (await presence(embedded, source.name)) === 'ABSENT' ? undefined : positionIn(await embedded.offsets(source.name))
  if (recorded === undefined || !samePosition(recorded, position)) {
    // A sink that stands elsewhere would be in the way of a relay log that begins here.
    await remove(embedded, sink.name, options)
    await registerStopped(embedded, files.source)
    await embedded.patchOffsets(source.name, [{ partition: { server: source.topicPrefix }, offset: { gtids } }])
  }
  await registerStopped(embedded, files.sink)
  await embedded.patchOffsets(sink.name, [{ partition: { source: source.name }, offset: { gtids } }])
  onStep(source.name, `prepared on the embedded runtime at ${gtids}`)
}

function changing(where: string, tables: string): CdcError {
  return new CdcError('CDC-D02', {
    where,
    what: `${tables} changes while it is moved`,
    fix: 'when no more ALTER TABLE runs, run the same command again',
  })
}
