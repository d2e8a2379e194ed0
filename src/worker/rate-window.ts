/** The rate of a growing total over the last seconds. */
export interface RateWindow {
  /** `now` in milliseconds of any steady clock. */
  record(total: number, now: number): void
  /** Per second, over at most the window; 0 until two moments are known. */
  perSecond(now: number): number
}

export function createRateWindow(windowMs: number): RateWindow {
  let samples: { total: number; at: number }[] = []
  /** Keeps the last sample from before the window: it says what the total was when the window began. */
  function trim(now: number): void {
    const begin = now - windowMs
    const first = samples.findLastIndex((sample) => sample.at <= begin)
    if (first > 0) samples = samples.slice(first)
  }
  return {
    record(total, now) {
      const last = samples.at(-1)
      // A task that was started again counts from zero.
      if (last !== undefined && total < last.total) samples = []
      trim(now)
      samples.push({ total, at: now })
    },
    perSecond(now) {
      trim(now)
      const first = samples[0]
      const last = samples.at(-1)
      if (first === undefined || last === undefined || last.total === first.total) return 0
      const elapsed = Math.min(now - first.at, windowMs)
      return elapsed <= 0 ? 0 : (last.total - first.total) / (elapsed / 1000)
    },
  }
}
