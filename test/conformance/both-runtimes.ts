// One MariaDB database, one PostgreSQL, and both runtimes at once. The pipelines are what `cdc new` writes, driven through
// the command line, so that what is tested is what users run.
import assert from 'node:assert/strict'
import { makeProject } from '../harness/project.ts'
import type { TestProject } from '../harness/project.ts'
import type { RunResult } from '../harness/run-process.ts'
import { startConnect } from '../harness/start-connect.ts'
import type { ConnectServer } from '../harness/start-connect.ts'
import { startKafka } from '../harness/start-kafka.ts'
import type { KafkaServer } from '../harness/start-kafka.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import type { MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'
import { startWorker } from '../harness/start-worker.ts'
import type { WorkerHandle } from '../harness/start-worker.ts'

export type RuntimeName = 'embedded' | 'debezium'

export const sourceSchema = 'xchange_oracle'

export interface BothRuntimes extends AsyncDisposable {
  readonly mariadb: MariadbServer
  readonly postgres: PostgresServer
  readonly kafka: KafkaServer
  readonly connect: ConnectServer
  readonly worker: WorkerHandle
  readonly project: TestProject
  /** Runs SQL in the source database. */
  source<T = Record<string, unknown>>(sql: string): Promise<T[]>
  /** Runs cdc on one of the two; it must end well. */
  cdc(runtime: RuntimeName, ...args: readonly string[]): Promise<RunResult>
  /** Where a runtime's REST API answers. */
  url(runtime: RuntimeName): string
}

/**
 * Starts everything and makes the files of some pipelines; nothing is registered yet.
 * @param pipelines what `cdc new` calls each, also its target schema, with its allowlist: names or regular expressions
 */
export async function startBothRuntimes(pipelines: Readonly<Record<string, readonly string[]>>): Promise<BothRuntimes> {
  const cleanUp = new AsyncDisposableStack()
  try {
    // One after the other: together they are too much for a small machine.
    const mariadb = cleanUp.use(await startMariadb())
    const postgres = cleanUp.use(await startPostgres({ schema: null }))
    const kafka = cleanUp.use(await startKafka())
    const connect = cleanUp.use(await startConnect(kafka))
    await mariadb.createDatabases(sourceSchema)
    const env = { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap }
    const project = cleanUp.use(await makeProject({ postgres, databases: [], env }))
    for (const [pipeline, tables] of Object.entries(pipelines)) {
      const names = ['--schema', sourceSchema, '--topic-prefix', pipeline, '--target-schema', pipeline]
      const made = await project.cdc(['new', pipeline, ...names])
      assert.equal(made.code, 0, made.stderr)
      const variables = {
        HOST: mariadb.host,
        PORT: String(mariadb.port),
        USER: mariadb.settings.user,
        PASS: mariadb.settings.password,
        TABLE_ALLOWLIST: tables.map((table) => `${sourceSchema}\\.${table}`).join(','),
      }
      const named = Object.entries(variables).map(([name, value]) => [`${pipeline.toUpperCase()}_${name}`, value])
      project.setEnv(Object.fromEntries(named))
    }
    const worker = cleanUp.use(await startWorker(project))
    const url = (runtime: RuntimeName): string => (runtime === 'embedded' ? project.workerUrl : connect.url)
    const moved = cleanUp.move()
    return {
      ...{ mariadb, postgres, kafka, connect, worker, project, url },
      source: async (sql) => await mariadb.query(`USE ${sourceSchema}; SET time_zone = '+00:00'; ${sql}`),
      async cdc(runtime, ...args) {
        const result = await project.cdc(args, { env: { DEBEZIUM_URL: url(runtime) }, timeoutMs: 180_000 })
        assert.equal(result.code, 0, `cdc ${args.join(' ')}: ${result.code}\n${result.stdout}\n${result.stderr}`)
        return result
      },
      [Symbol.asyncDispose]: async () => await moved.disposeAsync(),
    }
  } catch (error) {
    await cleanUp.disposeAsync()
    throw error
  }
}
