// The whole product on one machine in under two minutes: two MariaDB servers with eight databases, one PostgreSQL,
// loads, live changes, a worker killed in their middle, and the proof that both sides are equal.
// KEEP=1 leaves everything running afterwards, to look around.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeProject } from '../test/harness/project.ts'
import type { TestProject } from '../test/harness/project.ts'
import { differences } from '../test/harness/rows-equal.ts'
import { cdcProgram } from '../test/harness/run-process.ts'
import { startMariadb } from '../test/harness/start-mariadb.ts'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import { startPostgres } from '../test/harness/start-postgres.ts'
import type { PostgresServer } from '../test/harness/start-postgres.ts'
import { startWorker } from '../test/harness/start-worker.ts'
import type { WorkerHandle } from '../test/harness/start-worker.ts'
import { temporaryFolder } from '../test/harness/temporary-folder.ts'
import { waitFor } from '../test/harness/wait-for.ts'
import { demoDatabases, fillDatabase } from './demo-databases.ts'
import type { DemoDatabase } from './demo-databases.ts'
import { endTable } from './end-table.ts'
import type { EndRow } from './end-table.ts'
import { startLagMeter } from './lag-meter.ts'
import type { LagMeter } from './lag-meter.ts'
import { runWorkload } from './workload.ts'

const workloadMs = 20_000
const started = Date.now()

function say(text: string): void {
  process.stdout.write(`[${String(Math.round((Date.now() - started) / 1000)).padStart(3)} s] ${text}\n`)
}

/** Runs `work` for every item, at most `width` at a time; fails with the first failure. */
async function eachOf<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** A cdc command as a user would type it; its output is shown when it fails. */
async function cdc(project: TestProject, args: readonly string[]): Promise<void> {
  const result = await project.cdc(args, { timeoutMs: 120_000 })
  if (result.code === 0) return
  throw new Error(`cdc ${args.join(' ')} ended with ${result.code ?? result.signal}\n${result.stdout}${result.stderr}`)
}

interface Stage {
  readonly servers: readonly MariadbServer[]
  readonly postgres: PostgresServer
  readonly project: TestProject
  readonly meter: LagMeter
}

function serverOf(stage: Pick<Stage, 'servers'>, database: DemoDatabase): MariadbServer {
  const server = stage.servers[database.server]
  if (server === undefined) throw new Error(`no server for ${database.name}`)
  return server
}

/** Twenty seconds of changes in all eight databases, with a kill -9 of the worker in the middle. */
async function changeEverything(stage: Stage, worker: WorkerHandle): Promise<WorkerHandle> {
  const stop = new AbortController()
  const running = demoDatabases.map(
    async (database) =>
      await runWorkload(serverOf(stage, database), database, stop.signal, (sample) => stage.meter.add(sample)),
  )
  const all = Promise.all(running)
  let next = worker
  try {
    await Promise.race([all, sleep(workloadMs * 0.4)])
    say(`kill -9 ${worker.pid}: the worker dies in the middle of it all …`)
    await worker.kill9()
    await sleep(1000)
    next = await startWorker(stage.project)
    say(`… and a new one (${next.pid}) goes on where PostgreSQL says it stopped`)
    await Promise.race([all, sleep(workloadMs * 0.6 - 1000)])
  } finally {
    stop.abort()
  }
  const results = await all
  const transactions = results.reduce((sum, result) => sum + result.transactions, 0)
  const statements = results.reduce((sum, result) => sum + result.statements, 0)
  say(
    `${transactions.toLocaleString('en')} transactions with ${statements.toLocaleString('en')} statements were committed, ${Math.round(transactions / (workloadMs / 1000))} a second`,
  )
  return next
}

async function compare(stage: Stage, database: DemoDatabase): Promise<readonly string[]> {
  const found: string[] = []
  const verify = await stage.project.cdc(['verify', database.name], { timeoutMs: 120_000 })
  if (verify.code !== 0)
    found.push(`cdc verify ${database.name} ended with ${verify.code ?? verify.signal}`, verify.stdout, verify.stderr)
  // The product's own proof is not taken at its word: every row is fetched from both sides and compared.
  for (const table of database.tables) {
    found.push(
      ...(await differences({
        mariadb: serverOf(stage, database),
        postgres: stage.postgres,
        database: database.schema,
        table,
      })),
    )
  }
  say(`${database.name}: ${found.length === 0 ? 'equal' : 'DIFFERENT'}`)
  return found
}

