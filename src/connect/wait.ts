// Waiting for a connector. REST answers come when asked for, so waiting is asking again.
import { setTimeout as sleep } from 'node:timers/promises'
import { CdcError } from '../core/errors.ts'
import type { ConnectClient } from './client.ts'
import { fixInTrace } from './trace.ts'
import { connectorHealth } from './health.ts'
import type { Health } from './health.ts'
import type { ConnectorOffset } from './rest-types.ts'

export interface WaitOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** A worker may not know a connector yet that it has just accepted; for this long that is normal. */
const unknownMs = 10_000
/** How long a worker may still show the failure from before a restart that it has accepted. */
const staleMs = 3_000
const firstPauseMs = 50
const longestPauseMs = 1_000

/**
 * Asks until `ask` gives something other than undefined.
 * @throws CdcError CDC-W06 after the time limit; `waitedFor` says for what
 */
export async function askUntil<T>(
  ask: (waitedMs: number) => Promise<T | undefined>,
  { timeoutMs, signal, where, waitedFor }: WaitOptions & { where: string; waitedFor: () => string },
): Promise<T> {
  const started = Date.now()
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.5)) {
    const answer = await ask(Date.now() - started)
    if (answer !== undefined) return answer
    const left = started + timeoutMs - Date.now()
    if (left <= 0) {
      throw new CdcError('CDC-W06', { where, what: `${waitedFor()}: not within ${timeoutMs / 1000} s` })
    }
    await sleep(Math.min(pause, left), undefined, { signal })
  }
}

/** So long a connector must have been seen running: a task that fails while it starts runs for a moment. */
const steadyMs = 300

/**
 * Waits until the connector runs steadily, or is known not to: OK, FAILED, PAUSED or STOPPED, or DEGRADED with an error.
 * A failure equal to `stale` is one that a restart was just asked for; it is believed only when it stays.
 * @throws CdcError CDC-W06 after the time limit; CDC-C08 when there is no such connector
 */
export function waitUntilSettled(
  client: ConnectClient,
  name: string,
  options: WaitOptions & { stale?: string | undefined },
): Promise<Health> {
  let last = 'nothing'
  let runningSince: number | undefined
  return askUntil(
    async (waitedMs) => {
      const status = await client.status(name)
      if (status === undefined) {
        if (waitedMs > Math.min(unknownMs, options.timeoutMs)) throw unknownConnector(name, client.url)
        return undefined
      }
      const health = connectorHealth(status)
      last = health.state
      if (health.state !== 'OK') runningSince = undefined
      switch (health.state) {
        case 'OK':
          runningSince ??= waitedMs
          return waitedMs - runningSince >= steadyMs ? health : undefined
        case 'DEGRADED':
          return health.error === undefined ? undefined : health
        case 'FAILED':
          return health.trace === options.stale && waitedMs < staleMs ? undefined : health
        case 'PAUSED':
        case 'STOPPED':
          return health
      }
    },
    { ...options, where: name, waitedFor: () => `waiting for it to run, it was ${last}` },
  )
}

/**
 * Waits until the connector and its tasks run.
 * @throws CdcError CDC-W06 after the time limit, CDC-W04 with the cause when it has failed, is paused or stopped
 */
export async function waitUntilRunning(client: ConnectClient, name: string, options: WaitOptions): Promise<Health> {
  const health = await waitUntilSettled(client, name, options)
  if (health.state !== 'OK') throw notRunning(name, health)
  return health
}

/** The error that says why a connector does not run. */
export function notRunning(name: string, health: Health): CdcError {
  const resting = health.state === 'PAUSED' || health.state === 'STOPPED'
  return new CdcError('CDC-W04', {
    where: name,
    what: `the connector is ${health.state}`,
    why: health.error,
    fix: resting ? `cdc resume ${name}` : (fixInTrace(health.trace ?? '') ?? `cdc connector-status ${name}`),
  })
}

/**
 * Waits until the connector has a position to resume from.
 * @throws CdcError CDC-W06 after the time limit
 */
export function waitForOffsets(
  client: ConnectClient,
  name: string,
  options: WaitOptions,
): Promise<readonly ConnectorOffset[]> {
  return askUntil(
    async () => {
      const offsets = await client.offsets(name)
      if (offsets !== undefined && offsets.length > 0) return offsets
      const status = await client.status(name)
      const health = status === undefined ? undefined : connectorHealth(status)
      if (health?.state === 'FAILED') throw notRunning(name, health)
      return undefined
    },
    { ...options, where: name, waitedFor: () => 'waiting for its first position' },
  )
}

export function unknownConnector(name: string, url: string): CdcError {
  return new CdcError('CDC-C08', { where: name, what: `no connector of this name at ${url}`, fix: 'cdc connectors' })
}
