// The image without Docker: the jars that its build step laid out, its start script and its properties, against a broker
// that asks for what Confluent Cloud asks for, SASL_SSL with PLAIN. The connector files are the repository's own, with
// their secrets left to the worker.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { freePort } from '../harness/free-port.ts'
import { findKafka } from '../harness/kafka-programs.ts'
import { makeProject } from '../harness/project.ts'
import type { TestProject } from '../harness/project.ts'
import { waitForEqual } from '../harness/rows-equal.ts'
import { cleanEnvironment, repository, runProgram } from '../harness/run-process.ts'
import { endProcess, startServer } from '../harness/server-process.ts'
import type { ServerProcess } from '../harness/server-process.ts'
import { startKafka } from '../harness/start-kafka.ts'
import type { KafkaServer } from '../harness/start-kafka.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import type { MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { makeTlsFiles } from '../harness/tls-files.ts'
import { waitFor } from '../harness/wait-for.ts'

const image = join(repository, 'deploy/connect')
const started = new AsyncDisposableStack()
let kafka: KafkaServer
let mariadb: MariadbServer
let postgres: PostgresServer
let project: TestProject
let worker: ServerProcess
let workerEnv: Record<string, string>
let logFile: string
let metrics: string
let url: string
/** With what a file of Java properties, a URL and curl each quote in their own way. */
const login = { user: 'operator', password: `${randomBytes(8).toString('hex')} \\:=#"` }

