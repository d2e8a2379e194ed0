/** Stops when an invariant of our own code is broken; such an error is a bug here, never the user's fault. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`BUG: ${what}`)
}

/** The value, which must be there; else a bug. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`BUG: missing ${what}`)
  return value
}

/** For the default branch of a switch over a union: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new Error(`BUG: unexpected ${String(value)}`)
}
