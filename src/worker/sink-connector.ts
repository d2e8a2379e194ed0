import type { SinkConfig } from '../config/sink-config.ts'
import type { Logger } from '../lib/logger.ts'
import { createRateWindow } from './rate-window.ts'
import type { AppliedSource, SinkFeed, SinkProgress, SinkRunner } from './runners.ts'
import { createSinkFeeds } from './sink-feeds.ts'
import type { SinkFeeds } from './sink-feeds.ts'
import { createTask } from './task.ts'
import type { Task } from './task.ts'

/** Rows per second are told over this time. */
const rateWindowMs = 10_000

/** Counts since the worker started; runs of a sink count from zero, these do not. */
export interface SinkTotals {
  readonly rows: number
  readonly transactions: number
}

/** A sink connector with a configuration that could be read. */
export interface SinkConnector {
  readonly kind: 'sink'
  readonly config: SinkConfig
  readonly task: Task
  readonly feeds: SinkFeeds
  /** What the present or last run told. */
  readonly progress: SinkProgress | undefined
  /** No source it matches has a stream yet. */
  readonly waiting: boolean
  readonly applied: readonly AppliedSource[]
  readonly totals: SinkTotals
  rowsPerSecond(): number
}

export interface SinkConnectorOptions {
  readonly config: SinkConfig
  readonly runSink: SinkRunner
  readonly owner: string
  readonly log: Logger
  readonly feeds: () => readonly SinkFeed[]
  /** Looks for why there are no feeds. @throws CdcError CDC-S03 */
  readonly checkWaiting: () => Promise<void>
  readonly onProgress: () => void
}

export function createSinkConnector(options: SinkConnectorOptions): SinkConnector {
  const { config, runSink, owner, log } = options
  const rate = createRateWindow(rateWindowMs)
  let progress: SinkProgress | undefined
  let waiting = false
  let totals: SinkTotals = { rows: 0, transactions: 0 }
  let applied: readonly AppliedSource[] = []

  function record(before: SinkTotals, now: SinkProgress): void {
    progress = now
    totals = { rows: before.rows + now.rows, transactions: before.transactions + now.transactions }
    if (now.applied.length > 0) applied = now.applied
    rate.record(totals.rows, performance.now())
    options.onProgress()
  }

  const feeds = createSinkFeeds({
    config,
    feeds: options.feeds,
    checkWaiting: options.checkWaiting,
    onWaiting() {
      waiting = true
      progress = undefined
    },
    async runOn(sources, signal) {
      waiting = false
      const before = totals
      rate.record(totals.rows, performance.now())
      await runSink({ ...{ config, sources, owner, signal, log }, onProgress: (now) => record(before, now) })
    },
  })
  const task = createTask({
    where: config.name,
    run: (signal) => feeds.run(signal),
    onFailure: (error) => log.error({ err: error }, 'the sink stopped'),
  })

  return {
    kind: 'sink',
    config,
    task,
    feeds,
    get progress() {
      return progress
    },
    get waiting() {
      return waiting && task.state === 'running'
    },
    get applied() {
      return applied
    },
    get totals() {
      return totals
    },
    rowsPerSecond: () => (task.state === 'running' ? rate.perSecond(performance.now()) : 0),
  }
}
