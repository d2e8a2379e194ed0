// A worker without databases: runs of sources and sinks that do nothing but be there, and relays in memory.
import { emptyPosition, parsePosition } from '../../src/core/gtid.ts'
import type { GtidPosition } from '../../src/core/gtid.ts'
import { CdcError } from '../../src/core/errors.ts'
import type { Relay } from '../../src/relay/relay.ts'
import type { AppliedSource, SinkRun, SourceCheck, SourceRun, WorkerParts } from '../../src/worker/runners.ts'

export interface FakeRelay {
  start: GtidPosition
  position: GtidPosition
  readers: readonly string[]
  /** Readers that were taken off the list, in order: what was known of them is forgotten. */
  forgotten: string[]
  closed: boolean
}

export interface FakeParts extends WorkerParts {
  /** Runs that have not ended, in the order they began. */
  readonly sources: SourceRun[]
  readonly sinks: SinkRun[]
  /** By directory; what is in them outlives a worker, as files would. */
  readonly relays: Map<string, FakeRelay>
  /** Positions in PostgreSQL, by sink. */
  readonly positions: Map<string, AppliedSource[]>
  /** When it gives an error, a run fails with it at once. */
  failure: { source?: CdcError; sink?: CdcError }
  check: SourceCheck
  /** Where a source begins that has no position yet. */
  beginsAt: GtidPosition
}

/** Ends when aborted; fails when `failing` says so. */
async function live<T extends { signal: AbortSignal }>(run: T, all: T[], failing: CdcError | undefined): Promise<void> {
  if (failing !== undefined) throw failing
  all.push(run)
  const ended = Promise.withResolvers<void>()
  run.signal.addEventListener('abort', () => ended.resolve(), { once: true })
  if (run.signal.aborted) ended.resolve()
  await ended.promise
  all.splice(all.indexOf(run), 1)
}

export function fakeParts(): FakeParts {
  const relays = new Map<string, FakeRelay>()
  const positions = new Map<string, AppliedSource[]>()
  const parts: FakeParts = {
    ...{ sources: [], sinks: [], relays, positions, failure: {}, beginsAt: parsePosition('0-1-42') },
    check: { tables: [{ database: 'rest', table: 't' }], problems: [] },
    async runSource(run) {
      if (run.relay.position.size === 0) await run.relay.begin(parts.beginsAt)
      run.onProgress({ phase: 'streaming', serverPosition: parts.beginsAt, behindSeconds: 0, error: null })
      await live(run, parts.sources, parts.failure.source)
    },
    runSink: (run) => live(run, parts.sinks, parts.failure.sink),
    checkSource: async () => parts.check,
    openRelay: async ({ directory }) => openFakeRelay(directory, relays),
    sinkPositions: {
      read: async ({ name }) => positions.get(name) ?? [],
      async write({ name }, source, position) {
        const others = (positions.get(name) ?? []).filter((known) => known.source !== source)
        positions.set(name, [...others, { source, position, sourceTime: null }])
      },
      async remove({ name }, source) {
        positions.set(
          name,
          (positions.get(name) ?? []).filter((known) => source !== undefined && known.source !== source),
        )
      },
    },
  }
  return parts
}

function openFakeRelay(directory: string, relays: Map<string, FakeRelay>): Relay {
  const state = relays.get(directory) ?? {
    start: emptyPosition,
    position: emptyPosition,
    readers: [],
    forgotten: [],
    closed: false,
  }
  state.closed = false
  relays.set(directory, state)
  const relay: Partial<Relay> = {
    get start() {
      return state.start
    },
    get position() {
      return state.position
    },
    bytes: 1000,
    lastEventTime: 1_700_000_000,
    async begin(position) {
      state.start = position
      state.position = position
    },
    setReaders(names) {
      state.forgotten.push(...state.readers.filter((name) => !names.includes(name)))
      state.readers = names
    },
    async [Symbol.asyncDispose]() {
      state.closed = true
    },
  }
  return relay as Relay
}
