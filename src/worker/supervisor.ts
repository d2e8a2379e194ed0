// The connectors of a worker: what is registered, what runs, and who reads whom. All changes of one connector happen
// one after the other; what a change means for the sinks (other sources, other readers) is worked out again after each.
import { findPlugin } from '../config/connector-class.ts'
import { resolveProviders } from '../config/providers.ts'
import { parseSinkConfig } from '../config/sink-config.ts'
import { parseSourceConfig } from '../config/source-config.ts'
import type { ConnectorKind } from '../config/connector-file.ts'
import { feeds } from '../config/topic-match.ts'
import type { ConnectorStatus } from '../connect/rest-types.ts'
import { asCdcError, CdcError } from '../core/errors.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { TableName } from '../core/table.ts'
import type { Logger } from '../lib/logger.ts'
import type { Relay } from '../relay/relay.ts'
import { connectorStatus, needsSomebody } from './connector-status.ts'
import type { ConnectorStore, StoredConnector, TargetState } from './connector-store.ts'
import { recordedSince } from './recorded.ts'
import type { SinkFeed, WorkerParts } from './runners.ts'
import { createSerialQueue } from './serial-queue.ts'
import type { SerialQueue } from './serial-queue.ts'
import { createSinkConnector } from './sink-connector.ts'
import type { SinkConnector } from './sink-connector.ts'
import { createSourceConnector } from './source-connector.ts'
import type { SourceConnector } from './source-connector.ts'
import { hasBegun } from './streams.ts'
import type { Stream, Streams } from './streams.ts'

/** A configuration that cannot be read (any more). */
export interface BrokenConnector {
  readonly kind: 'broken'
  readonly error: CdcError
}

export interface RegisteredConnector {
  readonly stored: StoredConnector
  readonly kind: ConnectorKind
  readonly body: SourceConnector | SinkConnector | BrokenConnector
}

export interface RestartScope {
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
}

/** The connector was deleted while something waited for its turn with it. */
export class ConnectorGone extends Error {}

/** All functions that take a name throw ConnectorGone when there is no such connector. */
export interface Supervisor {
  /** By name. */
  list(): readonly RegisteredConnector[]
  get(name: string): RegisteredConnector | undefined
  status(connector: RegisteredConnector): ConnectorStatus
  /** Registers; `tables` as found when a source was checked. @returns false when the name is taken. */
  create(connector: StoredConnector, tables?: readonly TableName[]): Promise<boolean>
  /** Keeps the target state. */
  replaceConfig(name: string, config: StoredConnector['config'], tables?: readonly TableName[]): Promise<void>
  delete(name: string): Promise<void>
  setTargetState(name: string, targetState: TargetState): Promise<void>
  /** Begins a restart and gives the status that it will pass through. */
  restart(name: string, scope: RestartScope): ConnectorStatus
  /** Ends when the restart of the task has happened. */
  restartTask(name: string): Promise<void>
  /** Runs something that needs the connector to stand still, one after the other with its other changes. */
  exclusively<T>(name: string, work: (connector: RegisteredConnector) => Promise<T>): Promise<T>
  /** Every sink looks again at which streams it reads; returns when none reads one that is gone. */
  refreshSinks(): Promise<void>
  /** The sinks, whatever their state, that match the stream. */
  sinksOf(stream: Stream): readonly SinkConnector[]
  /** Forgets how far the relays know a sink to be: its position was changed by hand, perhaps to an earlier one. */
  forgetReader(sink: SinkConnector): void
  /** Ends every task; what is registered stays as it is. */
  stop(): Promise<void>
}

export interface SupervisorOptions {
  readonly store: ConnectorStore
  readonly streams: Streams
  readonly parts: WorkerParts
  readonly stateDirectory: string
  /** Owns the sinks in PostgreSQL. */
  readonly owner: string
  /** `host:port`, as Connect shows which worker a task runs on. */
  readonly workerId: string
  readonly log: Logger
  readonly logOf: (name: string) => Logger
}

