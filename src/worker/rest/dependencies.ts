import type { LoggerLevels } from '../logger-levels.ts'
import type { Metrics } from '../metrics.ts'
import type { Offsets } from '../offsets.ts'
import type { WorkerParts } from '../runners.ts'
import type { StatusReporter } from '../status-report.ts'
import type { Streams } from '../streams.ts'
import type { Supervisor } from '../supervisor.ts'

/** What the REST resources work on. */
export interface RestDependencies {
  readonly supervisor: Supervisor
  readonly streams: Streams
  readonly offsets: Offsets
  readonly reporter: StatusReporter
  readonly metrics: Metrics
  readonly loggers: LoggerLevels
  readonly checkSource: WorkerParts['checkSource']
  /** Of the package. */
  readonly version: string
  /** The persistent id of the state directory. */
  readonly workerId: string
}
