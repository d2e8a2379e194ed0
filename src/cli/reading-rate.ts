/** Samples of so long ago, or newer, make the rate. Kafka Connect commits by the second or seldomer. */
const windowMs = 20_000

/** Tells how fast something moves from where it was seen. */
export interface ReadingRate {
  /** @returns per second over the last samples; null with the first one, or when it has gone back (made anew) */
  add(reached: bigint): number | null
}

/** @param now milliseconds of a clock that never goes back */
export function createReadingRate(now: () => number): ReadingRate {
  let samples: { readonly at: number; readonly reached: bigint }[] = []
  return {
    add(reached) {
      const at = now()
      const last = samples.at(-1)
      if (last !== undefined && reached < last.reached) samples = []
      samples = [...samples.filter((sample) => at - sample.at <= windowMs), { at, reached }]
      const first = samples[0]
      if (first === undefined || first.at === at) return null
      return Math.round(Number(reached - first.reached) / ((at - first.at) / 1000))
    },
  }
}
