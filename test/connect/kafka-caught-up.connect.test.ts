// Lag and the wait for it, as a user has them: the repository's own connector files on Kafka Connect, with a broker that
// asks for TLS and a login as Confluent does.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startWriter } from '../harness/background-writer.ts'
import { freePort } from '../harness/free-port.ts'
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
import { makeTlsFiles } from '../harness/tls-files.ts'
import { waitFor } from '../harness/wait-for.ts'

const cleanUp = new AsyncDisposableStack()
let kafka: KafkaServer
let connect: ConnectServer
let mariadb: MariadbServer
let postgres: PostgresServer
let project: TestProject
let kafkaLines: Record<string, string>

before(async () => {
  const tls = makeTlsFiles()
  kafka = cleanUp.use(await startKafka({ tls }))
  connect = cleanUp.use(await startConnect(kafka))
  mariadb = cleanUp.use(await startMariadb())
  postgres = cleanUp.use(await startPostgres())
  await mariadb.createDatabases('xchange_trading')
  await source('CREATE TABLE T_DEAL (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(40))')
  kafkaLines = {
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
    CONFLUENT_API_KEY: kafka.apiKey?.key ?? '',
    CONFLUENT_API_SECRET: kafka.apiKey?.secret ?? '',
    KAFKA_CA_FILE: tls.ca,
  }
  project = cleanUp.use(
    await makeProject({
      ...{ postgres, connectors: 'repository' },
      databases: [{ name: 'trading', mariadb, schema: 'xchange_trading', tables: ['T_DEAL', 'T_NEW'] }],
      env: { ...kafkaLines, DEBEZIUM_URL: connect.url },
    }),
  )
  await well('up', 'trading')
})

after(async () => await cleanUp.disposeAsync())

async function source<T = Record<string, unknown>>(sql: string): Promise<T[]> {
  return await mariadb.query<T>(`USE xchange_trading; ${sql}`)
}

async function cdc(...args: readonly string[]): Promise<RunResult> {
  return await project.cdc(args, { timeoutMs: 600_000 })
}

async function well(...args: readonly string[]): Promise<RunResult> {
  const result = await cdc(...args)
  assert.equal(result.code, 0, `${args.join(' ')}\n${result.stdout}\n${result.stderr}`)
  return result
}

interface Row {
  readonly state: string
  readonly lagSeconds: number | null
  readonly lagRecords: number | null
  readonly lastEventTime: number | null
}

async function status(): Promise<Row> {
  const { stdout } = await well('status', 'trading', '-o', 'json')
  const { pipelines } = JSON.parse(stdout) as { pipelines: readonly Row[] }
  assert.ok(pipelines[0])
  return pipelines[0]
}

async function targetHas(table: string, note: string): Promise<boolean> {
  const rows = await postgres.query(`SELECT 1 FROM mp_cdc.${table} WHERE note = '${note}'`)
  return rows.length > 0
}

test('a wait under write load ends when what was committed before it is in the target', async () => {
  await using writer = startWriter({
    ...{ mariadb, database: 'xchange_trading', pauseMs: 20 },
    transaction: (round) => [`INSERT INTO T_DEAL (note) VALUES ('round ${round}'), ('again')`],
  })
  await source("INSERT INTO T_DEAL (note) VALUES ('before the wait')")
  const { stdout } = await well('wait', 'trading', '--timeout', '4m')
  assert.ok(await targetHas('t_deal', 'before the wait'))
  assert.match(stdout, /^trading: caught up at 0-\d+-\d+$/m)
  await writer.stop()
})

test('a topic that the sink has yet to meet is waited for', async () => {
  await source("CREATE TABLE T_NEW (id INT PRIMARY KEY, note VARCHAR(40)); INSERT INTO T_NEW VALUES (1, 'first')")
  await well('wait', 'trading', '--timeout', '4m')
  assert.ok(await targetHas('t_new', 'first'))
})

test('lag grows in records and seconds while the sink is paused, and goes when it runs again', async () => {
  await well('wait', 'trading', '--timeout', '4m')
  await well('pause', 'postgres-sink-trading')
  await source("INSERT INTO T_DEAL (note) VALUES ('paused 1'), ('paused 2'), ('paused 3')")
  const behind = await waitFor(
    async () => {
      const row = await status()
      return row.lagRecords === 3 ? row : undefined
    },
    { what: 'three records to wait', timeoutMs: 120_000 },
  )
  assert.ok((behind.lagSeconds ?? 0) > 0)
  assert.ok((behind.lastEventTime ?? 0) > 0)
  assert.equal(behind.state, 'PAUSED')
  const later = await status()
  assert.ok((later.lagSeconds ?? 0) > (behind.lagSeconds ?? 0))

  const stopped = await cdc('wait', 'trading')
  assert.match(stopped.stderr, /^error\[CDC-W04\] postgres-sink-trading: the connector is PAUSED\n {2}fix: cdc resume/)

  await well('resume', 'postgres-sink-trading')
  await well('wait', 'trading', '--timeout', '4m')
  assert.ok(await targetHas('t_deal', 'paused 3'))
  const { lagRecords, lagSeconds } = await status()
  assert.deepEqual([lagRecords, lagSeconds], [0, 0])
})

test('without Kafka the rest is shown, with what cannot be seen and why', async () => {
  project.setEnv(Object.fromEntries(Object.keys(kafkaLines).map((name) => [name, null])))
  const unset = await well('status', 'trading')
  assert.match(unset.stdout, /^trading +OK +OK +OK +- /m)
  assert.match(unset.stderr, /^note: lag and last events cannot be seen; set KAFKA_BOOTSTRAP_SERVERS /m)
  const wait = await cdc('wait', 'trading')
  assert.match(wait.stderr, /^error\[CDC-K09\] postgres-sink-trading: it cannot be seen whether the sink has caught up/)
  assert.match(wait.stderr, /xchange_trading\.xchange_trading\.T_DEAL: committed up to \d+/)

  project.setEnv({ ...kafkaLines, KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${await freePort()}` })
  const dead = await well('status', 'trading')
  assert.match(dead.stdout, /^trading +OK +OK +OK +- /m)
  assert.match(dead.stderr, /^note: lag and last events cannot be seen: CDC-K01 /m)
  const { code, stderr } = await cdc('wait', 'trading')
  assert.match(stderr, /^error\[CDC-K01\] /)
  assert.equal(code, 69)
  project.setEnv(kafkaLines)
})
