// The one task of a connector:
//
//   idle --start--> running --the run throws--> failed --start--> running
//     ^----stop-------'                            (stop leaves a failure visible; forget clears it)
import { asCdcError, CdcError } from '../core/errors.ts'

export interface Task {
  readonly state: 'idle' | 'running' | 'failed'
  readonly error: CdcError | undefined
  /** Begins a run, also after a failure; nothing when it is running. */
  start(): void
  /** Ends the run and waits for its end. A failure stays visible. */
  stop(): Promise<void>
  /** `stop`, and no failure is left. */
  forget(): Promise<void>
}

export interface TaskOptions {
  /** The connector's name, for errors. */
  readonly where: string
  /** Ends only when aborted, or throws. */
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly onFailure: (error: CdcError) => void
}

export function createTask({ where, run, onFailure }: TaskOptions): Task {
  let running: { stop: AbortController; ended: Promise<void> } | undefined
  let error: CdcError | undefined

  async function live(signal: AbortSignal): Promise<void> {
    try {
      await run(signal)
      if (!signal.aborted) throw new Error('BUG: the task ended without being told to')
    } catch (thrown) {
      // An abort may surface as any error of whatever was interrupted.
      if (!signal.aborted) error = asCdcError(thrown, where)
    }
  }

  function start(): void {
    if (running !== undefined) return
    error = undefined
    const stop = new AbortController()
    const current = { stop, ended: Promise.resolve() }
    current.ended = live(stop.signal).then(() => {
      if (running === current) running = undefined
      if (error !== undefined) onFailure(error)
    })
    running = current
  }

  async function stop(): Promise<void> {
    running?.stop.abort()
    await running?.ended
  }

  return {
    get state() {
      if (running !== undefined) return 'running'
      return error === undefined ? 'idle' : 'failed'
    },
    get error() {
      return error
    },
    start,
    stop,
    async forget() {
      await stop()
      error = undefined
    },
  }
}
