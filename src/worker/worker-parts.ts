// The one place where the worker meets the real source, relay, sink and state.
import type { SinkConfig } from '../config/sink-config.ts'
import { connectPostgres } from '../postgres/connection.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { openRelay } from '../relay/relay.ts'
import { runSink } from '../sink/run-sink.ts'
import type { SinkSourceStatus } from '../sink/sink-status.ts'
import { runSource } from '../source/run-source.ts'
import { deletePositions, readPositions, writePosition } from '../state/position.ts'
import { ensureState } from '../state/schema.ts'
import { checkSource } from './check-source.ts'
import { defaultCharsetOf } from './default-charset.ts'
import type { SinkPositions, WorkerParts } from './runners.ts'
import { sinkProgress } from './sink-progress.ts'

export const workerParts: WorkerParts = {
  runSource: ({ onProgress, ...run }) =>
    runSource({
      ...run,
      onStatus: ({ phase, error, behindSeconds, serverPosition }) =>
        onProgress({ phase, error, behindSeconds, serverPosition }),
    }),
  runSink({ onProgress, ...run }) {
    const statuses = new Map<string, SinkSourceStatus>()
    const onStatus = (status: SinkSourceStatus): void => {
      statuses.set(status.source, status)
      onProgress(sinkProgress([...statuses.values()]))
    }
    const sources = run.sources.map((feed) => ({ ...feed, defaultCharset: defaultCharsetOf(feed.config) }))
    return runSink({ ...run, sources, onStatus })
  },
  checkSource,
  openRelay,
  sinkPositions: sinkPositions(),
}

function sinkPositions(): SinkPositions {
  /** Short-lived: positions are asked for seldom, by a person. */
  async function connected<T>(config: SinkConfig, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const applicationName = `cdc offsets ${config.name}`.slice(0, 63)
    await using connection = await connectPostgres(config.postgres, { applicationName, where: config.name })
    await ensureState(connection)
    // Awaited here: the connection is closed when this function is left.
    return await work(connection)
  }
  return {
    read: (config) =>
      connected(config, async (connection) => {
        const positions = await readPositions(connection, config.name)
        return positions.map(({ source, position, sourceTime }) => {
          return { source, position, sourceTime: sourceTime === null ? null : Date.parse(sourceTime) / 1000 }
        })
      }),
    write: (config, source, position) =>
      connected(config, (connection) => writePosition(connection, config.name, source, position)),
    remove: (config, source) => connected(config, (connection) => deletePositions(connection, config.name, source)),
  }
}
