// make connect-up | make connect-down: the second runtime on this machine without Docker. A Kafka broker (KRaft), Kafka
// Connect with Debezium, a MariaDB with the demo's eight databases and a PostgreSQL, all on free ports with throw-away data.
//   node demo/connect-stack.ts up      starts it in the background and prints its .env lines (again, when it runs already)
//   node demo/connect-stack.ts down    stops it; its data goes away with it
//   node demo/connect-stack.ts serve   the background process itself
import { spawn } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync } from 'node:fs'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startConnect } from '../test/harness/start-connect.ts'
import { startKafka } from '../test/harness/start-kafka.ts'
import { startMariadb } from '../test/harness/start-mariadb.ts'
import { startPostgres } from '../test/harness/start-postgres.ts'
import { repository } from '../test/harness/run-process.ts'
import { waitFor } from '../test/harness/wait-for.ts'
import { demoDatabases, fillDatabase } from './demo-databases.ts'
import { changeForDebezium } from './for-debezium.ts'

const folder = join(repository, '.cdc', 'connect-stack')
const pidFile = join(folder, 'pid')
const logFile = join(folder, 'stack.log')
/** Holds the path of the servers' data: outside, because they run as other users and their sockets want short paths. */
const dataFile = join(folder, 'data')
/** For the clients: an administrator of MariaDB. */
const clientFile = join(folder, 'my.cnf')
/** There when everything runs. */
const envFile = join(folder, 'env')
/** Fetching the jars and installing Java comes on top the first time. */
const startLimitMs = 900_000

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** The background process, if it runs: its id is only believed when the process is one of this very file. */
function runningPid(): number | undefined {
  if (!existsSync(pidFile)) return undefined
  const pid = Number(readFileSync(pidFile, 'utf8'))
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(import.meta.filename) ? pid : undefined
  } catch {
    return undefined
  }
}

/** Removes what a stack left, also one that was killed: its servers ended with it, its data did not. */
function clean(): void {
  if (existsSync(dataFile)) {
    const data = readFileSync(dataFile, 'utf8')
    if (dirname(data) === tmpdir()) rmSync(data, { recursive: true, force: true, maxRetries: 3 })
  }
  rmSync(folder, { recursive: true, force: true })
}

async function up(): Promise<void> {
  if (runningPid() === undefined) {
    clean()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const data = mkdtempSync(join(tmpdir(), 'cdc-connect-'))
    chmodSync(data, 0o755)
    writeFileSync(dataFile, data)
    const log = openSync(logFile, 'a')
    const child = spawn(process.execPath, [import.meta.filename, 'serve'], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, CDC_TEST_ROOT: data },
    })
    closeSync(log)
    writeFileSync(pidFile, String(child.pid))
    child.unref()
    say('starting Kafka, Kafka Connect with Debezium, MariaDB with eight databases, PostgreSQL …')
  } else if (!existsSync(envFile)) say('it is starting already …')
  await waitFor(() => existsSync(envFile) || runningPid() === undefined, { timeoutMs: startLimitMs, everyMs: 200 })
  if (!existsSync(envFile)) throw new Error(`it did not start:\n${readFileSync(logFile, 'utf8').slice(-3000)}`)
  process.stdout.write(readFileSync(envFile, 'utf8'))
  say(`These lines belong into .env (process variables win over it):
  set -a; . ${envFile}; set +a; make connectors
  make register-trading-source; bin/cdc migrate trading; make register-trading-sink; bin/cdc verify trading
To look and to write:
  mariadb --defaults-file=${clientFile} xchange_trading
  psql "postgresql://$SINK_DB_USER:$SINK_DB_PASSWORD@\${SINK_DB_URL#jdbc:postgresql://}"
To stop it: make connect-down    Its log: ${logFile}`)
}

async function down(): Promise<void> {
  const pid = runningPid()
  if (pid === undefined) {
    say('it does not run')
  } else {
    process.kill(pid, 'SIGTERM')
    await waitFor(() => runningPid() === undefined, { what: `process ${pid} to end` })
    say('stopped')
  }
  clean()
}

async function serve(): Promise<void> {
  const kafka = await startKafka()
  const connect = await startConnect(kafka)
  const [mariadb, postgres] = await Promise.all([startMariadb(), startPostgres()])
  for (const database of demoDatabases) {
    await fillDatabase(mariadb, database)
    await changeForDebezium(mariadb, database)
  }
  const lines = [
    ['DEBEZIUM_URL', connect.url],
    ['KAFKA_BOOTSTRAP_SERVERS', kafka.bootstrap],
    ['KAFKA_MAX_MESSAGE_BYTES', '67108864'],
    ['SINK_DB_URL', `jdbc:postgresql://${postgres.host}:${postgres.port}/${postgres.settings.database}`],
    ['SINK_DB_USER', postgres.settings.user],
    ['SINK_DB_PASSWORD', postgres.settings.password],
    ...demoDatabases.flatMap(({ name, schema }) => [
      [`${name.toUpperCase()}_HOST`, mariadb.host],
      [`${name.toUpperCase()}_PORT`, String(mariadb.port)],
      [`${name.toUpperCase()}_USER`, mariadb.settings.user],
      [`${name.toUpperCase()}_PASS`, mariadb.settings.password],
      [`${name.toUpperCase()}_TABLE_ALLOWLIST`, `'${schema}\\..*'`],
    ]),
  ]
  const { host, port, user, password } = mariadb.admin
  writeFileSync(clientFile, `[client]\nhost=${host}\nport=${port}\nuser=${user}\npassword=${password}\n`, {
    mode: 0o600,
  })
  writeFileSync(`${envFile}.new`, lines.map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 })
  renameSync(`${envFile}.new`, envFile)
  // The servers end with this process: SIGTERM runs the exit handlers of the harness.
  await new Promise(() => setInterval(() => undefined, 60_000))
}

const [wanted = ''] = process.argv.slice(2)
const commands: Readonly<Record<string, () => Promise<void>>> = { up, down, serve }
const command = commands[wanted]
if (command === undefined) {
  say('node demo/connect-stack.ts up|down')
  process.exitCode = 64
} else {
  try {
    await command()
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
