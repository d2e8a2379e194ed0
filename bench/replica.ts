// The stream beside MariaDB's own replication, on the same machine in the same run:
//   node bench/replica.ts [backlog, in thousands of rows]
// A backlog is written while both stand still; then each catches up alone. Prints rows/s of both and their ratio, then
// the time from a commit to its visibility at a trickle.
import { readFileSync } from 'node:fs'
import { startPipeline } from '../test/harness/pipeline.ts'
import type { Pipeline } from '../test/harness/pipeline.ts'
import { startMariadb } from '../test/harness/start-mariadb.ts'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import { waitFor } from '../test/harness/wait-for.ts'

const rows = Math.round(Number(process.argv[2] ?? 400) * 1000)

const tuning = { innodb_buffer_pool_size: '512M', innodb_log_file_size: '256M' }
const columns = `id BIGINT NOT NULL PRIMARY KEY, account INT NOT NULL, name VARCHAR(60), amount DECIMAL(12,2), made DATETIME(6),
  ratio DOUBLE, active TINYINT(1), note TEXT, kind ENUM('a','b','c'), digest VARBINARY(16)`
const values = `seq, seq % 1000, CONCAT('name of row ', seq), seq / 7, '2020-01-01' + INTERVAL seq SECOND, seq / 3, seq % 2,
  REPEAT('x', seq % 50), 1 + seq % 3, UNHEX(MD5(seq))`

interface Backlog {
  readonly name: string
  /** Row changes in it. */
  readonly changes: number
  readonly sql: string
}

/** Statements that MariaDB runs by itself, so that writing the backlog takes little time. */
const backlogs: readonly Backlog[] = [
  {
    name: 'one row a transaction',
    changes: Math.round(rows / 8),
    sql: `BEGIN NOT ATOMIC FOR i IN 1..${Math.round(rows / 8)} DO INSERT INTO T SELECT ${values.replaceAll('seq', 'i')}; END FOR; END`,
  },
  {
    name: 'inserts, 500 rows a transaction',
    changes: rows,
    sql: `BEGIN NOT ATOMIC FOR i IN 0..${Math.floor(rows / 500) - 1} DO INSERT INTO T SELECT ${values} FROM (SELECT seq + 1000000 + i * 500 AS seq FROM seq_1_to_500) s; END FOR; END`,
  },
  {
    name: 'updates, 500 rows a transaction',
    changes: rows,
    sql: `BEGIN NOT ATOMIC FOR i IN 0..${Math.floor(rows / 500) - 1} DO UPDATE T SET amount = amount + 1, name = CONCAT(name, '!') WHERE id > 1000000 + i * 500 AND id <= 1000500 + i * 500; END FOR; END`,
  },
  {
    name: 'deletes, 500 rows a transaction',
    changes: rows,
    sql: `BEGIN NOT ATOMIC FOR i IN 0..${Math.floor(rows / 500) - 1} DO DELETE FROM T WHERE id > 1000000 + i * 500 AND id <= 1000500 + i * 500; END FOR; END`,
  },
  {
    name: 'one transaction',
    changes: rows,
    sql: `INSERT INTO T SELECT ${values} FROM (SELECT seq + 5000000 AS seq FROM seq_1_to_${rows}) s`,
  },
]

await using pipeline = await startPipeline({
  sql: `CREATE TABLE T (${columns}); CREATE TABLE MARK (id INT PRIMARY KEY)`,
  tables: ['T', 'MARK'],
  mariadb: { settings: tuning },
  postgres: { settings: { shared_buffers: '512MB', max_wal_size: '4GB' } },
})
await using replica = await startReplica(pipeline)
await pipeline.cdc('up', 'trading')

let mark = 0
for (const backlog of backlogs) {
  await replica.query('STOP SLAVE')
  await setState('pause', 'PAUSED')
  await pipeline.source(backlog.sql)
  await pipeline.source(`INSERT INTO MARK VALUES (${++mark})`)
  const position = await pipeline.mariadb.gtidPosition()
  const replicaSeconds = await secondsOf(async () => {
    await replica.query('START SLAVE')
    await replica.query(`SELECT MASTER_GTID_WAIT('${position}', 600)`)
  })
  const seconds = await secondsOf(async () => {
    await setState('resume', 'RUNNING')
    await waitFor(async () => await markIn(pipeline, mark), { timeoutMs: 600_000, everyMs: 10 })
  })
  const peak =
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pipeline.worker.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  const rate = (taken: number): string => `${Math.round(backlog.changes / taken).toLocaleString('en')} rows/s`
  process.stdout.write(
    `${backlog.name}: cdc ${rate(seconds)}, MariaDB replica ${rate(replicaSeconds)}, ${(replicaSeconds / seconds).toFixed(2)} x the replica, RSS ${Math.round(peak)} MB\n`,
  )
}

const latencies: { cdc: number[]; replica: number[] } = { cdc: [], replica: [] }
const target = await pipeline.postgres.connect()
const reader = await replica.connect({ database: pipeline.schema })
for (let round = 0; round < 200; round++) {
  await pipeline.source(`INSERT INTO MARK VALUES (${++mark})`)
  const committed = performance.now()
  const seen = async (look: () => Promise<boolean>): Promise<number> => {
    while (!(await look())) await new Promise(setImmediate)
    return performance.now() - committed
  }
  const [cdc, other] = await Promise.all([
    seen(async () => ((await target.query('SELECT 1 FROM mp_cdc.mark WHERE id = $1', [mark])).rowCount ?? 0) > 0),
    seen(async () => {
      const [found] = await reader.query('SELECT 1 FROM MARK WHERE id = ?', [mark])
      return Array.isArray(found) && found.length > 0
    }),
  ])
  latencies.cdc.push(cdc)
  latencies.replica.push(other)
}
await target.end()
await reader.end()
const quantile = (all: readonly number[], share: number): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length * share)] ?? 0
for (const [name, share] of [
  ['median', 0.5],
  ['p99', 0.99],
] as const) {
  const [cdc, other] = [quantile(latencies.cdc, share), quantile(latencies.replica, share)]
  process.stdout.write(
    `commit to visible, ${name}: cdc ${cdc.toFixed(1)} ms, MariaDB replica ${other.toFixed(1)} ms, ${(cdc / other).toFixed(2)} x the replica\n`,
  )
}

async function setState(verb: 'pause' | 'resume', state: string): Promise<void> {
  for (const name of ['mariadb-trading-connector', 'postgres-sink-trading']) {
    await fetch(`${pipeline.project.workerUrl}/connectors/${name}/${verb}`, { method: 'PUT' })
  }
  for (const name of ['mariadb-trading-connector', 'postgres-sink-trading']) await pipeline.waitForState(name, state)
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work()
  return (performance.now() - since) / 1000
}

async function markIn({ postgres }: Pipeline, id: number): Promise<boolean> {
  return (await postgres.query('SELECT 1 FROM mp_cdc.mark WHERE id = $1', [id])).length > 0
}

/** A second MariaDB that replicates the first one, as it does by default. */
async function startReplica({ mariadb: primary }: Pipeline): Promise<MariadbServer> {
  const server = await startMariadb({ settings: { ...tuning, log_bin: 'replica-bin', log_slave_updates: 'OFF' } })
  const { host, port, user, password } = primary.settings
  await server.query(
    `CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port}, MASTER_USER='${user}', MASTER_PASSWORD='${password}', MASTER_USE_GTID=slave_pos; START SLAVE`,
  )
  await server.query(`SELECT MASTER_GTID_WAIT('${await primary.gtidPosition()}', 60)`)
  return server
}
