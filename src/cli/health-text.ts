import type { HealthState } from '../connect/health.ts'
import { exitCodes } from './failure.ts'
import type { Styles } from './styles.ts'

/** The state in its colour. */
export function paintHealth(state: HealthState, styles: Styles): string {
  if (state === 'OK') return styles.green(state)
  return state === 'FAILED' ? styles.red(state) : styles.yellow(state)
}

/** What --exit-status gives: 0 healthy, 3 something does not move, 4 something failed. */
export function healthExitCode(states: readonly HealthState[]): number {
  if (states.includes('FAILED')) return exitCodes.failed
  return states.every((state) => state === 'OK') ? exitCodes.ok : exitCodes.degraded
}
