import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { dryRun } from '../../src/migrate/dry-run.ts'
import { usualLoadOptions } from '../../src/migrate/load-options.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { startBothServers } from '../harness/both-servers.ts'
import { configs, load, type Configs, type LoadRun } from './configs.ts'

const { mariadb, postgres } = await startBothServers()

async function fresh(database: string, sql: string): Promise<Configs> {
  await mariadb.createDatabases(database)
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  await mariadb.query(`USE ${database}; ${sql}`)
  return configs(mariadb, postgres, database)
}

function notes({ events }: LoadRun): readonly string[] {
  return events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (thrown) {
    assert.ok(thrown instanceof CdcError, String(thrown))
    return [thrown.code, thrown.message, thrown.why, thrown.fix, ...thrown.details].join('\n')
  }
  throw new Error('it did not fail')
}

test('--strict: what would be changed fails the table, by name of the column', async () => {
  const between = await fresh(
    'strict',
    `SET sql_mode = ''; CREATE TABLE t (id INT PRIMARY KEY, d DATE, s VARCHAR(9));
     INSERT INTO t VALUES (1, '0000-00-00', 'a'), (2, NULL, 'b\\0')`,
  )
  const said = await rejection(load(between, { strict: true }))
  assert.match(said, /strict\.t: CDC-T06/)
  const [fix] = /SELECT \* FROM .*?(?=;)/.exec(said) ?? []
  assert.equal((await mariadb.query(fix ?? '')).length, 2, 'the query that is shown finds the rows')
  await load(between)
})

test('sequences go on behind the highest value, and are moved when asked again', async () => {
  const between = await fresh(
    'sequences',
    `CREATE TABLE T (Id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, v INT); INSERT INTO T VALUES (41, 1), (7, 1);
     CREATE TABLE e (id SMALLINT AUTO_INCREMENT PRIMARY KEY); CREATE TABLE plain (id INT PRIMARY KEY)`,
  )
  const run = await load(between, { withSequences: true })
  assert.match(notes(run).join(), /sequences\.T\.Id/)
  await postgres.query('INSERT INTO mp_cdc.t (v) VALUES (5); INSERT INTO mp_cdc.e DEFAULT VALUES')
  assert.deepEqual(await postgres.query('SELECT max(id) AS m FROM mp_cdc.t'), [{ m: '42' }])
  assert.deepEqual(await postgres.query('SELECT id FROM mp_cdc.e'), [{ id: 1 }])
  await mariadb.query('INSERT INTO sequences.T (v) VALUES (1), (2), (3)')
  await load(between, { withSequences: true })
  await postgres.query('INSERT INTO mp_cdc.t (v) VALUES (6)')
  assert.deepEqual(await postgres.query('SELECT max(id) AS m FROM mp_cdc.t'), [{ m: '45' }])
})

test('foreign keys are made where PostgreSQL can have them, and valid', async () => {
  const between = await fresh(
    'relations',
    `CREATE TABLE parent (id INT PRIMARY KEY, code VARCHAR(9), KEY (code)); INSERT INTO parent VALUES (1, 'a'), (2, 'b');
     CREATE TABLE pair (a INT, b INT, PRIMARY KEY (a, b)); INSERT INTO pair VALUES (1, 2);
     CREATE TABLE child (id INT PRIMARY KEY, parent_id INT, code VARCHAR(9), b INT, a INT,
       CONSTRAINT to_parent FOREIGN KEY (parent_id) REFERENCES parent (id),
       CONSTRAINT to_code FOREIGN KEY (code) REFERENCES parent (code),
       CONSTRAINT to_pair FOREIGN KEY (a, b) REFERENCES pair (a, b));
     INSERT INTO child VALUES (1, 2, 'a', 2, 1), (2, NULL, NULL, NULL, 5)`,
  )
  const run = await load(between, { withForeignKeys: true })
  assert.match(notes(run).join('\n'), /relations\.child\.to_code: code is not the key/)
  const made = await postgres.query(
    `SELECT conname AS c, convalidated AS v, condeferred AS d FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text LIKE 'mp_cdc.%' ORDER BY 1`,
  )
  assert.deepEqual(made, [
    { c: 'to_pair', v: true, d: true },
    { c: 'to_parent', v: true, d: true },
  ])
  // Asked again, nothing is there twice.
  await load(between, { withForeignKeys: true })
  const [count] = await postgres.query(
    `SELECT count(*) AS n FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text LIKE 'mp_cdc.%'`,
  )
  assert.deepEqual(count, { n: '2' })
})

test('foreign keys between tables of different moments wait for the stream', async () => {
  const between = await fresh(
    'apart',
    `CREATE TABLE parent (id INT PRIMARY KEY); INSERT INTO parent VALUES (1);
     CREATE TABLE child (id INT PRIMARY KEY, p INT, CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id))`,
  )
  await load(between, { tables: ['parent'] })
  await mariadb.query('INSERT INTO apart.parent VALUES (2); INSERT INTO apart.child VALUES (1, 2)')
  const run = await load(between, { withForeignKeys: true })
  assert.match(notes(run).join('\n'), /not made: apart\.child\.fk: .* different moments/)
})