interface Entry extends RegisteredConnector {
  stored: StoredConnector
  body: SourceConnector | SinkConnector | BrokenConnector
  restarting: boolean
  readonly queue: SerialQueue
}

/** Loads what was registered and starts what shall run. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { store, streams, parts, log } = options
  const entries = new Map<string, Entry>()
  const sinks = (): SinkConnector[] =>
    [...entries.values()].map((entry) => entry.body).filter((body) => body.kind === 'sink')
  const begun = new WeakSet<Relay>()
  /** Which sources the sinks have read in the life of this worker: a position comes only with the first change. */
  const fed = new Map<string, ReadonlySet<string>>()
  let stopping = false

  function feedsOf(config: SinkConnector['config']): readonly SinkFeed[] {
    return streams.list().flatMap((stream) => {
      const { name, relay, formerLists } = stream
      const readable = relay !== undefined && hasBegun(relay) && feeds(stream.config, config, stream.tables)
      if (!readable) return []
      const since = (database: string): GtidPosition | undefined => recordedSince(formerLists, database)
      const serverPosition = (): GtidPosition | null => {
        const body = entries.get(name)?.body
        return body?.kind === 'source' ? (body.progress?.serverPosition ?? null) : null
      }
      return [{ name, relay, config: stream.config, recordedSince: since, serverPosition }]
    })
  }

  /**
   * A sink without a source waits for one to be registered. But one that has followed a source that is still there
   * would stand still in silence: its topics, or the source's, were changed. @throws CdcError CDC-S03; CDC-P…
   */
  async function checkWaiting(sink: SinkConnector['config']): Promise<void> {
    const registered = streams.list().filter(({ name }) => entries.get(name)?.body.kind === 'source')
    if (registered.length === 0) return
    const applied = (await parts.sinkPositions.read(sink)).map(({ source }) => source)
    const followed = [...applied, ...(fed.get(sink.name) ?? [])]
    const left = registered.filter(
      ({ name, relay }) => followed.includes(name) && relay !== undefined && hasBegun(relay),
    )
    const [first] = left
    // It may have come to match while PostgreSQL was asked.
    if (first === undefined || feedsOf(sink).length > 0) return
    throw noTopics(sink, first)
  }

  function createBody(stored: StoredConnector): Entry['body'] {
    const connectorLog = options.logOf(stored.name)
    try {
      if (kindOf(stored.config) === 'source') {
        const config = parseSourceConfig(resolveProviders(stored.config))
        const { stateDirectory } = options
        return createSourceConnector({
          ...{ config, streams, runSource: parts.runSource, stateDirectory, log: connectorLog },
          onProgress: () => noticeBegin(config.name),
        })
      }
      const config = parseSinkConfig(resolveProviders(stored.config))
      return createSinkConnector({
        ...{ config, runSink: parts.runSink, owner: options.owner, log: connectorLog },
        feeds() {
          const now = feedsOf(config)
          fed.set(config.name, new Set([...(fed.get(config.name) ?? []), ...now.map(({ name }) => name)]))
          return now
        },
        checkWaiting: () => checkWaiting(config),
        onProgress() {},
      })
    } catch (thrown) {
      const error = asCdcError(thrown, stored.name)
      connectorLog.error({ err: error }, 'the configuration cannot be used')
      return { kind: 'broken', error }
    }
  }

  /** The first position in a relay is what its sinks wait for. */
  function noticeBegin(name: string): void {
    const relay = streams.get(name)?.relay
    if (relay === undefined || begun.has(relay) || !hasBegun(relay)) return
    begun.add(relay)
    refreshSinks().catch((error: unknown) => log.error({ err: error }, 'sinks could not be started'))
  }

  function updateReaders(except?: SinkConnector): void {
    for (const stream of streams.list()) {
      // A sink that cannot be read may be any stream's reader: better to keep too much for it.
      const readers = sinksOf(stream).filter((sink) => sink !== except)
      const broken = [...entries.values()].filter(({ kind, body }) => kind === 'sink' && body.kind === 'broken')
      const names = [...readers.map((sink) => sink.config.name), ...broken.map(({ stored }) => stored.name)]
      stream.relay?.setReaders(names)
    }
  }

  function sinksOf(stream: Stream): readonly SinkConnector[] {
    return sinks().filter((sink) => feeds(stream.config, sink.config, stream.tables))
  }

  async function refreshSinks(): Promise<void> {
    updateReaders()
    await Promise.all(sinks().map((sink) => sink.feeds.refresh()))
    for (const { body, stored } of entries.values()) {
      if (body.kind !== 'sink' || body.task.error?.code !== 'CDC-S03') continue
      // What it stopped for was mended on the other side.
      if (stored.targetState === 'RUNNING' && !stopping && feedsOf(body.config).length > 0) body.task.start()
    }
  }

  async function registerStream(body: Entry['body'], tables?: readonly TableName[]): Promise<void> {
    if (body.kind !== 'source') return
    const { config } = body
    const limit = streams.get(config.name)?.config.relayMaxBytes
    await streams.register(config, tables)
    if (limit !== undefined && limit !== config.relayMaxBytes) {
      await streams.reopen(config.name, refreshSinks)
    }
    // Sinks may read what is there even while the source is stopped. What is wrong with it, the source's task says.
    await streams.open(config.name).catch(() => undefined)
  }

  async function applyTarget({ body, stored }: Entry): Promise<void> {
    if (body.kind === 'broken' || stopping) return
    if (stored.targetState === 'STOPPED') await body.task.forget()
    if (stored.targetState === 'PAUSED') await body.task.stop()
    if (stored.targetState === 'RUNNING' && body.task.state === 'idle') body.task.start()
  }

  async function endTask({ body }: Entry): Promise<void> {
    if (body.kind !== 'broken') await body.task.forget()
  }

  function need(name: string): Entry {
    const entry = entries.get(name)
    if (entry === undefined) throw new ConnectorGone(name)
    return entry
  }

  /** In its turn, and only when the connector is still there then. */
  async function inTurn<T>(name: string, work: (entry: Entry) => Promise<T>): Promise<T> {
    const entry = need(name)
    return entry.queue.run(async () => {
      if (entries.get(name) !== entry) throw new ConnectorGone(name)
      return work(entry)
    })
  }

  async function replace(entry: Entry, stored: StoredConnector, tables?: readonly TableName[]): Promise<void> {
    await endTask(entry)
    entry.stored = stored
    entry.body = createBody(stored)
    await registerStream(entry.body, tables)
    await refreshSinks()
    await applyTarget(entry)
  }

  function createEntry(stored: StoredConnector): Entry {
    const body = createBody(stored)
    return { stored, kind: kindOf(stored.config), body, restarting: false, queue: createSerialQueue() }
  }

  function status(
    connector: RegisteredConnector,
    restarting = entries.get(connector.stored.name)?.restarting ?? false,
  ) {
    const { body, kind, stored } = connector
    const { name, targetState } = stored
    const task = body.kind === 'broken' ? body.error : body.task
    const suffering = sufferingOf(body)
    return connectorStatus({ ...{ name, kind, targetState, task, restarting, suffering }, workerId: options.workerId })
  }

  async function restartNow(entry: Entry, scope: RestartScope): Promise<void> {
    if (entry.body.kind === 'broken') return replace(entry, entry.stored)
    const failed = needsSomebody(entry.body.task, sufferingOf(entry.body))
    if (scope.includeTasks && (!scope.onlyFailed || failed)) {
      await entry.body.task.forget()
      await applyTarget(entry)
    }
  }

  for (const stored of await store.load()) entries.set(stored.name, createEntry(stored))
  for (const { body } of entries.values()) await registerStream(body)
  // Before any task runs: a relay must know its readers before one of them lets it delete something.
  updateReaders()
  for (const entry of entries.values()) await applyTarget(entry)

  return {
    list: () => [...entries.values()].sort((a, b) => (a.stored.name < b.stored.name ? -1 : 1)),
    get: (name) => entries.get(name),
    status: (connector) => status(connector),
    async create(stored, tables) {
      if (entries.has(stored.name)) return false
      const entry = createEntry(stored)
      // At once, so that a second request for the same name finds it.
      entries.set(stored.name, entry)
      await entry.queue.run(async () => {
        try {
          await store.save(stored)
        } catch (error) {
          entries.delete(stored.name)
          throw error
        }
        await registerStream(entry.body, tables)
        await refreshSinks()
        await applyTarget(entry)
      })
      return true
    },
    replaceConfig: (name, config, tables) =>
      inTurn(name, async (entry) => {
        const stored = { ...entry.stored, config }
        await store.save(stored)
        await replace(entry, stored, tables)
      }),
    delete: (name) =>
      inTurn(name, async (entry) => {
        await store.remove(name)
        await endTask(entry)
        entries.delete(name)
        fed.delete(name)
        if (entry.kind === 'source') await streams.dropUnused(name)
        await refreshSinks()
      }),
    setTargetState: (name, targetState) =>
      inTurn(name, async (entry) => {
        const stored = { ...entry.stored, targetState }
        await store.save(stored)
        entry.stored = stored
        await applyTarget(entry)
      }),
    restart(name, scope) {
      const entry = need(name)
      const before = status(entry, false)
      const whole = !scope.onlyFailed || before.connector.state === 'FAILED'
      const after = {
        ...before,
        connector: whole ? { ...before.connector, state: 'RESTARTING' as const } : before.connector,
        tasks: before.tasks.map((task) => {
          const restarts = scope.includeTasks && (!scope.onlyFailed || task.state === 'FAILED')
          return restarts ? { ...task, state: 'RESTARTING' as const } : task
        }),
      }
      entry.restarting = scope.includeTasks && !scope.onlyFailed
      inTurn(name, () => restartNow(entry, scope))
        .finally(() => {
          entry.restarting = false
        })
        .catch((error: unknown) => log.error({ err: error, connector: name }, 'the restart failed'))
      return after
    },
    restartTask: (name) => inTurn(name, (entry) => restartNow(entry, { includeTasks: true, onlyFailed: false })),
    exclusively: (name, work) => inTurn(name, work),
    refreshSinks,
    sinksOf,
    forgetReader(sink) {
      updateReaders(sink)
      updateReaders()
    },
    async stop() {
      stopping = true
      // At once, and again after what is waiting for its turn: a restart may just be half done.
      const stopTask = async ({ body }: Entry): Promise<void> => (body.kind === 'broken' ? undefined : body.task.stop())
      const all = [...entries.values()]
      await Promise.all(
        all.map(async (entry) => Promise.all([stopTask(entry), entry.queue.run(() => stopTask(entry))])),
      )
    },
  }
}

function noTopics(sink: SinkConnector['config'], { name, config, tables }: Stream): CdcError {
  const topics = tables.map(({ database, table }) => config.topicName(database, table))
  const own = topics.length === 0 ? [`${config.topicPrefix}.<database>.<table>`] : topics.slice(0, 3)
  const wanted = sink.raw['topics.regex'] ?? sink.raw['topics'] ?? ''
  return new CdcError('CDC-S03', {
    where: sink.name,
    what: `it followed ${name}, of which no topic matches any more`,
    why: `it wants ${wanted}; ${name} has ${own.join(', ')}`,
    fix: `correct topics.regex (or topic.prefix and the lists of ${name}) in the connector file, and register it again`,
  })
}

function sufferingOf(body: Entry['body']): CdcError | null {
  return body.kind === 'broken' ? null : (body.progress?.error ?? null)
}

/** What a class that is not known would be does not matter: it cannot be registered. */
function kindOf(config: Readonly<Record<string, string>>): ConnectorKind {
  return findPlugin(config['connector.class'] ?? '')?.kind ?? 'source'
}
