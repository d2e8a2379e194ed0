import type { SinkSourceStatus } from '../sink/sink-status.ts'
import type { SinkProgress } from './runners.ts'

/** What a person must hear first when the sources of one sink do different things. */
const urgency: readonly SinkSourceStatus['phase'][] = [
  'retrying',
  'starting',
  'waiting-for-load',
  'held',
  'applying',
  'idle',
]

/** One sink's progress from that of its sources; there is at least one. */
export function sinkProgress(sources: readonly SinkSourceStatus[]): SinkProgress {
  return {
    phase: urgency.find((phase) => sources.some((source) => source.phase === phase)) ?? 'starting',
    applied: sources.map(({ source, position, sourceSeconds }) => ({ source, position, sourceTime: sourceSeconds })),
    transactions: sources.reduce((sum, source) => sum + source.transactions, 0),
    rows: sources.reduce((sum, source) => sum + source.changes, 0),
    unloaded: [...new Set(sources.flatMap((source) => source.unloaded))].sort(),
    error: sources.find(({ error }) => error !== null)?.error ?? null,
  }
}
