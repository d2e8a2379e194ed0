// The bulk load as a user runs it (`cdc migrate`, a process of its own) beside the usual pipe of the two clients and
// pgloader with its default settings, in one run on one machine:
//   node bench/bulk.ts [--rows 2] [--rounds 2] [--readers 1,4] [--without-pgloader]
//   node bench/bulk.ts --rows 0.2,2,10 --rounds 1 --without-pgloader      how the time grows
// Rows are millions. The servers are started here. All three copy, make the primary key and end with statistics.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { cdcProgram, cleanEnvironment } from '../test/harness/run-process.ts'
import { makeProject } from '../test/harness/project.ts'
import { startMariadb } from '../test/harness/start-mariadb.ts'
import { startPostgres } from '../test/harness/start-postgres.ts'
import { bulkRow, bulkTable, pipedSelect, pipedTable } from './bulk-table.ts'
import { hasPgloader, pgloader } from './pgloader.ts'
import { processUsage, type ProcessUsage } from './process-usage.ts'

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '2' },
    readers: { type: 'string', default: '1,4' },
    'batch-size': { type: 'string', default: '100000' },
    'without-pgloader': { type: 'boolean', default: false },
  },
})
const numbers = (text: string): readonly number[] => text.split(',').map(Number)

await using mariadb = await startMariadb({
  settings: { innodb_buffer_pool_size: '1G', innodb_log_file_size: '512M' },
})
await using postgres = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '8GB' } })
await mariadb.createDatabases('bench')
await using project = await makeProject({
  postgres,
  databases: [{ name: 'bench', mariadb, schema: 'bench', tables: ['t'] }],
})
const withPgloader = !options['without-pgloader'] && hasPgloader()
if (!withPgloader) process.stdout.write('without pgloader (apt-get install pgloader)\n')

for (const millions of numbers(options.rows)) {
  const rows = Math.round(millions * 1e6)
  await mariadb.query('DROP TABLE IF EXISTS bench.t')
  await mariadb.query(
    `${bulkTable}; INSERT INTO bench.t SELECT ${bulkRow} FROM mysql.seq_1_to_${rows}; ANALYZE TABLE bench.t`,
  )
  for (let round = 1; round <= Number(options.rounds); round++) {
    const name = (what: string): string => `${millions} M rows, round ${round}: ${what}`
    const pipe = await time(pipeOfClients)
    report(name('mariadb | psql'), rows, { ...pipe, peers: {} })
    const theirs = withPgloader ? await timePgloader() : undefined
    if (theirs !== undefined) {
      report(name('pgloader'), rows, { ...theirs, peers: { pipe } })
    }
    for (const readers of numbers(options.readers)) {
      const usage: ProcessUsage[] = []
      const ours = await time(async () => usage.push(await load(readers)))
      const peers = { pipe, ...(theirs === undefined ? {} : { pgloader: theirs }) }
      report(name(`cdc, ${readers} ${readers === 1 ? 'reader' : 'readers'}`), rows, { ...ours, usage: usage[0], peers })
    }
  }
}

interface Measured {
  readonly seconds: number
}

async function time(work: () => Promise<unknown>): Promise<Measured> {
  const since = performance.now()
  await work()
  return { seconds: (performance.now() - since) / 1000 }
}

/** Its defaults hold so many rows in memory that its heap may overflow, when PostgreSQL is slower than usual. */
async function timePgloader(): Promise<Measured> {
  const clean = async (): Promise<unknown> => await postgres.query('DROP SCHEMA IF EXISTS bench CASCADE')
  const database = 'bench'
  try {
    return await time(async () => await pgloader(mariadb, postgres, { database }))
  } catch (thrown) {
    if (!/Heap exhausted/.test(String(thrown))) throw thrown
    process.stdout.write('pgloader with its default settings: heap exhausted; measured with prefetch rows = 10000\n')
    await clean()
    return await time(async () => await pgloader(mariadb, postgres, { database, settings: 'prefetch rows = 10000' }))
  } finally {
    await clean()
  }
}

/** @returns what the process took, as it was just before its end */
async function load(readers: number): Promise<ProcessUsage> {
  const threshold = readers === 1 ? Number.MAX_SAFE_INTEGER : 1_000_000
  const args = ['migrate', 'bench', '--without-source', '--replace', '--batch-size', options['batch-size']]
  args.push('--chunk-workers', String(readers), '--threshold', String(threshold))
  const child = spawn(cdcProgram, args, {
    cwd: project.directory,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += String(text)))
  let usage: ProcessUsage = { cpuSeconds: 0, peakRssMb: 0 }
  const look = setInterval(() => {
    if (child.exitCode !== null || child.pid === undefined) return
    const now = processUsage(child.pid)
    // One that has just ended has no memory any more.
    usage = { cpuSeconds: now.cpuSeconds, peakRssMb: Math.max(usage.peakRssMb, now.peakRssMb) }
  }, 20)
  await once(child, 'close')
  clearInterval(look)
  if (child.exitCode !== 0) throw new Error(`cdc migrate: ${said}`)
  return usage
}

async function pipeOfClients(): Promise<void> {
  await postgres.query(`DROP TABLE IF EXISTS mp_cdc.piped; ${pipedTable}`)
  const { host, port, user, password } = mariadb.admin
  const login = [`-h${host}`, `-P${port}`, `-u${user}`, '--default-character-set=utf8mb4']
  const reader = spawn('mariadb', [...login, '--quick', '-N', '-B', 'bench', '-e', pipedSelect], {
    ...{ stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'], MYSQL_PWD: password } },
  })
  const copy = `COPY mp_cdc.piped FROM STDIN WITH (NULL 'NULL')`
  const writer = spawn('psql', ['-q', postgres.databaseUrl, '-c', copy], {
    stdio: [reader.stdout, 'inherit', 'inherit'],
  })
  reader.stdout.destroy()
  const [code] = (await once(writer, 'close')) as [number | null]
  if (code !== 0) throw new Error(`psql ended with ${code}`)
  await postgres.query('ALTER TABLE mp_cdc.piped ADD PRIMARY KEY (id); ANALYZE mp_cdc.piped')
}

interface Reported extends Measured {
  readonly usage?: ProcessUsage | undefined
  readonly peers: Readonly<Record<string, Measured>>
}

function report(name: string, rows: number, { seconds, usage, peers }: Reported): void {
  const parts = [
    `${name}: ${seconds.toFixed(2)} s, ${Math.round(rows / seconds).toLocaleString('en')} rows/s`,
    ...Object.entries(peers).map(([peer, its]) => `${(seconds / its.seconds).toFixed(2)} of ${peer}'s time`),
  ]
  if (usage !== undefined) {
    const perMillion = usage.cpuSeconds / (rows / 1e6)
    parts.push(`${perMillion.toFixed(2)} CPU s per million rows, RSS ${Math.round(usage.peakRssMb)} MB`)
  }
  process.stdout.write(`${parts.join(', ')}\n`)
}
