// What others do to the tables while they are loaded, or between two loads.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CdcError } from '../../src/core/errors.ts'
import type { LoadEvent } from '../../src/migrate/progress.ts'
import { startBothServers } from '../harness/both-servers.ts'
import { configs, load, type Configs, type LoadRun } from './configs.ts'

const { mariadb, postgres } = await startBothServers()

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
    SET sql_mode = 'ALLOW_INVALID_DATES';
    INSERT INTO refused.strict_one VALUES (1, '0000-00-00'), (2, NULL), (3, '2020-02-00'), (4, '2021-02-31'), (5, '0000-05-06'),
      (6, '2020-02-29')`)
  let query = ''
  await assert.rejects(load(between, { strict: true, replace: true }), (thrown: CdcError) => {
    const text = thrown.details.join('\n')
    assert.match(text, /CDC-T06 .*\n[\s\S]*d: zero or partial dates \(3 so far\)/)
    query = /fix: (SELECT .*);/.exec(text)?.[1] ?? ''
    return true
  })
  const rows = await mariadb.query<{ id: number }>(query)
  assert.deepEqual(
    rows.map(({ id }) => id),
    [1, 3, 4],
    'the query that is shown finds the rows',
  )
})

test('a table of which the user may not read all columns is refused, and its old target stays as it is', async () => {
  const between = await filled('hidden', 10)
  await mariadb.query(`SET SESSION sql_log_bin = 0; CREATE OR REPLACE USER some@'127.0.0.%' IDENTIFIED BY 'x';
    GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO some@'127.0.0.%'`)
  await load(between)
  const [before] = await postgres.query(`SELECT * FROM cdc.tables WHERE "table" = 'hidden'`)
  await mariadb.query(`SET SESSION sql_log_bin = 0; GRANT SELECT (id) ON hidden.hidden TO some@'127.0.0.%'`)
  const source = { ...between.source, user: 'some', password: 'x' }
  await assert.rejects(load({ ...between, source }, { replace: true }), (thrown: CdcError) => {
    assert.match(thrown.details.join(), /CDC-M03.*GRANT SELECT ON `hidden`\.`hidden` TO 'some'@'127\.0\.0\.%'/)
    return true
  })
  const [after] = await postgres.query(`SELECT * FROM cdc.tables WHERE "table" = 'hidden'`)
  assert.deepEqual(after, before)
  assert.equal(await countRows('hidden'), 10)
})

test('a load that fails before it has made the target anew leaves what was loaded before', async () => {
  const between = await filled('kept', 10)
  await mariadb.query('ALTER TABLE kept.kept ENGINE = MyISAM, DROP PRIMARY KEY')
  await load(between)
  await mariadb.query(`SET SESSION sql_log_bin = 0; CREATE OR REPLACE USER looks IDENTIFIED BY 'x';
    GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO looks; GRANT SELECT ON kept.* TO looks`)
  const source = { ...between.source, user: 'looks', password: 'x' }
  await assert.rejects(load({ ...between, source }, { replace: true }), (thrown: CdcError) =>
    /CDC-L05/.test(thrown.details.join()),
  )
  assert.equal(await countRows('kept'), 10)
  const [row] = await postgres.query(`SELECT state, rows FROM cdc.tables WHERE "table" = 'kept'`)
  assert.deepEqual(row, { state: 'loaded', rows: '10' })
})

test('a name on the list of tables that nothing answers to is told', async () => {
  const between = await filled('listed', 10)
  await mariadb.query('CREATE VIEW listed.a_view AS SELECT 1')
  const tableInclude = ['listed.Listed', String.raw`listed\.missing`, 'listed.lsted', 'listed.T_.*', 'listed.a_view']
  const source = { ...between.source, tableInclude }
  const [note] = only(await load({ ...between, source }), 'note')
  assert.match(note?.text ?? '', /^listed\.missing, listed\.lsted: on the list/)
  assert.deepEqual(only(await load({ ...between, source }, { tables: ['listed'] }), 'note'), [])
})

test('a target of another role is refused with the SQL, unless the schema is ours', async () => {
  const between = await filled('foreign_one', 10)
  await load(between)
  const admin = await postgres.connect({ ...postgres.admin, ssl: false })
  try {
    await admin.query('ALTER TABLE mp_cdc.foreign_one OWNER TO postgres; ALTER SCHEMA mp_cdc OWNER TO postgres')
    await admin.query('GRANT ALL ON SCHEMA mp_cdc TO cdc')
    await assert.rejects(load(between, { replace: true }), (thrown: CdcError) => {
      assert.match(thrown.details.join(), /CDC-P03.*ALTER TABLE "mp_cdc"\."foreign_one" OWNER TO "cdc";/)
      return true
    })
    await admin.query('ALTER SCHEMA mp_cdc OWNER TO cdc')
    await load(between, { replace: true })
    assert.equal(await countRows('foreign_one'), 10)
  } finally {
    await admin.end()
  }
})
