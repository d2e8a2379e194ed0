import type { CdcError } from '../core/errors.ts'
import { emptyPosition, type GtidPosition } from '../core/gtid.ts'

export type SourcePhase = 'connecting' | 'streaming' | 'waiting-for-room' | 'retrying'

/** How a running source is doing. */
export interface SourceStatus {
  readonly phase: SourcePhase
  /** What is safely in the relay. */
  readonly position: GtidPosition
  /** When the last transaction that was received began on the server, in milliseconds since 1970; whole seconds. */
  readonly lastEventAt: number | null
  /** The error that is being retried. */
  readonly error: CdcError | null
  /** Since the source was started, over all connections. */
  readonly bytesReceived: number
  /** Transactions received, captured ones or not. */
  readonly groups: number
  /** How far the server was when we connected last; null: never connected. */
  readonly serverPosition: GtidPosition | null
  /** Age of what was received last, by the server's clock; 0 when the server has no more; null: nothing received yet. */
  readonly behindSeconds: number | null
}

/** Updates are reported at most this often, phases at once. */
const reportEveryMs = 250

export interface StatusReporter extends Disposable {
  readonly current: SourceStatus
  update(change: Partial<SourceStatus>): void
}

/** Keeps the status and tells it on, the last change always. */
export function createStatusReporter(report: (status: SourceStatus) => void): StatusReporter {
  let current: SourceStatus = {
    ...{ phase: 'connecting', position: emptyPosition, lastEventAt: null, error: null },
    ...{ bytesReceived: 0, groups: 0, serverPosition: null, behindSeconds: null },
  }
  let timer: NodeJS.Timeout | undefined
  const tell = (): void => {
    clearTimeout(timer)
    timer = undefined
    report(current)
  }
  return {
    get current() {
      return current
    },
    update(change) {
      const urgent = change.phase !== undefined && change.phase !== current.phase
      current = { ...current, ...change }
      if (urgent) tell()
      else timer ??= setTimeout(tell, reportEveryMs).unref()
    },
    [Symbol.dispose]() {
      if (timer !== undefined) tell()
    },
  }
}
