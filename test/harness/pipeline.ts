import assert from 'node:assert/strict'
import { makeProject } from './project.ts'
import type { ProjectOptions, TestProject } from './project.ts'
import { waitForEqual } from './rows-equal.ts'
import type { RunResult } from './run-process.ts'
import { startMariadb } from './start-mariadb.ts'
import type { MariadbOptions, MariadbServer } from './start-mariadb.ts'
import { startPostgres } from './start-postgres.ts'
import type { PostgresOptions, PostgresServer } from './start-postgres.ts'
import { startWorker } from './start-worker.ts'
import type { WorkerHandle, WorkerOptions } from './start-worker.ts'
import { waitFor } from './wait-for.ts'

export interface PipelineOptions {
  /** What the user calls the database; `trading` when left out. */
  readonly name?: string
  /** MariaDB's database; `xchange_trading` when left out. */
  readonly schema?: string
  /** Runs in that database before anything else. */
  readonly sql: string
  /** The allowlist; regular expressions are allowed. */
  readonly tables: readonly string[]
  readonly connectors?: ProjectOptions['connectors']
  readonly mariadb?: MariadbOptions
  readonly postgres?: PostgresOptions
  readonly source?: Readonly<Record<string, string>>
  readonly sink?: Readonly<Record<string, string>>
}

/** Both servers, a project and its worker: all that a scenario needs, and nothing registered yet. */
export interface Pipeline extends AsyncDisposable {
  readonly name: string
  readonly schema: string
  readonly mariadb: MariadbServer
  readonly postgres: PostgresServer
  readonly project: TestProject
  readonly worker: WorkerHandle
  /** Runs SQL in the source database. */
  source<T = Record<string, unknown>>(sql: string): Promise<T[]>
  /** Runs cdc, which must end well. */
  cdc(...args: readonly string[]): Promise<RunResult>
  make(target: string, ...variables: readonly string[]): Promise<RunResult>
  /** Starts another worker in the place of one that has ended. */
  startWorker(options?: WorkerOptions): Promise<WorkerHandle>
  /** Waits until source and target hold the same rows. */
  equal(table: string, target?: string): Promise<void>
  /** The worst state of a connector and its task: RUNNING, FAILED, … */
  state(connector: string): Promise<{ state: string; trace: string }>
  /** Waits until a connector or its task is in that state; returns its error text. */
  waitForState(connector: string, state: string, timeoutMs?: number): Promise<string>
}

export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { name = 'trading', schema = 'xchange_trading' } = options
  const cleanUp = new AsyncDisposableStack()
  try {
    const mariadb = cleanUp.use(await startMariadb(options.mariadb))
    const postgres = cleanUp.use(await startPostgres(options.postgres))
    await mariadb.createDatabases(schema)
    const source = async <T>(sql: string): Promise<T[]> => await mariadb.query<T>(`USE \`${schema}\`; ${sql}`)
    await source(options.sql)
    const { source: sourceLines = {}, sink = {}, tables, connectors = 'generated' } = options
    const project = cleanUp.use(
      await makeProject({
        postgres,
        connectors,
        databases: [{ name, mariadb, schema, tables, source: sourceLines, sink }],
      }),
    )
    let worker = await startWorker(project)
    cleanUp.defer(async () => await worker[Symbol.asyncDispose]())

    const state = async (connector: string): Promise<{ state: string; trace: string }> => {
      const answer = await fetch(`${project.workerUrl}/connectors/${connector}/status`)
      if (!answer.ok) throw new Error(`status of ${connector}: ${answer.status}`)
      const status = (await answer.json()) as Status
      const all = [status.connector, ...status.tasks]
      const worst = all.find((one) => one.state === 'FAILED') ?? all.find((one) => one.state !== 'RUNNING')
      return {
        state: worst?.state ?? (status.tasks.length === 0 ? 'UNASSIGNED' : 'RUNNING'),
        trace: worst?.trace ?? '',
      }
    }
    return {
      ...{ name, schema, mariadb, postgres, project, source, state },
      get worker() {
        return worker
      },
      cdc: async (...args) => succeeded(args.join(' '), await project.cdc(args, { timeoutMs: 120_000 })),
      make: async (target, ...variables) => succeeded(`make ${target}`, await project.make(target, variables)),
      async startWorker(workerOptions) {
        assert.equal(worker.running, false, 'the worker before is still running')
        worker = await startWorker(project, workerOptions)
        return worker
      },
      async equal(table, target) {
        await waitForEqual({ mariadb, postgres, database: schema, table, ...(target === undefined ? {} : { target }) })
      },
      waitForState: async (connector, wanted, timeoutMs = 30_000) =>
        await waitFor(
          async () => {
            const now = await state(connector)
            if (now.state === wanted) return { trace: now.trace }
            throw new Error(`it is ${now.state} ${now.trace}`)
          },
          { timeoutMs, what: `${connector} to be ${wanted}`, everyMs: 50 },
        ).then(({ trace }) => trace),
      [Symbol.asyncDispose]: async () => await cleanUp.disposeAsync(),
    }
  } catch (error) {
    await cleanUp.disposeAsync()
    throw error
  }
}

interface Status {
  readonly connector: { readonly state: string; readonly trace?: string }
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[]
}

function succeeded(command: string, result: RunResult): RunResult {
  assert.equal(
    result.code,
    0,
    `${command} ended with ${result.code ?? result.signal}\n${result.stdout}\n${result.stderr}`,
  )
  return result
}
