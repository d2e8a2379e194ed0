import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { CdcError, CdcErrors } from '../../src/core/errors.ts'
import { formatPosition, parsePosition } from '../../src/core/gtid.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { connectPostgres } from '../../src/postgres/connection.ts'
import { writePosition } from '../../src/state/position.ts'
import { verify, type VerifyOptions } from '../../src/verify/verify.ts'
import type { VerifyResult } from '../../src/verify/verify-report.ts'
import { startBothServers } from '../harness/both-servers.ts'
import { waitFor } from '../harness/wait-for.ts'
import { configs, load, type Configs } from '../migrate/configs.ts'

const { mariadb, postgres } = await startBothServers()

async function fresh(database: string): Promise<Configs> {
  await mariadb.createDatabases(database)
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  return configs(mariadb, postgres, database)
}

/** Stands for a sink that has applied all there is: a load was made, and nothing has been written since. */
async function caughtUp({ source, sink }: Configs): Promise<void> {
  await using connection = await connectPostgres(postgres.settings, { applicationName: 'test', where: 'test' })
  await writePosition(connection, sink.name, source.name, parsePosition(await mariadb.gtidPosition()))
}

async function check(between: Configs, changed: Partial<VerifyOptions> = {}): Promise<VerifyResult> {
  const signal = new AbortController().signal
  return await verify({ ...between, signal, log: createLogger('silent'), timeoutMs: 5000, ...changed })
}

async function holdOf(): Promise<unknown> {
  const [row] = await postgres.query('SELECT hold_position FROM cdc.sink')
  return row?.['hold_position']
}

const everyType = `i INT, u BIGINT UNSIGNED, d DECIMAL(12,3), f FLOAT, g DOUBLE, b TINYINT(1), dt DATETIME(6), ts TIMESTAMP(3) NULL,
  da DATE, ti TIME(2), y YEAR, c CHAR(10), v VARCHAR(50), t MEDIUMTEXT, e ENUM('a','b','ü'), s SET('x','y'), j JSON,
  bi BINARY(8), vb VARBINARY(20), bl BLOB, bt BIT(5)`
const values = `seq - 1, 18446744073709551615 - seq, seq / 7, seq / 3, seq / 3, seq % 2, '2020-01-01' + INTERVAL seq * 1234567 MICROSECOND,
  '2021-03-28' + INTERVAL seq MINUTE, '1000-01-01' + INTERVAL seq DAY, SEC_TO_TIME(seq % 80000), 1901 + seq % 200, CONCAT(seq, ' '),
  CONCAT('Zoë ', CHAR(seq % 60 + 1 USING utf8mb4), ' 😀', seq), REPEAT('long ', seq % 300), 1 + seq % 3, seq % 4, JSON_OBJECT('a', seq),
  UNHEX(LEFT(MD5(seq), 12)), UNHEX(MD5(seq)), REPEAT(UNHEX(MD5(seq)), seq % 9), seq % 32`

test('a loaded table is equal, in every type, with NULLs and with nothing', async () => {
  const between = await fresh('same')
  await mariadb.query(`CREATE TABLE same.t (id INT PRIMARY KEY, ${everyType});
    INSERT INTO same.t SELECT seq, ${values} FROM mysql.seq_1_to_3000; INSERT INTO same.t (id) VALUES (0);
    CREATE TABLE same.keyless (${everyType}); INSERT INTO same.keyless SELECT ${values} FROM mysql.seq_1_to_300;
    INSERT INTO same.keyless SELECT * FROM same.keyless;
    CREATE TABLE same.empty (id INT PRIMARY KEY)`)
  await load(between)
  await caughtUp(between)
  const result = await check(between)
  assert.deepEqual(
    result.tables.map(({ table, target, sourceRows, targetRows, equal, differences }) => [
      table,
      target,
      sourceRows,
      targetRows,
      equal,
      differences,
    ]),
    [
      ['same.empty', 'mp_cdc.empty', 0, 0, true, []],
      ['same.keyless', 'mp_cdc.keyless', 600, 600, true, []],
      ['same.t', 'mp_cdc.t', 3001, 3001, true, []],
    ],
  )
  assert.equal(result.equal, true)
  assert.equal(formatPosition(result.position), formatPosition(parsePosition(await mariadb.gtidPosition())))
  assert.equal(await holdOf(), null)
})

