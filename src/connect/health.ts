import { rootCause } from './trace.ts'
import type { ConnectorStatus, ConnectState } from './rest-types.ts'

/** What a connector is worth, in one word. */
export type HealthState = 'OK' | 'STOPPED' | 'PAUSED' | 'DEGRADED' | 'FAILED'

/** From best to worst. */
export const healthOrder: readonly HealthState[] = ['OK', 'STOPPED', 'PAUSED', 'DEGRADED', 'FAILED']

export interface Health {
  readonly state: HealthState
  readonly running: number
  readonly tasks: number
  /** The cause in one line; undefined: nothing failed. */
  readonly error: string | undefined
  /** The worst trace, whole. */
  readonly trace: string | undefined
}

/**
 * The worst of the connector and its tasks. Connect calls a connector RUNNING while its only task has FAILED, and it
 * is the task that moves data.
 */
export function connectorHealth({ connector, tasks }: ConnectorStatus): Health {
  const failed = tasks.filter((task) => task.state === 'FAILED')
  const running = tasks.filter((task) => task.state === 'RUNNING').length
  const trace = connector.trace ?? failed.find((task) => task.trace !== undefined)?.trace
  return {
    state: worstOf(
      connector.state,
      tasks.map((task) => task.state),
    ),
    running,
    tasks: tasks.length,
    error: trace === undefined ? undefined : rootCause(trace),
    trace,
  }
}

function worstOf(connector: ConnectState, tasks: readonly ConnectState[]): HealthState {
  const failed = tasks.filter((state) => state === 'FAILED').length
  if (connector === 'FAILED' || (failed > 0 && failed === tasks.length)) return 'FAILED'
  if (failed > 0) return 'DEGRADED'
  if (connector === 'PAUSED' || connector === 'STOPPED') return connector
  // No task yet, unassigned, restarting: it does not move data now.
  return connector === 'RUNNING' && tasks.length > 0 && tasks.every((state) => state === 'RUNNING') ? 'OK' : 'DEGRADED'
}