async function endRow(
  stage: Stage,
  database: DemoDatabase,
  rowsLoaded: number,
  found: readonly string[],
): Promise<EndRow> {
  const [row] = await stage.postgres.query<{ changes: string }>(
    'SELECT coalesce(sum(changes), 0) AS changes FROM cdc.position WHERE connector = $1',
    [`postgres-sink-${database.name}`],
  )
  return {
    database: database.name,
    tables: database.tables.length,
    rowsLoaded,
    changesApplied: Number(row?.changes ?? 0),
    lags: stage.meter.lags(database.name),
    differences: found,
  }
}

/** How to look at everything, without a password on a command line. */
function howToLook({ servers, postgres, project }: Stage): string {
  const clients = servers.map((server, index) => {
    const file = join(project.directory, `mariadb-${index + 1}.cnf`)
    const { user, password } = server.admin
    writeFileSync(file, `[client]\nhost=${server.host}\nport=${server.port}\nuser=${user}\npassword=${password}\n`, {
      mode: 0o600,
    })
    return `  mariadb --defaults-file=${file}`
  })
  return [
    'Everything is left running (KEEP=1). To look at it:',
    `  cd ${project.directory} && ${cdcProgram} status --watch`,
    `  export DEBEZIUM_URL=${project.workerUrl}    # curl $DEBEZIUM_URL/connectors?expand=status`,
    ...clients,
    `  psql -h ${join(postgres.directory, '..')} -p ${postgres.port} -U postgres warehouse    # \\dt mp_cdc.*`,
    `To stop it: Ctrl-C here, or kill ${process.pid}`,
  ].join('\n')
}

/** Waits for Ctrl-C or kill, which then are no failure: everything is stopped in order. */
async function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const alive = setInterval(() => undefined, 60_000)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal)
    process.once(signal, () => resolve())
  }
  await promise
  clearInterval(alive)
  say('stopping')
}

async function demo(): Promise<boolean> {
  say('starting two MariaDB servers and one PostgreSQL')
  const [one, two, postgresStarted] = await Promise.all([startMariadb(), startMariadb(), startPostgres()])
  await using first = one
  await using second = two
  await using postgres = postgresStarted
  const servers = [first, second]
  const rows = new Map<string, number>()
  await eachOf(demoDatabases, 2, async (database) => {
    rows.set(database.name, await fillDatabase(serverOf({ servers }, database), database))
  })
  const total = [...rows.values()].reduce((sum, count) => sum + count, 0)
  const tables = demoDatabases.reduce((sum, { tables: names }) => sum + names.length, 0)
  say(`filled ${demoDatabases.length} databases: ${tables} tables, ${total.toLocaleString('en')} rows`)

  await using project = await makeProject({
    postgres,
    connectors: 'repository',
    directory: temporaryFolder('demo'),
    databases: demoDatabases.map((database) => ({ ...database, mariadb: serverOf({ servers }, database) })),
  })
  let worker = await startWorker(project)
  try {
    say(`cdc worker answers at ${project.workerUrl}`)
    await eachOf(demoDatabases, 2, async ({ name }) => {
      const before = Date.now()
      await cdc(project, ['up', name])
      say(
        `cdc up ${name}: ${(rows.get(name) ?? 0).toLocaleString('en')} rows in ${((Date.now() - before) / 1000).toFixed(1)} s`,
      )
    })
    await using meter = await startLagMeter(postgres)
    const stage: Stage = { servers, postgres, project, meter }
    say(`live changes in all eight databases for ${workloadMs / 1000} s`)
    worker = await changeEverything(stage, worker)
    const before = Date.now()
    await waitFor(() => meter.pending === 0, { timeoutMs: 60_000, what: 'PostgreSQL to have the last transactions' })
    say(`caught up ${Date.now() - before} ms after the last commit`)
    const found = new Map<string, readonly string[]>()
    await eachOf(demoDatabases, 2, async (database) => void found.set(database.name, await compare(stage, database)))
    const end: EndRow[] = []
    for (const database of demoDatabases) {
      end.push(await endRow(stage, database, rows.get(database.name) ?? 0, found.get(database.name) ?? []))
    }
    process.stdout.write(`\n${endTable(end).join('\n')}\n\n`)
    for (const row of end) for (const line of row.differences) process.stdout.write(`${line}\n`)
    const equal = end.every((row) => row.differences.length === 0)
    say(equal ? 'everything is equal' : 'SOMETHING IS DIFFERENT')
    if (process.env['KEEP'] === '1') {
      process.stdout.write(`\n${howToLook(stage)}\n`)
      await untilSignal()
    }
    return equal
  } catch (error) {
    process.stdout.write(`\nthe worker's last words:\n${worker.log().split('\n').slice(-30).join('\n')}\n`)
    throw error
  } finally {
    await worker[Symbol.asyncDispose]()
  }
}

try {
  process.exitCode = (await demo()) ? 0 : 1
} catch (error) {
  process.stdout.write(`\nDEMO FAILED: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
