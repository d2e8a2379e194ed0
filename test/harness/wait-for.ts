import { setTimeout as sleep } from 'node:timers/promises'

export interface WaitOptions {
  readonly timeoutMs?: number
  /** What is waited for, in words, for the message of the error. */
  readonly what?: string
  /** Pause between two looks. */
  readonly everyMs?: number
}

/**
 * Looks again and again until the condition gives something else than false, null or undefined, and returns that.
 * A condition that throws counts as not yet true; its last error is the cause of the time-out.
 */
export async function waitFor<T>(
  condition: () => T | false | null | undefined | Promise<T | false | null | undefined>,
  { timeoutMs = 30_000, what = 'the condition', everyMs = 25 }: WaitOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  let lastError: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value !== false && value !== null && value !== undefined) return value
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    if (Date.now() > deadline) {
      const because = lastError instanceof Error ? `: ${lastError.message}` : ''
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}${because}`, { cause: lastError })
    }
    await sleep(everyMs)
  }
}
