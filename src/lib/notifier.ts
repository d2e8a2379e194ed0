/** Wakes everybody who waits; a wait begun after the call waits for the next one. */
export interface Notifier {
  notify(): void
  /** Resolves at the next `notify`, or after `timeoutMs`. @throws the signal's reason when it is aborted. */
  wait(signal: AbortSignal, timeoutMs?: number): Promise<void>
}

export function createNotifier(): Notifier {
  let next = Promise.withResolvers<void>()
  return {
    notify() {
      const current = next
      next = Promise.withResolvers<void>()
      current.resolve()
    },
    async wait(signal, timeoutMs) {
      signal.throwIfAborted()
      const stopped = Promise.withResolvers<void>()
      const stop = (): void => stopped.resolve()
      signal.addEventListener('abort', stop, { once: true })
      const timer = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs)
      try {
        await Promise.race([next.promise, stopped.promise])
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
      }
      signal.throwIfAborted()
    },
  }
}
