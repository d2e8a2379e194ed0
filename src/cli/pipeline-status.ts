// How each pipeline is doing, from whichever runtime answers.
import { listConnectorFiles, loadConnectorFile } from '../config/connector-file.ts'
import type { Project } from '../config/project.ts'
import { connectorHealth, healthOrder } from '../connect/health.ts'
import type { Health, HealthState } from '../connect/health.ts'
import type { ConnectorStatus } from '../connect/rest-types.ts'
import type { ConnectorReport } from '../worker/status-report.ts'
import { collecting } from './collecting.ts'
import { reportHealth } from './worker-status.ts'

export interface PipelineRow {
  /** As in the files; of a connector without a file its own name. */
  readonly database: string
  /** The worst of both connectors. */
  readonly state: HealthState | 'NOT REGISTERED'
  readonly source: HealthState | null
  readonly sink: HealthState | null
  /**
   * Embedded: seconds from a commit on the source to the same on the target. Kafka Connect: age of the oldest record that
   * waits in Kafka for the sink. null: not known.
   */
  readonly lagSeconds: number | null
  /** Kafka Connect: records that wait in Kafka for the sink; null: not known. */
  readonly lagRecords: number | null
  readonly rowsPerSecond: number | null
  /** Captured tables whose changes are not applied, because they were never loaded. */
  readonly unloaded: readonly string[]
  /** Epoch seconds. */
  readonly lastEventTime: number | null
  readonly error: string | null
}

/** Connector name -> database and kind, from the files; a file that cannot be read is left out. */
export function namesInFiles(project: Project): ReadonlyMap<string, { database: string; kind: 'source' | 'sink' }> {
  const names = new Map<string, { database: string; kind: 'source' | 'sink' }>()
  for (const { kind, database } of listConnectorFiles(project)) {
    const file = collecting([], () => loadConnectorFile(project, kind, database))
    names.set(file?.name ?? `${database} (${kind})`, { database, kind })
  }
  return names
}

/** How far a connector has come, as its runtime knows it. */
export type Progress = Partial<
  Pick<PipelineRow, 'lagSeconds' | 'lagRecords' | 'rowsPerSecond' | 'unloaded' | 'lastEventTime'>
>

export interface Part {
  readonly name: string
  readonly kind: 'source' | 'sink'
  readonly health: Health
  readonly progress: Progress | undefined
}

export const partsOfReport = (connectors: readonly ConnectorReport[]): readonly Part[] =>
  connectors.map((report) => ({ name: report.name, kind: report.type, health: reportHealth(report), progress: report }))

/** @param progress by connector name */
export const partsOfStatuses = (
  statuses: readonly ConnectorStatus[],
  progress: ReadonlyMap<string, Progress & { readonly error?: string | undefined }>,
): readonly Part[] =>
  statuses.map((status) => {
    const health = connectorHealth(status)
    const own = progress.get(status.name)
    // It runs, and yet something is wrong that its runtime does not know of.
    const worse = own?.error !== undefined && health.state !== 'FAILED' && health.error === undefined
    return {
      name: status.name,
      kind: status.type,
      health: worse ? { ...health, state: 'DEGRADED' as const, error: own.error } : health,
      progress: own,
    }
  })

/** What `cdc status` shows, from one runtime. */
export interface StatusReader extends AsyncDisposable {
  /** `notes`: what cannot be seen, and what is wrong beside the connectors' states. */
  read(): Promise<{ readonly parts: readonly Part[]; readonly notes: readonly string[] }>
  /** Lines for -v. */
  details(databases: readonly string[]): Promise<readonly string[]>
}

/** A row per database that has a file or a connector, worst first. */
export function pipelineRows(
  parts: readonly Part[],
  names: ReadonlyMap<string, { database: string; kind: 'source' | 'sink' }>,
): readonly PipelineRow[] {
  const databases = new Set([...names.values()].map(({ database }) => database))
  const databaseOf = (name: string): string => names.get(name)?.database ?? name
  for (const { name } of parts) databases.add(databaseOf(name))
  return [...databases]
    .map((database) =>
      pipelineRow(
        database,
        parts.filter(({ name }) => databaseOf(name) === database),
      ),
    )
    .sort((a, b) => badness(b) - badness(a) || (a.database < b.database ? -1 : 1))
}

function pipelineRow(database: string, parts: readonly Part[]): PipelineRow {
  const source = parts.find(({ kind }) => kind === 'source')
  const sink = parts.find(({ kind }) => kind === 'sink')
  const states = parts.map(({ health }) => health.state)
  return {
    database,
    state: healthOrder.findLast((state) => states.includes(state)) ?? 'NOT REGISTERED',
    source: source?.health.state ?? null,
    sink: sink?.health.state ?? null,
    lagSeconds: sink?.progress?.lagSeconds ?? null,
    lagRecords: sink?.progress?.lagRecords ?? null,
    rowsPerSecond: sink?.progress?.rowsPerSecond ?? null,
    unloaded: sink?.progress?.unloaded ?? [],
    lastEventTime: source?.progress?.lastEventTime ?? sink?.progress?.lastEventTime ?? null,
    error: source?.health.error ?? sink?.health.error ?? null,
  }
}

/** What was never registered is not broken: it comes last. */
function badness({ state }: PipelineRow): number {
  return state === 'NOT REGISTERED' ? -1 : healthOrder.indexOf(state)
}
