import { setTimeout as sleep } from 'node:timers/promises'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import type { PostgresServer } from '../test/harness/start-postgres.ts'
import { wideRow } from './wide-table.ts'

export interface CommitToVisible {
  /** Milliseconds. */
  readonly p50: number
  readonly p90: number
  readonly perSecond: number
}

let next = 20_000_000

/** Inserts single rows at a steady rate and looks when each can be read in the target schema. */
export async function commitToVisible(
  mariadb: MariadbServer,
  postgres: PostgresServer,
  schema: string,
  { perSecond = 300, seconds = 20 }: { readonly perSecond?: number; readonly seconds?: number } = {},
): Promise<CommitToVisible> {
  const committed = new Map<number, number>()
  const latencies: number[] = []
  const first = next
  const end = first + perSecond * seconds
  next = end
  const writer = await mariadb.connect()
  const reader = await postgres.connect()
  const started = performance.now()
  const writing = (async () => {
    for (let id = first; id < end; id++) {
      const due = started + ((id - first) / perSecond) * 1000
      await sleep(Math.max(0, due - performance.now()))
      await writer.query(`INSERT INTO bench.wide SELECT ${wideRow(String(id))}`)
      committed.set(id, performance.now())
    }
    return performance.now() - started
  })()
  for (let seen = first - 1; seen < end - 1;) {
    const { rows } = await reader.query<{ id: string }>(
      `SELECT id FROM ${schema}.wide WHERE id > $1 AND id < $2 ORDER BY id`,
      [seen, end],
    )
    const now = performance.now()
    for (const row of rows) {
      const id = Number(row.id)
      // Seen before the writer was told that it is committed: no time at all.
      latencies.push(Math.max(0, now - (committed.get(id) ?? now)))
      seen = id
    }
    await sleep(4)
  }
  const took = await writing
  await writer.end()
  await reader.end()
  const sorted = latencies.toSorted((a, b) => a - b)
  const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  return { p50: quantile(0.5), p90: quantile(0.9), perSecond: (latencies.length / took) * 1000 }
}