test('a key with negative numbers, gaps and the largest number there is', async () => {
  const between = await fresh('gaps')
  await mariadb.query(`CREATE TABLE gaps.signed (id BIGINT PRIMARY KEY, v INT); CREATE TABLE gaps.big (id BIGINT UNSIGNED PRIMARY KEY, v INT);
    INSERT INTO gaps.signed SELECT CAST(seq AS SIGNED) * 3 - 30000, 0 FROM mysql.seq_1_to_20000;
    INSERT INTO gaps.signed VALUES (-9223372036854775808, 0);
    INSERT INTO gaps.big SELECT seq, 0 FROM mysql.seq_1_to_60000; INSERT INTO gaps.big VALUES (18446744073709551615, 0)`)
  await load(between)
  await caughtUp(between)
  assert.equal((await check(between)).equal, true)
  await postgres.query(`UPDATE mp_cdc.signed SET v = 1 WHERE id IN (-29997, 0, 3, -3, -9223372036854775808);
    DELETE FROM mp_cdc.signed WHERE id = 6; INSERT INTO mp_cdc.signed VALUES (9223372036854775807, 1);
    UPDATE mp_cdc.big SET v = 1 WHERE id IN (1, 18446744073709551615)`)
  const { tables } = await check(between)
  const found = tables.map(({ table, differences }) => [
    table,
    differences.map(({ key, kind }) => `${kind} ${key}`).sort(),
  ])
  assert.deepEqual(found, [
    ['gaps.big', ['different id=1', 'different id=18446744073709551615']],
    [
      'gaps.signed',
      [
        ...['different id=-29997', 'different id=-3', 'different id=-9223372036854775808', 'different id=0'],
        ...['different id=3', 'extra id=9223372036854775807', 'missing id=6'],
      ],
    ],
  ])
})

const keys: Readonly<
  Record<string, { key: string; value: string; row: (id: number) => string; where: (id: number) => string }>
> = {
  numbers: { key: 'a INT PRIMARY KEY', value: 'seq', row: (id) => `a=${id}`, where: (id) => `a = ${id}` },
  texts: {
    key: 'a VARCHAR(20) PRIMARY KEY',
    value: `CONCAT('Ä', seq)`,
    row: (id) => `a=Ä${id}`,
    where: (id) => `a = 'Ä${id}'`,
  },
  pairs: {
    key: 'a INT, b VARCHAR(9), PRIMARY KEY (b, a)',
    value: `seq, CONCAT('k', seq % 3)`,
    row: (id) => `b=k${id % 3}, a=${id}`,
    where: (id) => `a = ${id}`,
  },
}

for (const [name, { key, value, row, where }] of Object.entries(keys)) {
  test(`a missing, an extra and a different row are found by key: ${name}`, async () => {
    const between = await fresh(name)
    await mariadb.query(`CREATE TABLE ${name}.t (${key}, v VARCHAR(20), n DECIMAL(8,2));
      INSERT INTO ${name}.t SELECT ${value}, CONCAT('v', seq), seq / 2 FROM mysql.seq_1_to_5000`)
    await load(between)
    await mariadb.query(`SET sql_log_bin = 0; DELETE FROM ${name}.t WHERE ${where(100)}`)
    await postgres.query(`DELETE FROM mp_cdc.t WHERE ${where(4000)};
      UPDATE mp_cdc.t SET v = NULL, n = 1 WHERE ${where(7)}`)
    await caughtUp(between)
    const { equal, tables } = await check(between)
    assert.equal(equal, false)
    const [table] = tables
    assert.deepEqual([table?.sourceRows, table?.targetRows, table?.more], [4999, 4999, false])
    assert.deepEqual(
      table?.differences.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
      [
        {
          ...{ key: row(7), kind: 'different' },
          columns: [
            { name: 'v', source: 'v7', target: null },
            { name: 'n', source: '3.50', target: '1.00' },
          ],
        },
        { key: row(100), kind: 'extra' },
        { key: row(4000), kind: 'missing' },
      ],
    )
  })
}

