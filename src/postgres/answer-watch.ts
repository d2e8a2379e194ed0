// A statement may rightly take hours, so there is no time limit on answers. But a connection can die without a word (a
// firewall that forgets it, a host that vanishes, a stopped server), and TCP then waits a quarter of an hour. So whoever
// has waited for a while asks the server, over a connection of its own, what it is doing with the one that is silent.
import { setTimeout as sleep } from 'node:timers/promises'

/** What the server says of a session, or that it says nothing. */
export type SessionState = 'working' | 'waits-for-us' | 'gone' | 'unreachable' | 'unknown'

export interface AnswerWatchOptions {
  /** Bytes that have gone over the connection so far, either way. */
  readonly moved: () => number
  /** Asks the server about the session; never throws. */
  readonly ask: (signal: AbortSignal) => Promise<SessionState>
  /** Cuts the connection: who waits for an answer gets an error, and begins anew. */
  readonly cut: (why: string) => void
  readonly everyMs: number
}

export interface AnswerWatch {
  /** Watches while the work waits for answers. May be nested. */
  during<T>(work: () => Promise<T>): Promise<T>
}

export function createAnswerWatch({ moved, ask, cut, everyMs }: AnswerWatchOptions): AnswerWatch {
  let waiting = 0
  let stop: AbortController | undefined

  async function watch(signal: AbortSignal): Promise<void> {
    let before = moved()
    // Asked twice: between the two, an answer that was on its way has come.
    let suspicions = 0
    for (;;) {
      await sleep(everyMs, undefined, { signal, ref: false })
      const now = moved()
      if (now === before) {
        const state = await ask(signal)
        signal.throwIfAborted()
        if (moved() !== now || state === 'working' || state === 'unknown') suspicions = 0
        else if (state === 'unreachable') return cut('the server does not answer, nor does it take a new connection')
        else if (++suspicions === 2) return cut('the server knows nothing of what was asked: the connection is dead')
      } else suspicions = 0
      before = moved()
    }
  }

  return {
    async during(work) {
      waiting++
      if (waiting === 1) {
        stop = new AbortController()
        // It ends by its signal, or by having cut the connection.
        watch(stop.signal).catch(() => undefined)
      }
      try {
        return await work()
      } finally {
        waiting--
        if (waiting === 0) stop?.abort()
      }
    },
  }
}
