// Kafka Connect with Debezium's defaults beside our connector files, on the same machine in the same run. A backlog of row
// changes waits in the binary log while every connector is stopped; then each drains it alone, in turn, from a topic and an
// offset of its own. Each side has its own Connect worker with the same heap, so that memory can be told apart.
//
//   node bench/connect.ts [row changes] [rounds] [variants.json]
//
// variants.json replaces the two sides by others: {"name": {"source": {…}, "sink": {…}, "worker": {…}, "jvm": […]}}, each
// on top of our files; null removes a line.
import { readFileSync, writeFileSync } from 'node:fs'
import { createConnectClient } from '../src/connect/client.ts'
import type { ConnectClient } from '../src/connect/client.ts'
import { differences } from '../test/harness/rows-equal.ts'
import { startConnect } from '../test/harness/start-connect.ts'
import type { ConnectServer } from '../test/harness/start-connect.ts'
import { startKafka } from '../test/harness/start-kafka.ts'
import { startMariadb } from '../test/harness/start-mariadb.ts'
import { startPostgres } from '../test/harness/start-postgres.ts'
import { waitFor } from '../test/harness/wait-for.ts'
import { writeBacklog } from './backlog.ts'
import { commitToVisible } from './commit-to-visible.ts'
import type { ConnectorDocument } from '../src/config/connector-template.ts'
import { connectorPair, defaultsAndOurs } from './connect-variants.ts'
import type { Variant } from './connect-variants.ts'
import { processUsage } from './process-usage.ts'
import { wideRow, wideTable } from './wide-table.ts'

const changes = Number(process.argv[2] ?? 200_000)
const rounds = Number(process.argv[3] ?? 2)
const variants: Readonly<Record<string, Variant>> =
  process.argv[4] === undefined
    ? defaultsAndOurs
    : (JSON.parse(readFileSync(process.argv[4], 'utf8')) as Readonly<Record<string, Variant>>)

/** One pair of connectors, in one round. */
interface Side {
  readonly variant: string
  readonly client: ConnectClient
  readonly worker: ConnectServer
  readonly source: string
  readonly sink: ConnectorDocument
  /** Topic prefix and target schema. */
  readonly prefix: string
}

const stop = new AbortController()
await using mariadb = await startMariadb({ settings: { innodb_buffer_pool_size: '256M' } })
await using postgres = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '2GB' } })
await using kafka = await startKafka()
await mariadb.createDatabases('bench')
await mariadb.query(wideTable)

await using workers = new AsyncDisposableStack()
const sides: Side[] = []
for (const [name, variant] of Object.entries(variants)) {
  const storage = ['config', 'offset', 'status'].map((kind) => [`${kind}.storage.topic`, `connect-${name}-${kind}`])
  const settings = { 'group.id': `connect-${name}`, ...Object.fromEntries(storage), ...variant.worker }
  const worker = workers.use(
    await startConnect(kafka, { heap: '1g', settings, ...(variant.jvm === undefined ? {} : { jvm: variant.jvm }) }),
  )
  const client = createConnectClient({ url: worker.url, signal: stop.signal })
  for (let round = 0; round <= rounds; round++) {
    const prefix = `${name}_${round}`
    const pair = connectorPair(variant, { prefix, serverId: 6000 + sides.length, mariadb, postgres, kafka })
    await postgres.query(`CREATE SCHEMA ${prefix}`)
    await register(client, pair.source)
    sides.push({ variant: name, client, worker, source: pair.source.name, sink: pair.sink, prefix })
  }
}

// An offset to go on from, and a topic: a sink with the default settings finds one that comes later only after minutes.
let seed = 8_000_000
for (const { source, client } of sides) {
  await waitFor(
    async () => {
      await mariadb.query(`INSERT INTO bench.wide SELECT ${wideRow(String(seed++))}`)
      return ((await client.offsets(source)) ?? []).length > 0
    },
    { timeoutMs: 180_000, everyMs: 1000, what: `the first offset of ${source}` },
  )
}
for (const side of sides) {
  await register(side.client, side.sink)
  await waitFor(async () => await seen(side, '>= 8000000'), { timeoutMs: 180_000, everyMs: 300, what: side.prefix })
  await postgres.query(`
    CREATE FUNCTION ${side.prefix}.goes_back() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'row % went back from % to %', OLD.id, OLD.flags, NEW.flags; END $$;
    CREATE TRIGGER goes_back BEFORE UPDATE ON ${side.prefix}.wide FOR EACH ROW WHEN (NEW.flags < OLD.flags)
      EXECUTE FUNCTION ${side.prefix}.goes_back()`)
}
// What was written before a source began to read is not in its target: all begin with an empty table.
await mariadb.query('DELETE FROM bench.wide')
for (const side of sides) await setRunning(side, false)

