import { notRunning } from '../connect/wait.ts'
import { connectorHealth } from '../connect/health.ts'
import type { CommandContext } from './context.ts'

/** Ends a wait for a sink that will not move. */
export interface SinkWatch extends Disposable {
  /** Aborted, with the error to show, when the sink was waited for and does not run. */
  readonly signal: AbortSignal
  /** Whether somebody waits for the sink now. */
  waiting(now: boolean): void
}

/** A sink that is there already needs no moment; only when the wait lasts is its state asked for. */
const askEveryMs = 2_000

export function watchSink({ client }: Pick<CommandContext, 'client'>, name: string): SinkWatch {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined

  async function ask(): Promise<void> {
    const status = await (await client()).status(name)
    const health = status === undefined ? undefined : connectorHealth(status)
    if (health === undefined || ['FAILED', 'PAUSED', 'STOPPED'].includes(health.state)) {
      const missing = {
        state: 'STOPPED',
        running: 0,
        tasks: 0,
        error: 'it is not registered',
        trace: undefined,
      } as const
      if (timer !== undefined) controller.abort(notRunning(name, health ?? missing))
    }
  }

  const waiting = (now: boolean): void => {
    clearInterval(timer)
    // A worker that is away for a moment is not the sink's failure: the wait has its own limit.
    timer = now ? setInterval(() => void ask().catch(() => undefined), askEveryMs) : undefined
  }
  return { signal: controller.signal, waiting, [Symbol.dispose]: () => waiting(false) }
}