test('views and sequences are named, not copied', async () => {
  const between = await fresh(
    'others',
    'CREATE TABLE t (id INT PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t; CREATE SEQUENCE s',
  )
  const { events } = await load(between)
  const [plan] = events.flatMap((event) => (event.kind === 'plan' ? [event] : []))
  assert.deepEqual(plan?.notCopied, [
    { table: 'others.s', kind: 'sequence' },
    { table: 'others.v', kind: 'view' },
  ])
  assert.match(await rejection(load(between, { tables: ['v'] })), /CDC-L01[\s\S]*others\.v is not copied: it is a view/)
})

test('a dry run says what would happen, and writes nothing', async () => {
  const between = await fresh(
    'dry',
    `CREATE TABLE big (id INT PRIMARY KEY, d DATE, s VARCHAR(99), FULLTEXT words (s));
     INSERT INTO big SELECT seq, '2020-01-01' + INTERVAL seq DAY, 'x' FROM mysql.seq_1_to_3000;
     CREATE TABLE foreign_rows (id INT PRIMARY KEY); CREATE TABLE none (id INT PRIMARY KEY); ANALYZE TABLE big`,
  )
  await postgres.query('CREATE SCHEMA mp_cdc; CREATE TABLE mp_cdc.foreign_rows AS SELECT 1 AS id')
  const asked = {
    ...{ ...between, ...usualLoadOptions, tables: 'all' as const, maxWorkers: 2, chunkWorkers: 2, batchSize: 1000 },
    ...{ threshold: 1000, replace: false, signal: new AbortController().signal, log: createLogger('silent') },
    onEvent: () => undefined,
  }
  const preview = await dryRun(asked)
  const of = (name: string) => preview.tables.find(({ table }) => table === `dry.${name}`)
  assert.equal(of('big')?.action, 'load')
  assert.ok((of('big')?.chunks ?? 0) >= 3)
  assert.deepEqual(of('big')?.indexesLeftOut, ['words'])
  assert.deepEqual(of('big')?.columns[1], { name: 'd', from: 'date', to: 'date' })
  assert.equal(of('foreign_rows')?.action, 'refuse')
  assert.ok((preview.copySeconds ?? 0) > 0)
  const years = await dryRun({ ...asked, chunkBy: { year: 'd' }, replace: true })
  assert.equal(years.tables.find(({ table }) => table === 'dry.big')?.chunks, 12, 'nine years, NULL, before and after')
  assert.equal(years.tables.find(({ table }) => table === 'dry.foreign_rows')?.overwrites, true)
  const schemas = await postgres.query(`SELECT nspname AS n FROM pg_namespace WHERE nspname = 'cdc'`)
  assert.deepEqual(schemas, [])
  assert.match(await rejection(dryRun({ ...asked, chunkBy: { year: 'dd' } })), /CDC-C06[^]*year:d/)
})

test('the time of a load is told by a few large rows, and by another table where the biggest cannot be copied as usual', async () => {
  const between = await fresh(
    'timed',
    `CREATE TABLE outlier (id INT PRIMARY KEY, b BOOL, pad VARCHAR(200));
     INSERT INTO outlier SELECT seq, seq MOD 3, REPEAT('x', 200) FROM mysql.seq_1_to_30000;
     CREATE TABLE large (id INT PRIMARY KEY, b LONGBLOB); INSERT INTO large SELECT seq, REPEAT('x', 4000000) FROM mysql.seq_1_to_20;
     CREATE TABLE usual (id INT PRIMARY KEY); INSERT INTO usual SELECT seq FROM mysql.seq_1_to_3000; ANALYZE TABLE outlier, large, usual`,
  )
  await postgres.query('CREATE SCHEMA mp_cdc')
  const asked = {
    ...{ ...between, ...usualLoadOptions, tables: 'all' as const, maxWorkers: 2, chunkWorkers: 2, batchSize: 1000 },
    ...{ threshold: 1e6, replace: false, signal: new AbortController().signal, log: createLogger('silent') },
    onEvent: () => undefined,
  }
  const all = await dryRun(asked)
  assert.ok(all.sampleRows > 0 && all.sampleRows < 20, `${all.sampleRows} rows of 4 MB`)
  const others = await dryRun({ ...asked, tables: ['outlier', 'usual'] })
  assert.equal(others.sampleRows, 3000)
})

test('no more connections than the servers allow', async () => {
  const between = await fresh(
    'narrow',
    `CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t SELECT seq FROM mysql.seq_1_to_3000; ANALYZE TABLE t;
     CREATE USER IF NOT EXISTS narrow@'%' IDENTIFIED BY 'narrow' WITH MAX_USER_CONNECTIONS 3;
     GRANT SELECT, RELOAD, LOCK TABLES, REPLICATION SLAVE, BINLOG MONITOR ON *.* TO narrow@'%'`,
  )
  const source = { ...between.source, user: 'narrow', password: 'narrow' }
  const run = await load({ ...between, source }, { threshold: 500, chunkWorkers: 4, maxWorkers: 1 })
  assert.match(notes(run).join('\n'), /--chunk-workers 2 instead of 4: max_user_connections is 3/)
  assert.equal(run.result.tables[0]?.rows, 3000)
})

test('--no-create-schema shows the SQL', async () => {
  const between = await fresh('no_create', 'CREATE TABLE t (id INT PRIMARY KEY)')
  assert.match(
    await rejection(load(between, { createSchema: false })),
    /CDC-P04[^]*CREATE SCHEMA "mp_cdc" AUTHORIZATION/,
  )
})
