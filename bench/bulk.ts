// The bulk load beside the usual pipe of the two clients and pgloader (when it is installed), on the same machine in the
// same run:
//   node bench/bulk.ts [rows, in millions] [chunk workers] [rounds]
// Prints rows/s of both, their ratio, and what our process took. The source and the target are started here.
import { spawn } from 'node:child_process'
import { createLogger } from '../src/lib/logger.ts'
import { usualLoadOptions } from '../src/migrate/load-options.ts'
import { migrate } from '../src/migrate/migrate.ts'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import { startMariadb } from '../test/harness/start-mariadb.ts'
import type { PostgresServer } from '../test/harness/start-postgres.ts'
import { startPostgres } from '../test/harness/start-postgres.ts'
import { configs } from '../test/migrate/configs.ts'
import { hasPgloader, pgloader } from './pgloader.ts'

const rows = Math.round(Number(process.argv[2] ?? 2) * 1e6)
const chunkWorkers = Number(process.argv[3] ?? 4)

const columns = `id BIGINT NOT NULL PRIMARY KEY, account INT NOT NULL, name VARCHAR(60), amount DECIMAL(12,2),
  made DATETIME, changed TIMESTAMP(6) NULL, ratio DOUBLE, score FLOAT, day DATE, active TINYINT(1), code CHAR(8), note TEXT,
  visits INT UNSIGNED, kind ENUM('a','b','c'), digest VARBINARY(16), grade SMALLINT`
const values = `seq, seq % 1000, CONCAT('name of row ', seq), seq / 7, '2020-01-01' + INTERVAL seq SECOND,
  '2021-01-01' + INTERVAL seq * 1.5 SECOND, seq / 3, seq / 11, '2000-01-01' + INTERVAL seq % 8000 DAY, seq % 2, HEX(seq),
  REPEAT('x', seq % 50), seq * 2, 1 + seq % 3, UNHEX(MD5(seq)), seq % 30000`

const tuning = { innodb_buffer_pool_size: '1G', innodb_log_file_size: '512M' }
await using mariadb = await startMariadb({ settings: tuning })
await using postgres = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '8GB' } })
await mariadb.createDatabases('bench')
await mariadb.query(`CREATE TABLE bench.t (${columns}); INSERT INTO bench.t SELECT ${values} FROM mysql.seq_1_to_${rows};
  ANALYZE TABLE bench.t`)

const rounds = Number(process.argv[4] ?? 2)
for (let round = 1; round <= rounds; round++) {
  const pipe = await time(async () => await pipeOfClients(mariadb, postgres))
  await postgres.query('DROP TABLE mp_cdc.piped')
  const one = await load({ chunkWorkers: 1, threshold: Number.MAX_SAFE_INTEGER })
  const many = await load({ chunkWorkers, threshold: 1_000_000 })
  report(`round ${round}: mariadb | psql`, pipe, pipe)
  report(`round ${round}: cdc, one reader`, one, pipe)
  report(`round ${round}: cdc, ${chunkWorkers} readers`, many, pipe)
  if (hasPgloader()) {
    report(`round ${round}: pgloader`, await time(async () => await pgloader(mariadb, postgres, 'bench')), pipe)
    await postgres.query('DROP SCHEMA bench CASCADE')
  } else process.stdout.write('pgloader is not installed, so it is left out: apt-get install pgloader\n')
}

interface Measured {
  readonly seconds: number
  readonly copySeconds?: number
  readonly cpuSeconds?: number
  readonly rssMegabytes?: number
}

async function time(work: () => Promise<unknown>): Promise<Measured> {
  const since = performance.now()
  await work()
  return { seconds: (performance.now() - since) / 1000 }
}

async function load(options: { readonly chunkWorkers: number; readonly threshold: number }): Promise<Measured> {
  const cpu = process.cpuUsage()
  let peak = 0
  let copySeconds = 0
  const { seconds } = await time(async () => {
    await migrate({
      ...configs(mariadb, postgres, 'bench'),
      ...usualLoadOptions,
      ...{ tables: 'all', maxWorkers: 2, batchSize: 100_000, replace: true, ...options },
      ...{ signal: new AbortController().signal, log: createLogger('silent') },
      onEvent: (event) => {
        peak = Math.max(peak, process.memoryUsage.rss())
        if (event.kind === 'table-done') copySeconds = event.copySeconds
      },
    })
  })
  const { user, system } = process.cpuUsage(cpu)
  return { seconds, copySeconds, cpuSeconds: (user + system) / 1e6, rssMegabytes: peak / 1e6 }
}

/** Copies, then makes the primary key and the statistics, as the load does. */
async function pipeOfClients(source: MariadbServer, target: PostgresServer): Promise<void> {
  await target.query(`CREATE UNLOGGED TABLE mp_cdc.piped (id bigint NOT NULL, account integer NOT NULL, name text,
    amount numeric(12,2), made timestamp, changed timestamptz(6), ratio double precision, score real, day date, active smallint,
    code text, note text, visits bigint, kind text, digest bytea, grade smallint)`)
  const { host, port, user, password } = source.admin
  // The text format: NULL is \N, and binary columns as bytea's hexadecimal form.
  const select = `SELECT id, account, name, amount, made, changed, ratio, score, day, active, code, note, visits, kind,
    CONCAT('\\\\x', HEX(digest)), grade FROM t`
  const reader = spawn(
    'mariadb',
    [`-h${host}`, `-P${port}`, `-u${user}`, '--quick', '-N', '-B', 'bench', '-e', select],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'], MYSQL_PWD: password } },
  )
  const writer = spawn('psql', ['-q', target.databaseUrl, '-c', 'COPY mp_cdc.piped FROM STDIN'], {
    stdio: [reader.stdout, 'inherit', 'inherit'],
  })
  reader.stdout.destroy()
  const code = await new Promise<number | null>((resolve) => writer.on('close', resolve))
  if (code !== 0) throw new Error(`psql ended with ${code}`)
  await target.query('ALTER TABLE mp_cdc.piped SET LOGGED')
  await target.query('ALTER TABLE mp_cdc.piped ADD PRIMARY KEY (id)')
  await target.query('ANALYZE mp_cdc.piped')
}

function report(name: string, measured: Measured, peer: Measured): void {
  const { seconds, copySeconds, cpuSeconds, rssMegabytes } = measured
  const parts = [
    `${name}: ${seconds.toFixed(2)} s, ${Math.round(rows / seconds).toLocaleString('en')} rows/s`,
    `${(peer.seconds / seconds).toFixed(2)} x the pipe`,
    copySeconds === undefined ? undefined : `copy ${copySeconds.toFixed(2)} s`,
    cpuSeconds === undefined ? undefined : `CPU ${cpuSeconds.toFixed(1)} s`,
    rssMegabytes === undefined ? undefined : `RSS ${Math.round(rssMegabytes)} MB`,
  ]
  process.stdout.write(`${parts.filter((part) => part !== undefined).join(', ')}\n`)
}
