import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPosition, reaches, samePosition } from '../../src/core/gtid.ts'
import type { MigrateOptions } from '../../src/migrate/load-options.ts'
import type { LoadEvent } from '../../src/migrate/progress.ts'
import { connectPostgres } from '../../src/postgres/connection.ts'
import { startBothServers } from '../harness/both-servers.ts'
import { configs, load, type Configs, type LoadRun } from './configs.ts'

const { mariadb, postgres } = await startBothServers()

const cutSmall = { threshold: 1000, chunkWorkers: 2 }

/** A table of 40,000 rows, of which a load has copied some chunks when it was broken off. */
async function brokenOff(database: string, changed: Partial<MigrateOptions> = {}): Promise<Configs> {
  await mariadb.createDatabases(database)
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  const between = configs(mariadb, postgres, database)
  await mariadb.query(`CREATE TABLE ${database}.t (id INT PRIMARY KEY, d DATE, pad VARCHAR(200), KEY by_pad (pad), KEY by_d (d));
    INSERT INTO ${database}.t SELECT seq, '2001-01-01' + INTERVAL seq DAY, REPEAT('x', 200) FROM mysql.seq_1_to_40000`)
  const stop = new AbortController()
  const reason = new Error('stopped by the test')
  const enough = async (): Promise<void> => {
    while ((await chunksDone()) < 3) await new Promise((resolve) => setTimeout(resolve, 1))
    stop.abort(reason)
  }
  let watching: Promise<void> | undefined
  const run = load(between, {
    ...{ ...cutSmall, batchSize: 50, ...changed, signal: stop.signal },
    onEvent: (event) => {
      if (event.kind === 'phase' && event.phase === 'copy') watching ??= enough()
    },
  })
  await assert.rejects(run, (thrown) => thrown === reason)
  await watching
  return between
}

async function chunksDone(): Promise<number> {
  const [row] = await postgres.query<{ n: string }>(`SELECT count(*) AS n FROM cdc.load WHERE state = 'done'`)
  return Number(row?.n)
}

function only<K extends LoadEvent['kind']>(run: LoadRun, kind: K): readonly Extract<LoadEvent, { kind: K }>[] {
  return run.events.filter((event): event is Extract<LoadEvent, { kind: K }> => event.kind === kind)
}

async function expectWhole(rows: number): Promise<void> {
  const [row] = await postgres.query('SELECT count(*) AS n, count(DISTINCT id) AS ids FROM mp_cdc.t')
  assert.deepEqual(row, { n: String(rows), ids: String(rows) })
  assert.deepEqual(await postgres.query('SELECT count(*) AS n FROM cdc.load_table'), [{ n: '0' }])
}

test('a load that was broken off goes on: chunks that are done are not read again', async () => {
  const between = await brokenOff('goes_on')
  const done = await chunksDone()
  // Rows of finished chunks; a second reading would bring the change.
  await mariadb.query(`UPDATE goes_on.t SET pad = 'changed since'`)
  const run = await load(between, { ...cutSmall, resume: 'required' })
  const [resumed] = only(run, 'table-resumed')
  assert.equal(resumed?.chunks, done)
  const [row] = await postgres.query(`SELECT count(*) AS n FROM mp_cdc.t WHERE pad LIKE 'x%'`)
  assert.equal(row?.['n'], String(resumed?.rows))
  await expectWhole(40_000)
  const [report] = run.result.tables
  assert.equal(report?.rows, 40_000)
  assert.ok(reaches(report.high, report.low) && !samePosition(report.low, report.high), 'the stream brings the change')
  assert.deepEqual(await postgres.query('SELECT low, high FROM cdc.tables'), [
    { low: formatPosition(report.low), high: formatPosition(report.high) },
  ])
  const indexes = await postgres.query(`SELECT indexname AS i FROM pg_indexes WHERE tablename = 't' ORDER BY 1`)
  assert.deepEqual(indexes, [{ i: 't.by_d' }, { i: 't.by_pad' }, { i: 't_pkey' }])
})

test('--restart forgets what is there', async () => {
  const between = await brokenOff('restarts')
  const run = await load(between, { ...cutSmall, resume: 'never' })
  assert.deepEqual(only(run, 'table-resumed'), [])
  await expectWhole(40_000)
})

const obstacles: Readonly<Record<string, { hinder: () => Promise<unknown>; why: RegExp; rows?: number }>> = {
  altered: {
    hinder: async () => await mariadb.query('ALTER TABLE altered.t ADD COLUMN more INT'),
    why: /column more is new/,
  },
  retyped: {
    hinder: async () => await mariadb.query('ALTER TABLE retyped.t MODIFY pad VARCHAR(250)'),
    why: /column pad is varchar\(250\) now/,
  },
  truncated: { hinder: async () => await postgres.query('TRUNCATE mp_cdc.t'), why: /truncated or rewritten/ },
  dropped: { hinder: async () => await postgres.query('DROP TABLE mp_cdc.t'), why: /is gone/ },
  widened: {
    hinder: async () => await postgres.query('ALTER TABLE mp_cdc.t ADD COLUMN more int'),
    why: /other columns/,
  },
}

for (const [name, { hinder, why }] of Object.entries(obstacles)) {
  test(`what was broken off cannot go on when the table is ${name}: it starts over, or says so`, async () => {
    const between = await brokenOff(name)
    await hinder()
    await assert.rejects(load(between, { ...cutSmall, resume: 'required' }), (thrown) => {
      assert.match(String((thrown as { details?: string[] }).details), /CDC-L08/)
      return true
    })
    const run = await load(between, cutSmall)
    assert.match(only(run, 'table-restarted')[0]?.why ?? '', why)
    await expectWhole(40_000)
  })
}