test('a table without a key is compared by how often each row stands in it', async () => {
  const between = await fresh('multiset')
  await mariadb.query(`CREATE TABLE multiset.t (a INT, b VARCHAR(10));
    INSERT INTO multiset.t SELECT seq % 100, 'x' FROM mysql.seq_1_to_1000; INSERT INTO multiset.t VALUES (NULL, NULL)`)
  await load(between)
  // The same number of rows, so that counting alone would see nothing.
  await postgres.query(`DELETE FROM mp_cdc.t WHERE ctid = (SELECT min(ctid) FROM mp_cdc.t WHERE a = 5);
    INSERT INTO mp_cdc.t VALUES (NULL, NULL)`)
  await caughtUp(between)
  const { tables } = await check(between)
  assert.deepEqual(
    tables[0]?.differences.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    [
      { key: 'a=5, b=x', kind: 'missing', counts: { source: 10, target: 9 } },
      { key: 'a=NULL, b=NULL', kind: 'extra', counts: { source: 1, target: 2 } },
    ],
  )
  assert.deepEqual([tables[0]?.sourceRows, tables[0]?.targetRows, tables[0]?.equal], [1001, 1001, false])
})

test('of many differences the first twenty are shown', async () => {
  const between = await fresh('many')
  await mariadb.query(
    `CREATE TABLE many.t (id INT PRIMARY KEY, v INT); INSERT INTO many.t SELECT seq, 0 FROM mysql.seq_1_to_60000`,
  )
  await load(between)
  await postgres.query('UPDATE mp_cdc.t SET v = 1')
  await caughtUp(between)
  const { tables } = await check(between)
  assert.equal(tables[0]?.differences.length, 20)
  assert.equal(tables[0]?.more, true)
  assert.ok(tables[0]?.differences.every(({ kind }) => kind === 'different'))
})

test('tables that are not loaded, gone or without a column are not equal; columns of the target alone are named', async () => {
  const between = await fresh('problems')
  await mariadb.query(`CREATE TABLE problems.gone (id INT PRIMARY KEY); CREATE TABLE problems.lacking (id INT PRIMARY KEY, v INT);
    CREATE TABLE problems.more (id INT PRIMARY KEY)`)
  await load(between)
  await mariadb.query('CREATE TABLE problems.later (id INT PRIMARY KEY)')
  await postgres.query(
    `DROP TABLE mp_cdc.gone; ALTER TABLE mp_cdc.lacking DROP COLUMN v; ALTER TABLE mp_cdc.more ADD COLUMN own text`,
  )
  await caughtUp(between)
  const { equal, tables } = await check(between)
  assert.equal(equal, false)
  assert.deepEqual(
    tables.map(({ table, equal: is, problem, extraColumns }) => [table, is, problem, extraColumns]),
    [
      ['problems.gone', false, 'the target table does not exist', []],
      ['problems.lacking', false, 'the target lacks columns: v', []],
      ['problems.later', false, 'the table has not been loaded', []],
      ['problems.more', true, undefined, ['own']],
    ],
  )
  const one = await check(between, { tables: ['more'] })
  assert.deepEqual(
    one.tables.map(({ table }) => table),
    ['problems.more'],
  )
  assert.equal(one.equal, true)
})

