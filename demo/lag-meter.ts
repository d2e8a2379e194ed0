import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresServer } from '../test/harness/start-postgres.ts'
import type { CommittedSample } from './workload.ts'

export interface LagMeter extends AsyncDisposable {
  add(sample: CommittedSample): void
  /** Samples that PostgreSQL does not have yet. */
  readonly pending: number
  /** Milliseconds from a commit in MariaDB to its visibility in PostgreSQL, ascending. */
  lags(database: string): readonly number[]
}

/** Watches the positions that the sinks commit together with the rows: a GTID that one has reached is visible. */
export async function startLagMeter(postgres: PostgresServer): Promise<LagMeter> {
  const client = await postgres.connect()
  const measured = new Map<string, number[]>()
  let waiting: CommittedSample[] = []
  const added: CommittedSample[] = []
  const stop = new AbortController()
  const look = async (): Promise<void> => {
    const { rows } = await client.query<{ connector: string; position: string }>(
      'SELECT connector, position FROM cdc.position',
    )
    const now = Date.now()
    const reached = new Map(
      rows.map(({ connector, position }) => [connector.replace('postgres-sink-', ''), sequences(position)]),
    )
    const left: CommittedSample[] = []
    for (const sample of waiting) {
      const [domain = '', , sequence = '0'] = sample.gtid.split('-')
      if ((reached.get(sample.database)?.get(domain) ?? 0n) < BigInt(sequence)) left.push(sample)
      else measured.set(sample.database, [...(measured.get(sample.database) ?? []), now - sample.at])
    }
    waiting = left
  }
  const loop = (async () => {
    while (!stop.signal.aborted) {
      // Samples that are added while the positions are asked for wait for the next round.
      waiting.push(...added.splice(0))
      if (waiting.length > 0) await look()
      await sleep(5)
    }
  })()
  return {
    add: (sample) => void added.push(sample),
    get pending() {
      return waiting.length + added.length
    },
    lags: (database) => [...(measured.get(database) ?? [])].sort((a, b) => a - b),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await loop
      await client.end()
    },
  }
}

function sequences(position: string): ReadonlyMap<string, bigint> {
  return new Map(
    position.split(',').map((gtid) => {
      const [domain = '', , sequence = '0'] = gtid.split('-')
      return [domain, BigInt(sequence)]
    }),
  )
}
