// Positions as Connect's offsets. A source's is where its relay ends, partition {"server": topic.prefix}; a sink has one
// per source, in PostgreSQL, partition {"source": name}. Both are {"gtids": "0-1-42"}.
import type { ConnectorOffset } from '../connect/rest-types.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError } from '../core/errors.ts'
import { formatPosition, parsePosition, reaches } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { SinkPositions } from './runners.ts'
import type { SinkConnector } from './sink-connector.ts'
import { hasBegun } from './streams.ts'
import type { Stream, Streams } from './streams.ts'
import type { Supervisor } from './supervisor.ts'

export interface Offsets {
  ofSource(config: SourceConfig): readonly ConnectorOffset[]
  ofSink(sink: SinkConnector): Promise<readonly ConnectorOffset[]>
  /** An empty relay: the next start begins at the server's position of that moment. The source must stand still. */
  resetSource(config: SourceConfig): Promise<void>
  /**
   * An empty relay that begins at a position.
   * @throws CdcError CDC-R04 when a sink would lose rows by it; CDC-C06 for what is not such a position.
   */
  alterSource(config: SourceConfig, requested: readonly ConnectorOffset[]): Promise<void>
  resetSink(sink: SinkConnector): Promise<void>
  alterSink(sink: SinkConnector, requested: readonly ConnectorOffset[]): Promise<void>
}

export interface OffsetsOptions {
  readonly streams: Streams
  readonly supervisor: Supervisor
  readonly sinkPositions: SinkPositions
}

export function createOffsets({ streams, supervisor, sinkPositions }: OffsetsOptions): Offsets {
  const replace = (name: string, start?: GtidPosition): Promise<void> =>
    streams.replace(name, { ...(start === undefined ? {} : { start }), detach: () => supervisor.refreshSinks() })

  async function resetSource(config: SourceConfig): Promise<void> {
    await replace(config.name)
    await supervisor.refreshSinks()
  }

  /** @throws CdcError CDC-C06 for a source that is not there, and a place that its relay does not have */
  function checkInRelay(sink: SinkConnector, source: string, position: GtidPosition): void {
    const where = sink.config.name
    const followed = streams.list().filter((stream) => supervisor.sinksOf(stream).includes(sink))
    const relay = followed.find(({ name }) => name === source)?.relay
    if (relay === undefined || !hasBegun(relay)) {
      const names = followed.map(({ name }) => name).join(', ')
      throw new CdcError('CDC-C06', {
        where,
        what: `${source} is not a source that this sink follows`,
        fix: names === '' ? 'register the source first' : `use one of: ${names}`,
      })
    }
    if (reaches(position, relay.start) && reaches(relay.position, position)) return
    throw new CdcError('CDC-C06', {
      where,
      what: `${formatPosition(position)} is not in the relay log of ${source}`,
      fix: `use a position from ${formatPosition(relay.start)} to ${formatPosition(relay.position)}`,
    })
  }

  return {
    ofSource(config) {
      const relay = streams.get(config.name)?.relay
      if (relay === undefined || !hasBegun(relay)) return []
      const time = relay.lastEventTime > 0 ? { ts_sec: relay.lastEventTime } : {}
      const offset = { ...time, gtids: formatPosition(relay.position) }
      return [{ partition: { server: config.topicPrefix }, offset }]
    },
    async ofSink(sink) {
      const applied = await sinkPositions.read(sink.config)
      return applied.map(({ source, position, sourceTime }) => {
        const time = sourceTime === null ? {} : { ts_sec: Math.floor(sourceTime) }
        return { partition: { source }, offset: { ...time, gtids: formatPosition(position) } }
      })
    },
    resetSource,
    async alterSource(config, requested) {
      const wanted = requested.map(({ partition, offset }) => {
        if (partition['server'] !== config.topicPrefix) {
          throw invalid(config.name, `{"server": "${config.topicPrefix}"}`, partition)
        }
        return offset === null ? null : gtidsOf(config.name, offset)
      })
      const start = wanted.at(-1)
      if (start === null || start === undefined) return resetSource(config)
      const stream = streams.get(config.name)
      if (stream !== undefined) {
        for (const sink of supervisor.sinksOf(stream)) await refuseLoss(stream, sink, start, sinkPositions)
      }
      await replace(config.name, start)
      await supervisor.refreshSinks()
    },
    async resetSink(sink) {
      await sinkPositions.remove(sink.config)
      supervisor.forgetReader(sink)
    },
    async alterSink(sink, requested) {
      const changes = requested.map(({ partition, offset }) => {
        const { source } = partition
        if (typeof source !== 'string')
          throw invalid(sink.config.name, '{"source": "<name of the source connector>"}', partition)
        return { source, position: offset === null ? null : gtidsOf(sink.config.name, offset) }
      })
      for (const { source, position } of changes) if (position !== null) checkInRelay(sink, source, position)
      for (const { source, position } of changes) {
        if (position === null) await sinkPositions.remove(sink.config, source)
        else await sinkPositions.write(sink.config, source, position)
      }
      supervisor.forgetReader(sink)
    },
  }
}

/**
 * A new, empty relay that begins at `start` is safe for a sink that has applied all of the old one and is not before
 * `start`. Anything else would skip rows, or throw away rows that the server may no longer have.
 */
async function refuseLoss(
  stream: Stream,
  sink: SinkConnector,
  start: GtidPosition,
  positions: SinkPositions,
): Promise<void> {
  const { relay, name } = stream
  if (relay === undefined || !hasBegun(relay)) return
  const applied = (await positions.read(sink.config)).find(({ source }) => source === name)?.position ?? relay.start
  if (reaches(applied, relay.position) && reaches(applied, start)) return
  throw new CdcError('CDC-R04', {
    where: name,
    what: `${sink.config.name} would lose rows by that`,
    why: `it has applied ${formatPosition(applied) || 'nothing'}, the relay log holds up to ${formatPosition(relay.position)}`,
    fix: `let ${sink.config.name} catch up first, or unregister it and load its tables again`,
    details: [`wanted start: ${formatPosition(start)}`],
  })
}

function gtidsOf(where: string, offset: Readonly<Record<string, unknown>>): GtidPosition {
  const { gtids } = offset
  if (typeof gtids !== 'string' || gtids.trim() === '') throw invalid(where, '{"gtids": "0-1-42"}', offset)
  return parsePosition(gtids)
}

function invalid(where: string, expected: string, found: unknown): CdcError {
  return new CdcError('CDC-C06', {
    where,
    what: `${JSON.stringify(found)} is not a position of this runtime`,
    fix: `write it as ${expected}`,
  })
}
