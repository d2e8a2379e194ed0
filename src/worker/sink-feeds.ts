import type { SinkConfig } from '../config/sink-config.ts'
import { asCdcError, CdcError } from '../core/errors.ts'
import { createNotifier } from '../lib/notifier.ts'
import type { SinkFeed } from './runners.ts'

export interface SinkFeeds {
  /** The task of a sink: runs it on the feeds there are, again whenever they become others, and waits while there are none. */
  run(signal: AbortSignal): Promise<void>
  /** Looks at the feeds again; returns when nothing reads the former ones any more. */
  refresh(): Promise<void>
}

export interface SinkFeedsOptions {
  readonly config: SinkConfig
  /** The open streams that this sink matches, by name. */
  readonly feeds: () => readonly SinkFeed[]
  /** One run of the sink on these feeds. */
  readonly runOn: (feeds: readonly SinkFeed[], signal: AbortSignal) => Promise<void>
  readonly onWaiting: () => void
  /** Looks for why there is none. @throws CdcError CDC-S03; others are passing, and it is asked again later */
  readonly checkWaiting: (signal: AbortSignal) => Promise<void>
  /** How often that is asked. */
  readonly waitMs?: number
}

/** Keeps a sink running on the sources it matches, which come and go while it stays RUNNING. */
export function createSinkFeeds(options: SinkFeedsOptions): SinkFeeds {
  const { config, feeds, runOn, onWaiting, checkWaiting, waitMs = 15_000 } = options
  const changed = createNotifier()
  let current: { feeds: readonly SinkFeed[]; stop: AbortController; ended: Promise<void> } | undefined

  async function runOnce(now: readonly SinkFeed[], signal: AbortSignal): Promise<void> {
    const stop = new AbortController()
    const ended = Promise.withResolvers<void>()
    current = { feeds: now, stop, ended: ended.promise }
    try {
      await runOn(now, AbortSignal.any([signal, stop.signal]))
      if (!signal.aborted && !stop.signal.aborted) throw new Error('BUG: the sink ended without being told to')
    } catch (thrown) {
      if (!stop.signal.aborted && !signal.aborted) throw asCdcError(thrown, config.name)
    } finally {
      current = undefined
      ended.resolve()
    }
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        const now = feeds()
        if (now.length > 0) {
          await runOnce(now, signal)
        } else {
          onWaiting()
          const next = changed.wait(signal, waitMs)
          // Awaited below.
          next.catch(() => undefined)
          await checkWaiting(signal).catch((thrown: unknown) => {
            if (thrown instanceof CdcError && thrown.retry === 'never') throw thrown
          })
          await next
        }
      }
    },
    async refresh() {
      const reading = current
      if (reading !== undefined && !sameFeeds(reading.feeds, feeds())) {
        reading.stop.abort()
        await reading.ended
      }
      changed.notify()
    },
  }
}

function sameFeeds(a: readonly SinkFeed[], b: readonly SinkFeed[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ relay, config }, index) => relay === b[index]?.relay && config === b[index]?.config)
  )
}
