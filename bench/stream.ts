// Drains a backlog: 300,000 row changes (60 % insert, 30 % update, 10 % delete, in transactions of 10) wait in the binary
// log while the worker is down; then it is started. Beside it stands what PostgreSQL itself needs, in the same run, for one
// staged upsert of the same final rows: the ceiling. A second part puts one transaction of 2 million rows through.
//
//   node bench/stream.ts [changes] [rows of the large transaction]
import { setTimeout as sleep } from 'node:timers/promises'
import { makeProject } from '../test/harness/project.ts'
import type { TestProject } from '../test/harness/project.ts'
import { startMariadb } from '../test/harness/start-mariadb.ts'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import { startPostgres } from '../test/harness/start-postgres.ts'
import type { PostgresServer } from '../test/harness/start-postgres.ts'
import { startWorker } from '../test/harness/start-worker.ts'
import { writeBacklog } from './backlog.ts'
import { processUsage } from './process-usage.ts'
import { wideRow, wideTable } from './wide-table.ts'

const changes = Number(process.argv[2] ?? 300_000)
const largeRows = Number(process.argv[3] ?? 2_000_000)

await using mariadb = await startMariadb()
await using postgres = await startPostgres()
await mariadb.createDatabases('bench')
await mariadb.query(wideTable)
await using project = await makeProject({
  postgres,
  databases: [{ name: 'bench', mariadb, schema: 'bench', tables: ['wide'] }],
})
{
  await using worker = await startWorker(project)
  const up = await project.cdc(['up', 'bench'])
  if (up.code !== 0) throw new Error(up.stderr)
  await worker.stop()
}

await writeBacklog(mariadb, changes)
const drained = await drain(project, mariadb, postgres)
report(`backlog of ${changes} changes in transactions of 10`, changes, drained)
const ceiling = await stagedUpsert(postgres)
console.log(
  `  one staged upsert of the ${ceiling.rows} final rows in PostgreSQL alone: ${ceiling.seconds.toFixed(2)} s, ` +
    `${Math.round(ceiling.rows / ceiling.seconds)} rows/s; ` +
    `drain / ceiling: ${(changes / drained.seconds / (ceiling.rows / ceiling.seconds)).toFixed(2)}`,
)

await mariadb.query(`INSERT INTO bench.wide SELECT ${wideRow('(seq + 10000000)')} FROM bench.seq_1_to_${largeRows}`)
report(`one transaction of ${largeRows} rows`, largeRows, await drain(project, mariadb, postgres))

interface Drained {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakRssMb: number
}

function report(what: string, rows: number, { seconds, cpuSeconds, peakRssMb }: Drained): void {
  console.log(what)
  console.log(
    `  ${seconds.toFixed(2)} s, ${Math.round(rows / seconds)} rows/s, ` +
      `${((cpuSeconds / rows) * 1e6).toFixed(2)} CPU-s of cdc per million rows, peak RSS ${peakRssMb.toFixed(0)} MB`,
  )
}

async function drain(of: TestProject, source: MariadbServer, target: PostgresServer): Promise<Drained> {
  const goal = await source.gtidPosition()
  const started = performance.now()
  await using worker = await startWorker(of)
  const client = await target.connect()
  for (;;) {
    const { rows } = await client.query<{ position: string }>('SELECT position FROM cdc.position')
    if (rows[0]?.position === goal) break
    if (!worker.running) throw new Error(worker.log())
    await sleep(20)
  }
  const seconds = (performance.now() - started) / 1000
  const usage = processUsage(worker.pid)
  await client.end()
  return { seconds, ...usage }
}

/** COPY the final rows into a staging table, and from there by INSERT … ON CONFLICT into an empty twin of the target. */
async function stagedUpsert(target: PostgresServer): Promise<{ rows: number; seconds: number }> {
  const client = await target.connect()
  await client.query('CREATE TABLE mp_cdc.twin (LIKE mp_cdc.wide INCLUDING ALL)')
  await client.query('CREATE TEMP TABLE stage (LIKE mp_cdc.wide)')
  await client.query('INSERT INTO stage SELECT * FROM mp_cdc.wide')
  const { rows } = await client.query<{ list: string }>(
    `SELECT string_agg(format('%1$I = excluded.%1$I', attname), ', ') AS list FROM pg_attribute
     WHERE attrelid = 'mp_cdc.wide'::regclass AND attnum > 0 AND attname <> 'id'`,
  )
  const started = performance.now()
  const { rowCount } = await client.query(
    `INSERT INTO mp_cdc.twin SELECT * FROM stage ON CONFLICT (id) DO UPDATE SET ${rows[0]?.list ?? ''}`,
  )
  const seconds = (performance.now() - started) / 1000
  await client.query('DROP TABLE mp_cdc.twin')
  await client.end()
  return { rows: rowCount ?? 0, seconds }
}
