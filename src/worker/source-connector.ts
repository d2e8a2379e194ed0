import type { SourceConfig } from '../config/source-config.ts'
import type { Logger } from '../lib/logger.ts'
import type { SourceProgress, SourceRunner } from './runners.ts'
import type { Streams } from './streams.ts'
import { createTask } from './task.ts'
import type { Task } from './task.ts'

/** A source connector with a configuration that could be read. */
export interface SourceConnector {
  readonly kind: 'source'
  readonly config: SourceConfig
  readonly task: Task
  /** What the present or last run told. */
  readonly progress: SourceProgress | undefined
}

export interface SourceConnectorOptions {
  readonly config: SourceConfig
  readonly streams: Streams
  readonly runSource: SourceRunner
  readonly stateDirectory: string
  readonly log: Logger
  /** Called at every sign of life: the stream may just have begun. */
  readonly onProgress: () => void
}

export function createSourceConnector(options: SourceConnectorOptions): SourceConnector {
  const { config, streams, runSource, stateDirectory, log } = options
  let progress: SourceProgress | undefined
  const task = createTask({
    where: config.name,
    async run(signal) {
      const relay = await streams.open(config.name)
      await runSource({
        ...{ config, relay, stateDirectory, signal, log },
        onProgress(now) {
          progress = now
          options.onProgress()
        },
      })
    },
    onFailure: (error) => log.error({ err: error }, 'the source stopped'),
  })
  return {
    kind: 'source',
    config,
    task,
    get progress() {
      return task.state === 'running' ? progress : undefined
    },
  }
}
