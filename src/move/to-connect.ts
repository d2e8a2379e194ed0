// Embedded runtime -> Kafka Connect. The embedded source stands still at a position P, its sink has applied up to P, and
// Debezium begins at P. Each step looks at what is there, so the whole can be broken off and begun again anywhere.
import type { ConnectorFile } from '../config/connector-file.ts'
import { registerConnector } from '../connect/register.ts'
import { askUntil, waitUntilRunning } from '../connect/wait.ts'
import { CdcError } from '../core/errors.ts'
import { formatPosition, samePosition } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import {
  hasApplied,
  mustNotFail,
  positionIn,
  positionOf,
  presence,
  registerStopped,
  removePipeline,
  runAgain,
  setOffsets,
  standStill,
  waitUntilApplied,
} from './connectors.ts'
import { changedTables, mustHaveNothingPrepared, readSourceNow } from './followed-tables.ts'
import type { SourceNow } from './followed-tables.ts'
import type { MoveOptions } from './move-options.ts'
import { beginAtTopicEnds } from './topic-ends.ts'

/** How often a schema change in the very moment of the move is waited out. */
const attempts = 3

/** @throws CdcError; the same call again goes on where this one ended */
export async function moveToConnect(options: MoveOptions): Promise<void> {
  const { embedded, connect, source, sink, onStep } = options
  for (let attempt = 1; !(await debeziumFollows(options)); attempt++) {
    const { position, now } = await stopEmbedded(options)
    await prepareConnect(options, position, now)
    await runAgain(connect, source.name, options)
    onStep(source.name, 'Debezium has been started at that position')
    await waitUntilStreaming(options)
    // It reads every row with the columns of this moment: none may have changed since the position.
    const changed = changedTables((await readSourceNow(options)).tables)
    if (changed.length === 0) break
    await standStill(connect, source.name, options)
    if (attempt === attempts) throw changesTooOften(source.name, changed.map(({ name }) => name).join(', '))
    onStep(
      source.name,
      `${changed[0]?.name ?? ''} was altered meanwhile: going back to let the embedded runtime apply it`,
    )
    await applyAlteration(options)
  }
  await registerConnector(connect, options.files.source)
  await waitUntilRunning(connect, source.name, options)
  onStep(source.name, 'streams on Kafka Connect')
  await runAgain(connect, sink.name, options)
  onStep(sink.name, 'runs on Kafka Connect')
  await removePipeline(embedded, options, (name) => onStep(name, 'removed from the embedded runtime'))
}

/** Whether an earlier call has come past the place from which there is no way back. */
async function debeziumFollows({ embedded, connect, source }: MoveOptions): Promise<boolean> {
  if ((await presence(embedded, source.name)) === 'ABSENT') return true
  const state = await presence(connect, source.name)
  if (state === 'ABSENT' || state === 'STOPPED') return false
  const info = await connect.info(source.name)
  return info?.config['snapshot.mode'] !== firstStart['snapshot.mode']
}

/** Ends the embedded pipeline at one position that both of its connectors have. */
async function stopEmbedded(options: MoveOptions): Promise<{ position: GtidPosition; now: SourceNow }> {
  const { embedded, source, sink, onStep } = options
  for (let attempt = 1; ; attempt++) {
    await standStill(embedded, source.name, options)
    const position = await positionOf(embedded, source.name)
    if (!(await hasApplied(options, position))) {
      if ((await presence(embedded, sink.name)) === 'STOPPED') await embedded.resume(sink.name)
      await waitUntilApplied(options, position)
    }
    await standStill(embedded, sink.name, options)
    await mustHaveNothingPrepared(options)
    onStep(sink.name, `stopped on the embedded runtime, everything is applied up to ${formatPosition(position)}`)
    const now = await readSourceNow(options)
    const changed = changedTables(now.tables)
    if (changed.length === 0) return { position, now }
    if (attempt === attempts) throw changesTooOften(source.name, changed.map(({ name }) => name).join(', '))
    onStep(source.name, `${changed[0]?.name ?? ''} was altered meanwhile: letting the embedded runtime apply it`)
    await applyAlteration(options)
  }
}

/** Runs the embedded pipeline until it has applied what the server has now. */
async function applyAlteration(options: MoveOptions): Promise<void> {
  const { embedded, source, sink } = options
  const { position } = await readSourceNow(options)
  await runAgain(embedded, source.name, options)
  await runAgain(embedded, sink.name, options)
  await waitUntilApplied(options, position)
}

/**
 * For Debezium's first start: it reads the structure of the tables and goes on at the position that it finds. A sign of
 * life comes soon, also from a quiet server.
 */
const firstStart = {
  'snapshot.mode': 'recovery',
  'heartbeat.interval.ms': '1000',
  'connect.keep.alive.interval.ms': '5000',
} as const

/** Both connectors on Kafka Connect, stopped: the sink behind all that its topics hold, the source at the position. */
async function prepareConnect(options: MoveOptions, position: GtidPosition, { file }: SourceNow): Promise<void> {
  const { connect, source, sink, files, onStep } = options
  for (const { name } of [source, sink]) {
    const state = await presence(connect, name)
    if (state !== 'ABSENT' && state !== 'STOPPED') await standStill(connect, name, options)
  }
  const first: ConnectorFile = { ...files.source, config: { ...files.source.config, ...firstStart } }
  await registerStopped(connect, files.sink)
  await registerStopped(connect, first)
  for (const { name } of [source, sink]) await standStill(connect, name, options)
  const passedOver = await beginAtTopicEnds(options)
  const old = passedOver === 0 ? '' : `; it will not read what ${passedOver} partitions hold of an earlier time`
  onStep(sink.name, `prepared on Kafka Connect${old}`)
  const offset = { file: file.name, pos: file.position, gtids: formatPosition(position) }
  await setOffsets(connect, source.name, [{ partition: { server: source.topicPrefix }, offset }], options.signal)
  const set = positionIn(await connect.offsets(source.name))
  if (set === undefined || !samePosition(set, position)) {
    throw new CdcError('CDC-W04', {
      where: source.name,
      what: 'Kafka Connect did not take the position',
      fix: 'run the same command again',
    })
  }
  onStep(source.name, `prepared on Kafka Connect at ${formatPosition(position)}`)
}

/** Debezium writes its first own offset when it has read the structure; one that was set by hand has no time in it. */
async function waitUntilStreaming({ connect, source, ...waiting }: MoveOptions): Promise<void> {
  await askUntil(
    async () => {
      const own = (await connect.offsets(source.name))?.some(
        ({ offset }) => offset !== null && 'ts_sec' in offset && !('snapshot' in offset),
      )
      if (own === true) return true
      await mustNotFail(connect, source.name)
      return undefined
    },
    { ...waiting, where: source.name, waitedFor: () => 'waiting for Debezium to stream' },
  )
}

function changesTooOften(where: string, tables: string): CdcError {
  return new CdcError('CDC-D02', {
    where,
    what: `${tables} has other columns now than at the position of the move`,
    why: 'Debezium would read rows from before the change with the columns from after it',
    fix: 'cdc status; when no more ALTER TABLE runs, run the same command again',
  })
}