test('an UNLOGGED table that PostgreSQL emptied after a crash is loaded from its beginning', async () => {
  const between = await brokenOff('crashed', { loadMode: 'unlogged' })
  await postgres.kill9()
  await postgres.start()
  const run = await load(between, cutSmall)
  assert.match(only(run, 'table-restarted')[0]?.why ?? '', /PostgreSQL has crashed/)
  await expectWhole(40_000)
  const [row] = await postgres.query(`SELECT relpersistence AS p FROM pg_class WHERE oid = 'mp_cdc.t'::regclass`)
  assert.deepEqual(row, { p: 'p' })
})

test('--replace that was broken off loads again only what it had not', async () => {
  const between = await brokenOff('replaced')
  await mariadb.query('CREATE TABLE replaced.a (id INT PRIMARY KEY)')
  await load(between, cutSmall)
  const stop = new AbortController()
  const replacing = load(between, {
    ...{ ...cutSmall, replace: true, maxWorkers: 1, signal: stop.signal },
    onEvent: (event) => {
      if (event.kind === 'table-done') stop.abort(new Error('stop'))
    },
  })
  await assert.rejects(replacing, /stop/)
  const run = await load(between, { ...cutSmall, replace: true })
  assert.deepEqual(
    only(run, 'table-skipped').map(({ table }) => table),
    ['replaced.t'],
  )
  const again = await load(between, { ...cutSmall, replace: true })
  assert.equal(only(again, 'table-done').length, 2, 'a run that ended is not gone on with')
})

test('years: NULL, zero dates and what lies outside are read too, and a row that changes its year is there once', async () => {
  await mariadb.createDatabases('years')
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  const between = configs(mariadb, postgres, 'years')
  await mariadb.query(`SET sql_mode = ''; CREATE TABLE years.t (id INT PRIMARY KEY, d DATE NOT NULL, n DATETIME, y YEAR,
      s TIMESTAMP NULL, pad VARCHAR(100), KEY (d));
    INSERT INTO years.t SELECT seq, '2010-06-01' + INTERVAL seq MOD 3000 DAY, IF(seq MOD 5, '2015-01-01' + INTERVAL seq HOUR, NULL),
      1990 + seq MOD 20, '2012-01-01' + INTERVAL seq MINUTE, REPEAT('x', 100) FROM mysql.seq_1_to_20000;
    INSERT INTO years.t VALUES (90001, '0000-00-00', '0000-00-00', 0, NULL, 'zero'), (90002, '0000-05-06', NULL, NULL, NULL, 'y0'),
      (90003, '9999-12-31', '9999-12-31 23:59:59', 2155, '2038-01-01', 'last'), (90004, '2012-00-00', '1000-01-01', 1901, NULL, 'part'),
      (90005, '1850-01-01', '2250-01-01', 2155, NULL, 'outside')`)
  for (const column of ['d', 'n', 'y', 'S']) {
    const run = await load(between, { ...cutSmall, replace: true, chunkBy: { year: column } })
    assert.equal(run.result.tables[0]?.rows, 20_005, column)
    await expectWhole(20_005)
  }
})

test('a guard that a vanished process has left is waited for', async () => {
  await mariadb.createDatabases('guarded')
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  await mariadb.query('CREATE TABLE guarded.t (id INT PRIMARY KEY); INSERT INTO guarded.t VALUES (1)')
  await using holder = await connectPostgres(postgres.settings, { applicationName: 'test', where: 'test' })
  await holder.query(`SELECT pg_advisory_lock(hashtextextended('cdc load mp_cdc.t', 0))`)
  const between = configs(mariadb, postgres, 'guarded')
  await assert.rejects(load(between), (thrown) => /CDC-L06/.test(String((thrown as { details?: string[] }).details)))
  const loading = load(between)
  setTimeout(() => holder.destroy(), 500)
  assert.equal((await loading).result.tables[0]?.rows, 1)
})

test('a load may be cut off any number of times, as long as it gets further', async () => {
  await mariadb.createDatabases('often')
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  await mariadb.query(`CREATE TABLE often.t (id INT PRIMARY KEY, pad VARCHAR(200));
    INSERT INTO often.t SELECT seq, REPEAT('x', 200) FROM mysql.seq_1_to_40000`)
  let cuts = 0
  const over = new AbortController()
  const cutAfterEachChunk = async (): Promise<void> => {
    for (let seen = 0; cuts < 10 && !over.signal.aborted;) {
      const done = await chunksDone().catch(() => 0)
      if (done > seen) {
        seen = done
        cuts++
        await postgres.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cdc migrate%'`,
        )
      } else await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  let cutting: Promise<void> | undefined
  const run = await load(configs(mariadb, postgres, 'often'), {
    ...{ ...cutSmall, batchSize: 50 },
    onEvent: (event) => {
      if (event.kind === 'phase' && event.phase === 'copy') cutting ??= cutAfterEachChunk()
    },
  }).finally(() => over.abort())
  await cutting
  assert.ok(cuts > 8, `it was cut off ${cuts} times`)
  assert.equal(run.result.tables[0]?.rows, 40_000)
  await expectWhole(40_000)
  const [noted] = await postgres.query(`SELECT ended_at IS NOT NULL AS ended FROM cdc.load_run`)
  assert.deepEqual(noted, { ended: true }, 'else the next --replace would take it for its own beginning')
})