test('the sink is held at the position of the snapshot and let go again', async () => {
  const between = await fresh('held')
  await mariadb.query(`CREATE TABLE held.t (id INT PRIMARY KEY); INSERT INTO held.t VALUES (1)`)
  await load(between)
  await caughtUp(between)
  await mariadb.query('INSERT INTO held.t VALUES (2)')
  const checked = check(between)
  // What a sink does: applies up to the position that it is asked for, and stops there.
  const hold = await waitFor(holdOf, { what: 'the hold' })
  await mariadb.query('INSERT INTO held.t VALUES (3)')
  await using connection = await connectPostgres(postgres.settings, { applicationName: 'test', where: 'test' })
  await connection.query('BEGIN')
  await connection.query('INSERT INTO mp_cdc.t VALUES (2)')
  await writePosition(connection, between.sink.name, between.source.name, parsePosition(String(hold)))
  await connection.query('COMMIT')
  const { equal, tables, position } = await checked
  assert.equal(equal, true)
  assert.equal(tables[0]?.sourceRows, 2)
  assert.equal(formatPosition(position), hold)
  assert.equal(await holdOf(), null)
})

test('a table that is altered, made or dropped between the moment and the look at it is said to be so', async () => {
  for (const statement of [
    'ALTER TABLE late.t ADD COLUMN c INT',
    'CREATE TABLE late.n (id INT)',
    'TRUNCATE TABLE late.t',
  ]) {
    const between = await fresh('late')
    await mariadb.query(`CREATE TABLE late.t (id INT PRIMARY KEY); INSERT INTO late.t VALUES (1);
      CREATE TABLE late.u (id INT PRIMARY KEY); INSERT INTO late.u VALUES (7)`)
    await load(between)
    // The server counts in seconds when a table was made.
    await sleep(1100)
    await caughtUp(between)
    await mariadb.query('INSERT INTO late.t VALUES (2)')
    const checked = check(between).then(
      () => assert.fail('it did not fail'),
      (thrown: unknown) => (thrown instanceof CdcErrors ? thrown.errors : [thrown as CdcError]),
    )
    const hold = await waitFor(holdOf, { what: 'the hold' })
    await mariadb.query(statement)
    await using connection = await connectPostgres(postgres.settings, { applicationName: 'test', where: 'test' })
    await connection.query('INSERT INTO mp_cdc.t VALUES (2)')
    await writePosition(connection, between.sink.name, between.source.name, parsePosition(String(hold)))
    const [error] = await checked
    assert.deepEqual(
      [error?.code, error?.what],
      ['CDC-V02', 'the table was altered on the source while it was compared'],
      statement,
    )
  }
})

async function rejection(promise: Promise<unknown>): Promise<CdcError> {
  try {
    await promise
  } catch (thrown) {
    if (thrown instanceof CdcError) return thrown
    throw thrown
  }
  throw new Error('it did not fail')
}

test('a sink that has not run, or does not come up in time, is said so; the hold is gone afterwards', async () => {
  const between = await fresh('late')
  await mariadb.query(`CREATE TABLE late.t (id INT PRIMARY KEY)`)
  const nothing = await rejection(check(between))
  assert.equal(nothing.code, 'CDC-V02')
  await load(between)
  const never = await rejection(check(between))
  assert.deepEqual([never.code, /not applied anything/.test(never.what)], ['CDC-V02', true])
  await caughtUp(between)
  await mariadb.query('INSERT INTO late.t VALUES (1)')
  const late = await rejection(check(between, { timeoutMs: 100 }))
  assert.equal(late.code, 'CDC-V02')
  assert.match(late.why ?? '', /no worker runs this sink/)
  assert.equal(await holdOf(), null)
})

test('an abort releases the sink', async () => {
  const between = await fresh('aborted')
  await mariadb.query(`CREATE TABLE aborted.t (id INT PRIMARY KEY)`)
  await load(between)
  await caughtUp(between)
  await mariadb.query('INSERT INTO aborted.t VALUES (1)')
  const stop = new AbortController()
  const reason = new Error('stopped by the test')
  const checked = check(between, {
    signal: stop.signal,
    onEvent: ({ kind }) => kind === 'waiting' && stop.abort(reason),
  })
  await assert.rejects(checked, (thrown: Error) => thrown === reason || thrown.cause === reason)
  assert.equal(await holdOf(), null)
})
