// The streams: one relay per source, opened as long as the worker lives. A stream outlives the runs of its source, and
// the source connector itself: sinks go on reading, and a source that is registered again goes on where it was.
import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSourceConfig } from '../config/source-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { emptyPosition } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { TableName } from '../core/table.ts'
import { syncDirectory } from '../lib/atomic-file.ts'
import type { Logger } from '../lib/logger.ts'
import type { Relay } from '../relay/relay.ts'
import { encodeFileName } from './file-name.ts'
import { withFormerLists } from './recorded.ts'
import type { FormerLists } from './recorded.ts'
import type { WorkerParts } from './runners.ts'
import { createSerialQueue } from './serial-queue.ts'
import { removedPrefix } from './state-directory.ts'
import type { StateDirectory } from './state-directory.ts'
import { createStreamStore } from './stream-store.ts'

export interface Stream {
  /** Name of the source connector. */
  readonly name: string
  readonly config: SourceConfig
  readonly tables: readonly TableName[]
  /** The lists of databases that it had before. */
  readonly formerLists: readonly FormerLists[]
  /** undefined: not open, or being replaced. */
  readonly relay: Relay | undefined
}

export interface Streams extends AsyncDisposable {
  /** By name of the source. */
  list(): readonly Stream[]
  get(name: string): Stream | undefined
  /** Makes the stream of a source known, or changes what is known of it. Without `tables` those known stay. */
  register(config: SourceConfig, tables?: readonly TableName[]): Promise<void>
  /** The stream's relay, opened at the first call. @throws CdcError CDC-R… when it cannot be. */
  open(name: string): Promise<Relay>
  /** Forgets a stream in whose relay nothing was ever begun; others stay. */
  dropUnused(name: string): Promise<void>
  /** Closes the relay and opens it again, as its limits have changed; `detach` as below. */
  reopen(name: string, detach: () => Promise<void>): Promise<void>
  /**
   * Puts an empty relay in the place of the old one, begun at `start` if given. `detach` is called when the old one can
   * no longer be had by `list`, and must end whoever still reads it.
   */
  replace(name: string, options: { start?: GtidPosition; detach: () => Promise<void> }): Promise<void>
}

export interface StreamsOptions {
  readonly directory: StateDirectory
  readonly openRelay: WorkerParts['openRelay']
  readonly log: Logger
}

/** Whether the relay has a position: a sink has nothing to read before. */
export function hasBegun(relay: Relay): boolean {
  return relay.start.size > 0 || relay.position.size > 0
}

/** Opens the relays of all streams that are known. One that cannot be opened is left for its source to report. */
export async function openStreams({ directory, openRelay, log }: StreamsOptions): Promise<Streams> {
  const store = createStreamStore(directory.streams)
  const streams = new Map<string, Stream & { relay: Relay | undefined; formerLists: readonly FormerLists[] }>()
  const queue = createSerialQueue()
  const pathOf = (name: string): string => join(directory.relay, encodeFileName(name))

  async function openNow(name: string): Promise<Relay> {
    const stream = streams.get(name)
    if (stream === undefined) throw new Error(`BUG: no stream ${name}`)
    stream.relay ??= await openRelay({ directory: pathOf(name), maxBytes: stream.config.relayMaxBytes, log })
    return stream.relay
  }

  const save = ({ name, config, tables, formerLists }: Stream): Promise<void> =>
    store.save({ name, config: config.raw, tables, formerLists })

  async function closeNow(name: string): Promise<void> {
    const stream = streams.get(name)
    const relay = stream?.relay
    if (stream !== undefined) stream.relay = undefined
    await relay?.[Symbol.asyncDispose]()
  }

  /** Takes the relay out of use and closes it. @returns false when there is no such stream. */
  async function release(name: string, detach: () => Promise<void>): Promise<boolean> {
    const stream = streams.get(name)
    if (stream === undefined) return false
    const old = stream.relay
    stream.relay = undefined
    await detach()
    await old?.[Symbol.asyncDispose]()
    return true
  }

  async function removeRelay(name: string): Promise<void> {
    await closeNow(name)
    // Renamed first: a crash leaves either the whole relay or none.
    const removed = join(directory.relay, `${removedPrefix}${randomUUID()}`)
    try {
      await rename(pathOf(name), removed)
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return
      throw thrown
    }
    await syncDirectory(directory.relay)
    await rm(removed, { recursive: true, force: true })
  }

  for (const { name, config, tables, formerLists = [] } of await store.load()) {
    try {
      streams.set(name, { name, config: parseSourceConfig(config), tables, formerLists, relay: undefined })
      await openNow(name)
    } catch (error) {
      log.error({ err: error, source: name }, 'the relay of a source cannot be opened')
    }
  }

  return {
    list: () => [...streams.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (name) => streams.get(name),
    register: (config, tables) =>
      queue.run(async () => {
        const known = streams.get(config.name)
        const relay = known?.relay
        const former = known?.formerLists ?? []
        const change = { from: known?.config.raw ?? {}, to: config.raw, at: relay?.position ?? emptyPosition }
        const formerLists = relay === undefined || !hasBegun(relay) ? former : withFormerLists(former, change)
        const stream = { name: config.name, config, tables: tables ?? known?.tables ?? [], formerLists, relay }
        await save(stream)
        streams.set(config.name, stream)
      }),
    open: (name) => queue.run(() => openNow(name)),
    dropUnused: (name) =>
      queue.run(async () => {
        const relay = streams.get(name)?.relay
        if (relay === undefined || hasBegun(relay)) return
        await removeRelay(name)
        await store.remove(name)
        streams.delete(name)
      }),
    reopen: (name, detach) =>
      queue.run(async () => {
        if (await release(name, detach)) await openNow(name)
      }),
    replace: (name, { start, detach }) =>
      queue.run(async () => {
        if (!(await release(name, detach))) return
        await removeRelay(name)
        const stream = streams.get(name)
        if (stream !== undefined) {
          // They speak of positions that the new relay does not continue.
          stream.formerLists = []
          await save(stream)
        }
        const relay = await openNow(name)
        if (start !== undefined) await relay.begin(start)
      }),
    async [Symbol.asyncDispose]() {
      await queue.run(() => Promise.all([...streams.keys()].map(closeNow)))
    },
  }
}
