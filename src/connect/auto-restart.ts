import type { HealthState } from './health.ts'

/** What is remembered of a connector that has failed. Times in ms. */
export interface Failures {
  readonly restarts: number
  readonly nextAt: number
  /** Since when it runs again; undefined: it does not. */
  readonly okSince: number | undefined
}

/** A connector that has run so long begins anew when it fails again. */
const healedMs = 5 * 60_000
const longestPauseMs = 10 * 60_000

/** The first restart is at once; then after 2, 6, 12, 20, 30 … seconds, at most ten minutes. */
export function pauseBefore(restart: number): number {
  return Math.min(longestPauseMs, (restart * restart + restart) * 1000)
}

/**
 * Whether a connector is to be restarted now. One that somebody paused or stopped never is.
 * @returns undefined for `failures` when there is nothing to remember
 */
export function nextRestart(
  failures: Failures | undefined,
  state: HealthState,
  failed: boolean,
  now: number,
): { readonly failures: Failures | undefined; readonly restart: boolean } {
  if (failed && (state === 'FAILED' || state === 'DEGRADED')) {
    const known = failures ?? { restarts: 0, nextAt: now, okSince: undefined }
    if (now < known.nextAt) return { failures: { ...known, okSince: undefined }, restart: false }
    const restarts = known.restarts + 1
    return { failures: { restarts, nextAt: now + pauseBefore(restarts), okSince: undefined }, restart: true }
  }
  if (failures === undefined || state !== 'OK') return { failures, restart: false }
  const okSince = failures.okSince ?? now
  return { failures: now - okSince >= healedMs ? undefined : { ...failures, okSince }, restart: false }
}
