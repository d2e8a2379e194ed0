// What others do to the tables while they are loaded, or between two loads.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CdcError } from '../../src/core/errors.ts'
import type { LoadEvent } from '../../src/migrate/progress.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres, type PostgresServer } from '../harness/start-postgres.ts'
import { configs, load, type Configs, type LoadRun } from './configs.ts'

let mariadb: MariadbServer
let postgres: PostgresServer

before(async () => {
  ;[mariadb, postgres] = await Promise.all([startMariadb(), startPostgres()])
})

after(async () => {
  await Promise.all([mariadb[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()])
})

async function filled(database: string, rows: number): Promise<Configs> {
  await mariadb.createDatabases(database)
  await mariadb.query(`CREATE TABLE ${database}.${database} (id INT PRIMARY KEY, pad VARCHAR(200), KEY by_pad (pad));
    INSERT INTO ${database}.${database} SELECT seq, REPEAT('x', 200) FROM mysql.seq_1_to_${rows}`)
  return configs(mariadb, postgres, database)
}

async function countRows(table: string): Promise<number> {
  const [row] = await postgres.query<{ n: string }>(`SELECT count(*) AS n FROM mp_cdc.${table}`)
  return Number(row?.n)
}

function only<K extends LoadEvent['kind']>(run: LoadRun, kind: K): readonly Extract<LoadEvent, { kind: K }>[] {
  return run.events.filter((event): event is Extract<LoadEvent, { kind: K }> => event.kind === kind)
}

/** Does something when so many rows have been copied, once. */
function afterRows(rows: number, work: () => Promise<unknown>): (event: LoadEvent) => void {
  let done = false
  return (event) => {
    if (done || event.kind !== 'rows' || event.rows < rows) return
    done = true
    void work()
  }
}

for (const [name, options] of Object.entries({
  emptied_chunks: { threshold: 1000, chunkWorkers: 2 },
  emptied_unlogged: { threshold: 1000, chunkWorkers: 2, loadMode: 'unlogged' },
  emptied_whole: { batchSize: 100 },
} as const)) {
  test(`a target that is emptied while it is filled does not count as loaded: ${name}`, async () => {
    const between = await filled(name, 100_000)
    const onEvent = afterRows(1000, async () => await postgres.query(`TRUNCATE mp_cdc.${name}`))
    const run = await load(between, { ...options, onEvent })
    assert.match(only(run, 'table-restarted')[0]?.why ?? '', /truncated or rewritten/)
    assert.equal(await countRows(name), 100_000)
  })
}

test('a target that was dropped after its load is loaded again, without --replace', async () => {
  const between = await filled('dropped', 10)
  await load(between)
  await postgres.query('DROP TABLE mp_cdc.dropped')
  const run = await load(between)
  assert.match(only(run, 'table-restarted')[0]?.why ?? '', /is gone/)
  assert.equal(await countRows('dropped'), 10)
  assert.equal(only(await load(between), 'table-skipped').length, 1)
})

test('a table that was loaded into another target is loaded into the one that is named now', async () => {
  const between = await filled('moved', 10)
  await load(between)
  const sink = { ...between.sink, targetName: () => ({ schema: 'mp_cdc', table: 'moved_here' }) }
  const run = await load({ ...between, sink })
  assert.match(only(run, 'table-restarted')[0]?.why ?? '', /it went to mp_cdc\.moved/)
  assert.equal(await countRows('moved_here'), 10)
})

test('who holds a lock that the load waits for is named', async () => {
  const between = await filled('locked', 10)
  await load(between)
  const other = await postgres.connect({ application_name: 'somebody else' })
  try {
    await other.query('BEGIN; LOCK TABLE mp_cdc.locked IN ACCESS SHARE MODE')
    const run = await load(between, {
      replace: true,
      onEvent: (event) => {
        if (event.kind === 'note') void other.query('COMMIT')
      },
    })
    const [note] = only(run, 'note')
    assert.match(note?.text ?? '', /session \d+ \(somebody else, cdc, idle in transaction\) holds; SELECT pg_terminate/)
    assert.equal(only(run, 'note').length, 1)
  } finally {
    await other.end()
  }
})

test('why a table is tried again is told, and why it failed in the end', async () => {
  const between = await filled('refused', 10)
  let cut = false
  const run = await load(between, {
    onEvent: (event) => {
      if (event.kind !== 'table-start' || cut) return
      cut = true
      void postgres.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cdc migrate%'`,
      )
    },
  })
  assert.equal(only(run, 'table-retried')[0]?.error.code, 'CDC-P01')
  await mariadb.query(`SET sql_mode = ''; CREATE TABLE refused.strict_one (id INT PRIMARY KEY, d DATE);
    INSERT INTO refused.strict_one VALUES (1, '0000-00-00')`)
  await assert.rejects(load(between, { strict: true, replace: true }), (thrown: CdcError) => {
    assert.match(
      thrown.details.join('\n'),
      /CDC-T06 .*\n[\s\S]*fix: SELECT[\s\S]*d: zero or partial dates \(1 so far\)/,
    )
    return true
  })
})