await writeBacklog(mariadb, changes)
await mariadb.query(`INSERT INTO bench.wide SELECT ${wideRow('9000000')}`)
const [last] = await mariadb.query<{ rows: number; flags: string }>(
  'SELECT count(*) AS `rows`, CAST(sum(flags) AS CHAR) AS flags FROM bench.wide',
)
console.log(`${changes} row changes wait; round 0 warms the workers up`)

const rates = new Map<string, number[]>()
for (let round = 0; round <= rounds; round++) {
  for (const side of sides.filter(({ prefix }) => prefix.endsWith(`_${round}`))) {
    const before = [side.worker, kafka].map(({ pid }) => usageFromNow(pid))
    const started = performance.now()
    await setRunning(side, true)
    await waitFor(async () => await drained(side), { timeoutMs: 900_000, everyMs: 50 })
    const seconds = (performance.now() - started) / 1000
    const [worker, broker] = before.map((usage) => usage())
    await setRunning(side, false)
    const different = await differences({
      ...{ mariadb, postgres, database: 'bench', table: 'wide', schema: side.prefix },
    })
    if (different.length > 0) throw new Error(different.join('\n'))
    const rate = changes / seconds
    if (round > 0) rates.set(side.variant, [...(rates.get(side.variant) ?? []), rate])
    console.log(
      `${round} ${side.variant.padEnd(12)} ${seconds.toFixed(1)} s, ${Math.round(rate)} rows/s, CPU-s a million rows: worker ${perMillion(worker)}, broker ${perMillion(broker)}; peak RSS MB: worker ${worker?.peakRssMb.toFixed(0)}, broker ${broker?.peakRssMb.toFixed(0)}; rows equal`,
    )
  }
}
const [first, ...others] = [...rates].map(([name, all]) => ({
  name,
  rate: all.reduce((a, b) => a + b, 0) / all.length,
}))
for (const { name, rate } of others) {
  console.log(`${name}: ${(rate / (first?.rate ?? 1)).toFixed(2)} x the rows/s of ${first?.name}`)
}

for (const side of sides.filter(({ prefix }) => prefix.endsWith('_0'))) {
  await setRunning(side, true)
  await mariadb.query(`INSERT INTO bench.wide SELECT ${wideRow(String(seed++))}`)
  await waitFor(async () => await seen(side, `= ${seed - 1}`), { timeoutMs: 120_000 })
  const { p50, p90, perSecond } = await commitToVisible(mariadb, postgres, side.prefix)
  console.log(
    `${side.variant}: commit to visible at ${Math.round(perSecond)} one-row transactions/s: p50 ${p50.toFixed(0)} ms, p90 ${p90.toFixed(0)} ms`,
  )
  await setRunning(side, false)
}

async function register(client: ConnectClient, { name, config }: ConnectorDocument): Promise<void> {
  const outcome = await client.putConfig(name, config)
  if (outcome.status === 'invalid') throw new Error(outcome.message)
}

async function setRunning({ client, source, sink }: Side, running: boolean): Promise<void> {
  const names = [source, sink.name]
  for (const name of names) await (running ? client.resume(name) : client.stop(name))
  if (running) return
  for (const name of names) {
    await waitFor(
      async () => {
        const status = await client.status(name)
        return status?.connector.state === 'STOPPED' && status.tasks.length === 0
      },
      { timeoutMs: 60_000, what: `${name} to stop` },
    )
  }
}

async function seen({ prefix, client, source, sink }: Side, condition: string): Promise<boolean> {
  for (const name of [source, sink.name]) {
    const failed = (await client.status(name))?.tasks.find((task) => task.state === 'FAILED')
    if (failed !== undefined) throw new Error(`${name}: ${failed.trace ?? ''}`)
  }
  return (await postgres.query(`SELECT 1 FROM ${prefix}.wide WHERE id ${condition} LIMIT 1`)).length > 0
}

/** Looks at one row as long as it is missing, and then at all of them. */
async function drained({ prefix }: Side): Promise<boolean> {
  if ((await postgres.query(`SELECT 1 FROM ${prefix}.wide WHERE id = 9000000`)).length === 0) return false
  const [now] = await postgres.query<{ rows: string; flags: string }>(
    `SELECT count(*) AS rows, sum(flags) AS flags FROM ${prefix}.wide`,
  )
  return now?.rows === String(last?.rows) && now.flags === last?.flags
}

interface Usage {
  readonly cpuSeconds: number
  readonly peakRssMb: number
}

/** Starts counting; the function that it gives tells what was used since. */
function usageFromNow(pid: number): () => Usage {
  // Forgets the peak of before (proc(5)).
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  const before = processUsage(pid)
  return () => {
    const now = processUsage(pid)
    return { cpuSeconds: now.cpuSeconds - before.cpuSeconds, peakRssMb: now.peakRssMb }
  }
}

function perMillion(usage: Usage | undefined): string {
  return (((usage?.cpuSeconds ?? 0) / changes) * 1e6).toFixed(0)
}
