import { join } from 'node:path'
import { parseSinkConfig } from '../../src/config/sink-config.ts'
import { parseSourceConfig } from '../../src/config/source-config.ts'
import { parsePosition, reaches } from '../../src/core/gtid.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { openRelay } from '../../src/relay/relay.ts'
import type { Relay } from '../../src/relay/relay.ts'
import { runSink } from '../../src/sink/run-sink.ts'
import { runSource } from '../../src/source/run-source.ts'
import { defaultCharsetOf } from '../../src/worker/default-charset.ts'
import { differences } from '../harness/rows-equal.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import type { MariadbOptions, MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { waitFor } from '../harness/wait-for.ts'

export interface Pipeline extends AsyncDisposable {
  readonly mariadb: MariadbServer
  readonly postgres: PostgresServer
  readonly relay: Relay
  /** Runs SQL on the source in database `shop`, as one session. */
  run(...statements: readonly string[]): Promise<void>
  /** Waits until the sink has applied all that the source has committed. @throws what made the sink stop. */
  settle(): Promise<void>
  /** Waits until the sink stops by itself and gives its error. */
  failure(): Promise<unknown>
  /** Starts a sink that stopped or was stopped. */
  startSink(owner?: string): void
  stopSink(): Promise<void>
  /** Settles, then tells how the tables differ; empty: they are equal. */
  compare(...tables: readonly string[]): Promise<readonly string[]>
}

export interface PipelineOptions {
  readonly mariadb?: MariadbOptions
  readonly sink?: Readonly<Record<string, string>>
  readonly tables?: string
}

/** A source and a sink in this process, between real servers. Tables are made by statements of the stream. */
export async function openPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  await using stack = new AsyncDisposableStack()
  const mariadb = stack.use(await startMariadb(options.mariadb))
  const postgres = stack.use(await startPostgres())
  await mariadb.createDatabases('shop', 'elsewhere')
  const log = createLogger('silent')
  const folder = temporaryFolder('pipeline')
  const relay = stack.use(await openRelay({ directory: join(folder, 'relay'), maxBytes: 1 << 30, log }))
  relay.setReaders(['postgres-sink-shop'])
  const source = parseSourceConfig({
    ...{ name: 'mariadb-shop-connector', 'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector' },
    ...{ 'database.hostname': mariadb.host, 'database.port': String(mariadb.port), 'tasks.max': '1' },
    ...{ 'database.user': mariadb.settings.user, 'database.password': mariadb.settings.password },
    ...{ 'database.server.id': '7301', 'topic.prefix': 'shop', 'database.include.list': 'shop' },
    ...{ 'table.include.list': options.tables ?? 'shop\\.(?!_).*', 'snapshot.mode': 'no_data' },
    'schema.history.internal.kafka.topic': 'shop.schema-history',
    'schema.history.internal.kafka.bootstrap.servers': '127.0.0.1:9092',
  })
  const sink = parseSinkConfig({
    ...{ name: 'postgres-sink-shop', 'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector' },
    ...{ 'connection.url': `jdbc:postgresql://${postgres.host}:${postgres.port}/${postgres.settings.database}` },
    ...{ 'connection.username': postgres.settings.user, 'connection.password': postgres.settings.password },
    ...{ 'topics.regex': 'shop\\.shop\\..*', 'collection.name.format': 'mp_cdc.${source.table}' },
    ...{ 'insert.mode': 'upsert', 'primary.key.mode': 'record_key', 'delete.enabled': 'true' },
    ...{ 'truncate.enabled': 'true', 'schema.evolution': 'basic', ...options.sink },
  })

  const stopSource = new AbortController()
  let sourceFailure: unknown
  const sourceEnded = runSource({
    ...{ config: source, relay, stateDirectory: folder, signal: stopSource.signal, log },
    onStatus: () => undefined,
  }).catch((thrown: unknown) => {
    sourceFailure = thrown
  })
  let sinkRun: { stop: AbortController; ended: Promise<void>; failure: unknown; over: boolean } | undefined
  function startSink(owner = 'worker-one'): void {
    const stop = new AbortController()
    const sources = [{ name: source.name, relay, config: source, defaultCharset: defaultCharsetOf(source) }]
    const run = { stop, ended: Promise.resolve(), failure: undefined as unknown, over: false }
    const end = (failure: unknown): void => {
      run.failure = failure
      run.over = true
    }
    run.ended = runSink({
      ...{ config: sink, sources, owner, signal: stop.signal, log },
      onStatus: () => undefined,
    }).then(() => end(undefined), end)
    sinkRun = run
  }
  stack.defer(async () => {
    stopSource.abort()
    sinkRun?.stop.abort()
    await Promise.all([sourceEnded, sinkRun?.ended])
  })
  await waitFor(() => relay.position.size > 0 || sourceFailure !== undefined, { what: 'the source to have a position' })
  startSink()
  const applied = async (): Promise<string> => {
    const rows = await postgres
      .query<{ position: string }>('SELECT position FROM cdc.position')
      .catch(() => [] as { position: string }[])
    return rows[0]?.position ?? ''
  }
  const rest = stack.move()
  const settle = async (): Promise<void> => {
    const goal = parsePosition(await mariadb.gtidPosition())
    // A condition that throws is tried again: a stop ends the wait and is thrown after it.
    await waitFor(
      async () => {
        if (sourceFailure !== undefined || sinkRun?.over === true) return true
        return reaches(parsePosition(await applied()), goal)
      },
      { what: 'the sink to catch up', timeoutMs: 30_000, everyMs: 20 },
    )
    if (sourceFailure !== undefined) throw sourceFailure
    if (sinkRun?.over === true) throw sinkRun.failure ?? new Error('the sink was stopped')
  }
  return {
    mariadb,
    postgres,
    relay,
    startSink,
    settle,
    async run(...statements) {
      const connection = await mariadb.connect({ database: 'shop' })
      try {
        for (const statement of statements) await connection.query(statement)
      } finally {
        await connection.end()
      }
    },
    async failure() {
      await waitFor(() => sinkRun?.over === true, { what: 'the sink to stop', timeoutMs: 30_000 })
      return sinkRun?.failure
    },
    async stopSink() {
      sinkRun?.stop.abort()
      await sinkRun?.ended
    },
    async compare(...tables) {
      await settle()
      const found = await Promise.all(
        tables.map((table) => differences({ mariadb, postgres, database: 'shop', table })),
      )
      return found.flat()
    },
    async [Symbol.asyncDispose]() {
      await rest.disposeAsync()
    },
  }
}
