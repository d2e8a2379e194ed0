import { reaches } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'

export interface LagInput {
  /** What the sink has applied; undefined: nothing known yet. */
  readonly applied: { readonly position: GtidPosition; readonly sourceTime: number | null } | undefined
  /** What is in the relay. */
  readonly relayPosition: GtidPosition
  /** How far the relay is behind the server; null: not known (the source does not run). */
  readonly behindSeconds: number | null
  /** Epoch seconds. */
  readonly now: number
}

export interface SinkLag {
  /** Seconds by which the target is behind the source; null: not known. */
  seconds(input: LagInput): number | null
}

/**
 * The lag of one sink on one source. It remembers when the sink last had everything: after a quiet hour the first new
 * transaction is milliseconds late, not an hour.
 */
export function createSinkLag(): SinkLag {
  let caughtUpAt: number | null = null
  return {
    seconds({ applied, relayPosition, behindSeconds, now }) {
      if (applied === undefined) return null
      if (reaches(applied.position, relayPosition)) {
        if (behindSeconds !== null) caughtUpAt = now - behindSeconds
        return behindSeconds
      }
      const known = [applied.sourceTime, caughtUpAt].filter((time) => time !== null)
      return known.length === 0 ? null : Math.max(0, now - Math.max(...known))
    },
  }
}
