import { startWorker } from './start-worker.ts'
import type { WorkerOptions } from './start-worker.ts'
import { workerParts } from './worker-parts.ts'

export interface RunWorkerOptions extends WorkerOptions {
  /** Aborted by SIGTERM and SIGINT. */
  readonly signal: AbortSignal
  /** Told the worker's URL when it answers. */
  readonly onReady?: (url: string) => void
}

/**
 * Runs the embedded runtime until the signal; then stops every task, closes everything and returns, within 10 s.
 * @throws CdcError CDC-W01 state directory in use, CDC-W02 a network without a login, CDC-W05 address in use, CDC-C09.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { signal, onReady } = options
  const stopped = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => stopped.resolve(), { once: true })
  if (signal.aborted) return
  await using worker = await startWorker(options, workerParts)
  onReady?.(worker.url)
  await stopped.promise
}
