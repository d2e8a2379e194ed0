import { Gauge, Registry } from 'prom-client'
import type { ConnectorReport, StatusReporter } from './status-report.ts'

interface Series {
  readonly name: string
  readonly help: string
  /** null: this connector has no such number (now). */
  readonly value: (report: ConnectorReport) => number | null
}

const failed = (report: ConnectorReport): boolean => report.state === 'FAILED' || report.taskState === 'FAILED'

/** Everything that is told per connector. Counts come from reports too, so all are gauges to the client library. */
const series: readonly Series[] = [
  {
    name: 'cdc_connector_running',
    help: '1 when connector and task run',
    value: (report) => Number(report.taskState === 'RUNNING'),
  },
  {
    name: 'cdc_connector_failed',
    help: '1 when the connector or its task has failed',
    value: (report) => Number(failed(report)),
  },
  {
    name: 'cdc_lag_seconds',
    help: 'Seconds behind: a source behind the server, a sink behind the source',
    value: (report) => report.lagSeconds,
  },
  { name: 'cdc_relay_bytes', help: 'Bytes in the relay log of a source', value: (report) => report.relayBytes },
  {
    name: 'cdc_rows_applied_total',
    help: 'Row changes applied since the worker started',
    value: (report) => report.rowsApplied,
  },
  {
    name: 'cdc_transactions_applied_total',
    help: 'Source transactions applied since the worker started',
    value: (report) => report.transactionsApplied,
  },
  {
    name: 'cdc_rows_per_second',
    help: 'Row changes applied, over the last 10 s',
    value: (report) => report.rowsPerSecond,
  },
  {
    name: 'cdc_tables_unloaded',
    help: 'Captured tables with changes that are not applied, as they were never loaded',
    value: (report) => (report.type === 'sink' ? report.unloaded.length : null),
  },
  {
    name: 'cdc_last_event_timestamp_seconds',
    help: 'When the last event in the relay was written',
    value: (report) => report.lastEventTime,
  },
]

export interface Metrics {
  /** The value of the content-type header. */
  readonly contentType: string
  /** In Prometheus' text format. */
  text(): Promise<string>
}

export function createMetrics(reporter: StatusReporter, version: string): Metrics {
  const registry = new Registry()
  const registers = [registry]
  new Gauge({ name: 'cdc_up', help: '1: the worker answers', registers }).set(1)
  new Gauge({ name: 'cdc_build_info', help: 'The version that runs', labelNames: ['version'], registers }).set(
    { version },
    1,
  )
  const gauges = series.map(({ name, help, value }) => ({
    gauge: new Gauge({ name, help, labelNames: ['connector', 'type'], registers }),
    value,
  }))
  return {
    contentType: registry.contentType,
    async text() {
      const reports = reporter.report()
      for (const { gauge, value } of gauges) {
        // Connectors that are gone leave no series behind.
        gauge.reset()
        for (const report of reports) {
          const number = value(report)
          if (number !== null) gauge.set({ connector: report.name, type: report.type }, number)
        }
      }
      // The client library has counters that only grow by steps; these are read as a whole.
      return (await registry.metrics()).replaceAll(/^(# TYPE \S+_total) gauge$/gm, '$1 counter')
    },
  }
}
