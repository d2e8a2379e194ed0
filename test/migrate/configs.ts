import { createCasts } from '../../src/config/casts.ts'
import type { SinkConfig } from '../../src/config/sink-config.ts'
import type { SourceConfig } from '../../src/config/source-config.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { migrate, type MigrateResult } from '../../src/migrate/migrate.ts'
import { usualLoadOptions, type MigrateOptions } from '../../src/migrate/load-options.ts'
import type { LoadEvent } from '../../src/migrate/progress.ts'
import type { MariadbServer } from '../harness/start-mariadb.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'

/** Connectors between the servers of a test: every table of one database goes into schema mp_cdc. */
export interface Configs {
  readonly source: SourceConfig
  readonly sink: SinkConfig
}

export function configs(mariadb: MariadbServer, postgres: PostgresServer, database: string): Configs {
  return {
    source: {
      ...mariadb.settings,
      name: `mariadb-${database}`,
      connectorClass: 'io.debezium.connector.mariadb.MariaDbConnector',
      serverId: 4711,
      topicPrefix: database,
      capturesDatabase: (name) => name === database,
      capturesTable: (name, table) => name === database && !table.startsWith('left_out'),
      topicName: (name, table) => `${database}.${name}.${table}`,
      ...{ databaseInclude: [database], tableInclude: [], snapshotMode: 'no_data', notices: [], raw: {} },
      ...{ heartbeatMs: 1000, relayMaxBytes: 1e9 },
    },
    sink: {
      name: `sink-${database}`,
      connectorClass: 'io.debezium.connector.jdbc.JdbcSinkConnector',
      postgres: postgres.settings,
      matchesTopic: (topic) => topic.startsWith(`${database}.`),
      targetName: (_database, table) => ({ schema: 'mp_cdc', table: table.toLowerCase() }),
      ...{ quoteIdentifiers: false, deleteEnabled: true, truncateEnabled: true, schemaEvolution: 'basic' },
      ...{ batchRows: 1000, batchBytes: 1e6, batchMs: 10, casts: createCasts([]), notices: [], raw: {} },
    },
  }
}

export interface LoadRun {
  readonly result: MigrateResult
  readonly events: readonly LoadEvent[]
}

const logLevel = 'silent'

/** Loads with small defaults; `changed` wins. */
export async function load(between: Configs, changed: Partial<MigrateOptions> = {}): Promise<LoadRun> {
  const events: LoadEvent[] = []
  const result = await migrate({
    ...between,
    ...usualLoadOptions,
    ...{ tables: 'all', maxWorkers: 2, chunkWorkers: 4, batchSize: 1000, threshold: 1_000_000, replace: false },
    ...{ signal: new AbortController().signal, log: createLogger(logLevel) },
    ...changed,
    onEvent: (event) => {
      events.push(event)
      changed.onEvent?.(event)
    },
  })
  return { result, events }
}

/** The events of one table, without the counts that come now and then. */
export function kinds(events: readonly LoadEvent[], table: string): readonly string[] {
  return events.flatMap((event) => {
    if (event.kind === 'plan' || event.kind === 'note' || event.kind === 'rows' || event.table !== table) return []
    return [event.kind === 'phase' ? event.phase : event.kind]
  })
}
