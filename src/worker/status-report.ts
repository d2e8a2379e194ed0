// `GET /cdc/status` and the metrics: one reading of everything a person asks about, without asking a database.
import type { ConnectorKind } from '../config/connector-file.ts'
import type { ConnectState } from '../connect/rest-types.ts'
import { formatPosition } from '../core/gtid.ts'
import type { CdcError } from '../core/errors.ts'
import { createSinkLag } from './sink-lag.ts'
import type { SinkLag } from './sink-lag.ts'
import type { SinkConnector } from './sink-connector.ts'
import type { SourceConnector } from './source-connector.ts'
import type { Streams } from './streams.ts'
import type { RegisteredConnector, Supervisor } from './supervisor.ts'

/** One sink on one of its sources. */
export interface SinkSourceReport {
  readonly name: string
  /** GTIDs applied; null: not known yet. */
  readonly position: string | null
  /** GTIDs in the relay. */
  readonly sourcePosition: string
  readonly lagSeconds: number | null
}

export interface ConnectorReport {
  readonly name: string
  readonly type: ConnectorKind
  readonly state: ConnectState
  /** null: stopped, there is no task. */
  readonly taskState: ConnectState | null
  /** What the task is doing, in a word; null: it does not run. */
  readonly phase: string | null
  /** Source: what is in the relay. Sink with one source: what is applied. */
  readonly position: string | null
  /** Source: what the server has. Sink with one source: what is in the relay. */
  readonly sourcePosition: string | null
  readonly lagSeconds: number | null
  /** Applied, over the last 10 s; a source has none. */
  readonly rowsPerSecond: number | null
  readonly rowsApplied: number | null
  readonly transactionsApplied: number | null
  /** A source's only. */
  readonly relayBytes: number | null
  /** Epoch seconds of the last event in the relay; a source's only. */
  readonly lastEventTime: number | null
  /** Captured tables that were met in the stream and never loaded: their changes are not applied. A sink's only. */
  readonly unloaded: readonly string[]
  /** First line: the failure, or the passing error that is being retried. */
  readonly error: string | null
  /** A sink's only. */
  readonly sources: readonly SinkSourceReport[]
}

export interface StatusReport {
  readonly version: string
  readonly workerId: string
  readonly connectors: readonly ConnectorReport[]
}

export interface StatusReporter {
  report(): readonly ConnectorReport[]
}

export function createStatusReporter(supervisor: Supervisor, streams: Streams): StatusReporter {
  const lags = new Map<string, SinkLag>()

  function lagOf(sink: string, source: string): SinkLag {
    const key = JSON.stringify([sink, source])
    const lag = lags.get(key) ?? createSinkLag()
    lags.set(key, lag)
    return lag
  }

  function sinkSources(sink: SinkConnector): readonly SinkSourceReport[] {
    return streams.list().flatMap((stream) => {
      const { name, relay } = stream
      if (relay === undefined || !supervisor.sinksOf(stream).includes(sink)) return []
      const applied = sink.applied.find(({ source }) => source === name)
      const body = supervisor.get(name)?.body
      const behindSeconds = body?.kind === 'source' ? (body.progress?.behindSeconds ?? null) : null
      const lagSeconds = lagOf(sink.config.name, name).seconds({
        ...{ applied, relayPosition: relay.position, behindSeconds },
        now: Date.now() / 1000,
      })
      const position = applied === undefined ? null : formatPosition(applied.position)
      return [{ name, position, sourcePosition: formatPosition(relay.position), lagSeconds }]
    })
  }

  function ofSource(source: SourceConnector): Partial<ConnectorReport> {
    const relay = streams.get(source.config.name)?.relay
    const { progress, task } = source
    return {
      phase: progress?.phase ?? (task.state === 'running' ? 'starting' : null),
      position: relay === undefined ? null : formatPosition(relay.position),
      sourcePosition: progress?.serverPosition ? formatPosition(progress.serverPosition) : null,
      lagSeconds: progress?.behindSeconds ?? null,
      relayBytes: relay?.bytes ?? null,
      lastEventTime: relay === undefined || relay.lastEventTime === 0 ? null : relay.lastEventTime,
      error: firstLine(task.error ?? progress?.error),
    }
  }

  function ofSink(sink: SinkConnector): Partial<ConnectorReport> {
    const { progress, task } = sink
    const running = task.state === 'running'
    const sources = sinkSources(sink)
    const only = sources.length === 1 ? sources[0] : undefined
    const known = sources.map(({ lagSeconds }) => lagSeconds).filter((lag) => lag !== null)
    return {
      phase: sink.waiting ? 'waiting-for-source' : running ? (progress?.phase ?? 'starting') : null,
      position: only?.position ?? null,
      sourcePosition: only?.sourcePosition ?? null,
      // A sink is as late as the latest of its sources; one that is not known makes all unknown.
      lagSeconds: running && known.length > 0 && known.length === sources.length ? Math.max(...known) : null,
      rowsPerSecond: sink.rowsPerSecond(),
      rowsApplied: sink.totals.rows,
      transactionsApplied: sink.totals.transactions,
      unloaded: progress?.unloaded ?? [],
      error: firstLine(task.error ?? (running ? progress?.error : undefined)),
      sources,
    }
  }

  function reportOf(connector: RegisteredConnector): ConnectorReport {
    const { body, kind, stored } = connector
    const status = supervisor.status(connector)
    const own: Partial<ConnectorReport> =
      body.kind === 'source' ? ofSource(body) : body.kind === 'sink' ? ofSink(body) : { error: firstLine(body.error) }
    return {
      ...{ name: stored.name, type: kind, state: status.connector.state, taskState: status.tasks[0]?.state ?? null },
      ...{
        phase: null,
        position: null,
        sourcePosition: null,
        lagSeconds: null,
        rowsPerSecond: null,
        rowsApplied: null,
      },
      ...{ transactionsApplied: null, relayBytes: null, lastEventTime: null, unloaded: [], error: null, sources: [] },
      ...own,
    }
  }

  return { report: () => supervisor.list().map(reportOf) }
}

function firstLine(error: CdcError | null | undefined): string | null {
  return error === null || error === undefined ? null : (error.message.split('\n')[0] ?? null)
}