before(async () => {
  const tls = makeTlsFiles()
  kafka = started.use(await startKafka({ tls }))
  mariadb = started.use(await startMariadb())
  postgres = started.use(await startPostgres())
  await mariadb.createDatabases('xchange_trading')
  await mariadb.query(`CREATE TABLE xchange_trading.t_deal (
    id INT PRIMARY KEY, amount DECIMAL(12,2), confirmed TINYINT(1), note VARCHAR(60))`)
  await mariadb.query(
    "USE xchange_trading; INSERT INTO t_deal SELECT seq, seq / 7, seq % 2, 'loaded' FROM seq_1_to_500",
  )

  const [port, metricsPort] = [await freePort(), await freePort()]
  url = `http://127.0.0.1:${port}`
  metrics = `http://127.0.0.1:${metricsPort}/metrics`
  const confluent = {
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
    KAFKA_CA_FILE: tls.ca,
    CONFLUENT_API_KEY: kafka.apiKey?.key ?? '',
    CONFLUENT_API_SECRET: kafka.apiKey?.secret ?? '',
  }
  project = started.use(
    await makeProject({
      postgres,
      connectors: 'repository',
      databases: [{ name: 'trading', mariadb, schema: 'xchange_trading', tables: ['t_deal'] }],
      env: {
        ...confluent,
        DEBEZIUM_URL: `http://${login.user}:${encodeURIComponent(login.password)}@127.0.0.1:${port}`,
      },
    }),
  )
  for (const kind of ['source', 'sink'] as const) leaveSecretsToTheWorker(project.connectorPath(kind, 'trading'))
  const folder = temporaryFolder('image')
  mkdirSync(join(folder, 'secrets'))
  logFile = join(folder, 'worker.log')
  workerEnv = cleanEnvironment({
    ...confluent,
    TMPDIR: folder,
    CONNECT_JARS: findKafka().directory,
    CDC_LISTEN: `127.0.0.1:${port}`,
    CDC_REST_USER: login.user,
    CDC_REST_PASSWORD: login.password,
    CDC_METRICS: `127.0.0.1:${metricsPort}`,
    CDC_REPLICATION_FACTOR: '1',
    CDC_SECRETS_DIR: join(folder, 'secrets'),
    JAVA_OPTS: '-Xmx1g -XX:+UseSerialGC',
    TRADING_PASS: mariadb.settings.password,
    SINK_DB_PASSWORD: postgres.settings.password,
  })
  worker = await startServer({
    name: 'the image',
    command: join(image, 'start.sh'),
    args: [],
    user: undefined,
    logFile,
    env: workerEnv,
    readyTimeoutMs: 180_000,
    ready: async () => {
      // A JVM is slow at whatever it does for the first time; cdc does not wait long for an answer.
      for (const path of ['/health', '/', '/connector-plugins', '/connectors']) {
        const answer = await ask(path, login)
        if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}`)
      }
    },
  })
  started.defer(async () => await endProcess(worker, 'SIGKILL'))
})

after(async () => await started.disposeAsync())

/** As docs/reference/deployment.md says: `${X}` becomes `${env:X}` for what is secret. */
function leaveSecretsToTheWorker(path: string): void {
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replaceAll(/\$\{(TRADING_PASS|SINK_DB_PASSWORD|CONFLUENT_API_SECRET)\}/g, '$${env:$1}'))
}

async function ask(path: string, as?: { user: string; password: string }): Promise<Response> {
  const headers = as === undefined ? {} : { authorization: `Basic ${btoa(`${as.user}:${as.password}`)}` }
  return await fetch(url + path, { headers, signal: AbortSignal.timeout(20_000) })
}

function secrets(): readonly string[] {
  return [login.password, kafka.apiKey?.secret ?? '', mariadb.settings.password, postgres.settings.password]
}

async function cdc(...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await project.cdc(args, { timeoutMs: 120_000 })
  assert.equal(code, 0, `cdc ${args.join(' ')}\n${stdout}${stderr}`)
}

test('nobody gets in without the login', async () => {
  assert.equal((await ask('/connectors')).status, 401)
  assert.equal((await ask('/connectors', { ...login, password: 'guessed' })).status, 401)
  assert.equal((await ask('/connectors', login)).status, 200)
})

test('the health check of the image logs in, and fails where nobody answers', async () => {
  const check = join(image, 'health.sh')
  assert.equal((await runProgram(check, [], { cwd: image, env: workerEnv })).code, 0)
  const elsewhere = { ...workerEnv, CDC_LISTEN: `127.0.0.1:${await freePort()}` }
  assert.notEqual((await runProgram(check, [], { cwd: image, env: elsewhere })).code, 0)
})

test('register, load, register: the rows are equal, and stay so', async () => {
  await cdc('register', 'source', 'trading')
  await cdc('migrate', '--database', 'trading', '--tables', 'all')
  await cdc('register', 'sink', 'trading')
  await mariadb.query(`UPDATE xchange_trading.t_deal SET note = 'changed' WHERE id % 3 = 0;
    DELETE FROM xchange_trading.t_deal WHERE id % 5 = 0;
    INSERT INTO xchange_trading.t_deal VALUES (1001, -0.5, 1, 'streamed')`)
  await waitForEqual({ mariadb, postgres, database: 'xchange_trading', table: 't_deal' })
})

test("no secret is in Kafka's topics, the worker's log or its arguments", () => {
  const data = join(dirname(kafka.logFile), 'data')
  const stored = readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log'))
    .map((name) => ({ name, bytes: readFileSync(join(data, name), 'latin1') }))
  const config = stored.find(({ name }) => name.startsWith('cdc-connect-configs-0/'))
  for (const reference of ['${env:TRADING_PASS}', '${env:SINK_DB_PASSWORD}', '${env:CONFLUENT_API_SECRET}'])
    assert.ok(config?.bytes.includes(reference), `${reference} is not in the config topic`)
  const texts = [
    ...stored,
    { name: 'log', bytes: readFileSync(logFile, 'utf8') },
    { name: 'arguments', bytes: readFileSync(`/proc/${worker.pid}/cmdline`, 'utf8') },
  ]
  assert.match(texts.at(-1)?.bytes ?? '', /ConnectDistributed/)
  for (const { name, bytes } of texts)
    for (const secret of secrets()) assert.ok(!bytes.includes(secret), `a secret is in ${name}`)
})

test('/metrics shows how far the source is behind, and the tasks', async () => {
  const shown = await waitFor(
    async () => {
      const text = await (await fetch(metrics)).text()
      return /^debezium_metrics_MilliSecondsBehindSource\{.*name="xchange_trading".*\} \d/m.test(text) && text
    },
    { what: 'MilliSecondsBehindSource', timeoutMs: 30_000, everyMs: 500 },
  )
  assert.match(
    shown,
    /^debezium_metrics_MilliSecondsBehindSource\{context="streaming",name="xchange_trading",plugin="mariadb"/m,
  )
  assert.match(shown, /^kafka_connect_connect_worker_metrics_task_count 2/m)
  assert.match(shown, /^kafka_consumer_records_lag_max\{client_id="connector-consumer-postgres-sink-trading-0"/m)
})

test('SIGTERM ends it in order', async () => {
  await endProcess(worker, 'SIGTERM', 60_000)
  // 143: Java's own answer to the signal, after its shutdown hooks.
  assert.deepEqual(await worker.exited, { code: 143, signal: null })
  assert.match(readFileSync(logFile, 'utf8'), /Herder stopped/)
})
