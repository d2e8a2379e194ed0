import { setTimeout as sleep } from 'node:timers/promises'

export interface BackoffOptions {
  readonly firstMs: number
  readonly maxMs: number
}

/** Growing pauses with jitter; `reset` after progress. */
export interface Backoff {
  /** Waits for the next pause. @throws the signal's reason when it is aborted. */
  wait(signal: AbortSignal): Promise<void>
  reset(): void
  readonly attempts: number
}

export function createBackoff({ firstMs, maxMs }: BackoffOptions): Backoff {
  let attempts = 0
  return {
    get attempts() {
      return attempts
    },
    reset() {
      attempts = 0
    },
    async wait(signal) {
      const full = Math.min(maxMs, firstMs * 2 ** attempts)
      attempts++
      await sleep(full * (0.5 + Math.random() / 2), undefined, { signal })
    },
  }
}
