import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPosition, parsePosition, reaches } from '../../src/core/gtid.ts'
import { startBothServers } from '../harness/both-servers.ts'
import { configs, load, type Configs } from './configs.ts'

const { mariadb, postgres } = await startBothServers()

async function fresh(database: string): Promise<Configs> {
  await mariadb.createDatabases(database)
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  return configs(mariadb, postgres, database)
}

/** Everything of a target table, in one number and a count. */
async function content(table: string): Promise<unknown> {
  const [row] = await postgres.query(
    `SELECT count(*) AS n, sum(('x' || left(md5(t::text), 15))::bit(60)::bigint) AS s FROM mp_cdc.${table} t`,
  )
  return row
}

const shapes: Readonly<Record<string, { key: string; value: string }>> = {
  dense: { key: 'a INT PRIMARY KEY', value: 'seq' },
  negative: { key: 'a BIGINT PRIMARY KEY', value: 'CAST(seq AS SIGNED) - 1500' },
  skewed: { key: 'a BIGINT UNSIGNED PRIMARY KEY', value: 'IF(seq < 2900, seq, 18446744073709551615 - seq)' },
  texts: { key: 'a VARCHAR(40) PRIMARY KEY', value: `CONCAT(IF(seq % 2, 'Ä', 'z'), '\\\\''', MD5(seq))` },
  latin: { key: 'a VARCHAR(40) CHARACTER SET latin1 PRIMARY KEY', value: `CONCAT(IF(seq % 2, 'Ä', 'z'), MD5(seq))` },
  bytes: { key: 'a VARBINARY(20) PRIMARY KEY', value: 'UNHEX(MD5(seq))' },
  decimals: { key: 'a DECIMAL(20,4) PRIMARY KEY', value: '(CAST(seq AS SIGNED) - 1500) / 7' },
  moments: { key: 'a DATETIME(6) PRIMARY KEY', value: `'2020-01-01' + INTERVAL seq * 1234567 MICROSECOND` },
  stamps: { key: 'a TIMESTAMP(3) NOT NULL DEFAULT 0 PRIMARY KEY', value: `'2020-03-29' + INTERVAL seq MINUTE` },
  uuids: { key: 'a UUID PRIMARY KEY', value: `INSERT(INSERT(MD5(seq), 13, 1, '4'), 17, 1, '8')` },
  pair: { key: 'a INT, b VARCHAR(10), PRIMARY KEY (a, b)', value: 'seq % 3, HEX(seq)' },
  one_tenant: { key: 'a INT, b INT, PRIMARY KEY (a, b)', value: '1, seq' },
  triple: {
    key: 'a CHAR(2), b DATE, c SMALLINT, PRIMARY KEY (a, b, c)',
    value: `'de', '2020-01-01' + INTERVAL seq % 5 DAY, seq`,
  },
  unique_key: { key: 'a INT NOT NULL, b INT NOT NULL, UNIQUE (b, a)', value: 'seq, seq % 7' },
  bits: { key: 'a BIT(20) PRIMARY KEY', value: 'seq * 3' },
  floats: { key: 'a DOUBLE PRIMARY KEY', value: 'seq / 3' },
}

test('a table read in chunks is the same as one read whole, whatever its key', async () => {
  const between = await fresh('cut')
  for (const [name, { key, value }] of Object.entries(shapes)) {
    await mariadb.query(`CREATE TABLE cut.${name} (${key}, pad VARCHAR(20));
      INSERT INTO cut.${name} SELECT ${value}, CONCAT('row ', seq) FROM mysql.seq_1_to_3000`)
  }
  await load(between)
  const whole = new Map<string, unknown>()
  for (const name of Object.keys(shapes)) whole.set(name, await content(name))
  assert.equal((whole.get('dense') as { n: string }).n, '3000')
  const { result, events } = await load(between, {
    replace: true,
    threshold: 100,
    chunkWorkers: 3,
    batchSize: 70,
    maxWorkers: 1,
  })
  const locked = events.flatMap((event) => (event.kind === 'locked' ? [[event.table, event.snapshots]] : []))
  const cut = Object.keys(shapes).filter((name) => name !== 'floats')
  assert.deepEqual(new Set(locked), new Set(cut.map((name) => [`cut.${name}`, 3])))
  for (const name of Object.keys(shapes)) {
    assert.deepEqual(await content(name), whole.get(name), name)
    const report = result.tables.find(({ table }) => table === `cut.${name}`)
    assert.equal(report?.rows, 3000, name)
    assert.equal(formatPosition(report.low), formatPosition(report.high), `${name}: read under a lock`)
  }
})

test('a table without rows that is meant to be cut is loaded all the same', async () => {
  const between = await fresh('nothing')
  await mariadb.query(`CREATE TABLE nothing.t (id INT PRIMARY KEY); INSERT INTO nothing.t SELECT seq FROM mysql.seq_1_to_50;
    CREATE TABLE nothing.texts (id VARCHAR(9) PRIMARY KEY); INSERT INTO nothing.texts SELECT seq FROM mysql.seq_1_to_50`)
  await load(between, { threshold: 1, chunkWorkers: 1 })
  assert.deepEqual(await postgres.query('SELECT count(*) AS n FROM mp_cdc.t'), [{ n: '50' }])
  assert.deepEqual(await postgres.query('SELECT count(*) AS n FROM mp_cdc.texts'), [{ n: '50' }])
})

test('without the right to lock, each reader has its own position and the span between them is recorded', async () => {
  const between = await fresh('unlocked')
  await mariadb.query(`CREATE TABLE unlocked.t (id INT PRIMARY KEY, v INT);
    INSERT INTO unlocked.t SELECT seq, 0 FROM mysql.seq_1_to_3000;
    CREATE USER IF NOT EXISTS reader@'%' IDENTIFIED BY 'reader';
    GRANT SELECT, REPLICATION SLAVE, BINLOG MONITOR ON *.* TO reader@'%'`)
  const source = { ...between.source, user: 'reader', password: 'reader' }
  const writer = await mariadb.connect()
  const stop = new AbortController()
  const writing = (async () => {
    for (let i = 0; !stop.signal.aborted; i++)
      await writer.query('UPDATE unlocked.t SET v = v + 1 WHERE id = ?', [1 + (i % 3000)])
  })()
  try {
    const { result } = await load({ ...between, source }, { threshold: 100 })
    const [report] = result.tables
    assert.equal(report?.rows, 3000)
    assert.ok(reaches(report.high, report.low))
    assert.ok(reaches(parsePosition(await mariadb.gtidPosition()), report.high))
    const [row] = await postgres.query('SELECT low, high FROM cdc.tables')
    assert.deepEqual(row, { low: formatPosition(report.low), high: formatPosition(report.high) })
  } finally {
    stop.abort()
    await writing
    await writer.end()
  }
})

test('chunks of one table are all of one moment, whatever is written meanwhile', async () => {
  const between = await fresh('moment')
  await mariadb.query(`CREATE TABLE moment.t (id INT PRIMARY KEY, amount INT, pad CHAR(200));
    INSERT INTO moment.t SELECT seq, 100, 'x' FROM mysql.seq_1_to_4000`)
  const writer = await mariadb.connect()
  const stop = new AbortController()
  const writing = (async () => {
    // What one row loses another gains: a sum that is not the old one was read at two moments.
    for (let i = 0; !stop.signal.aborted; i++) {
      const [from, to] = [1 + ((i * 997) % 4000), 1 + ((i * 3989 + 2000) % 4000)]
      await writer.query('UPDATE moment.t SET amount = amount + IF(id = ?, -1, 1) WHERE id IN (?, ?)', [from, from, to])
      if (from === to) await writer.query('UPDATE moment.t SET amount = amount + 1 WHERE id = ?', [from])
    }
  })()
  try {
    for (let i = 0; i < 3; i++) {
      await load(between, { replace: true, threshold: 100, chunkWorkers: 4 })
      const [row] = await postgres.query('SELECT sum(amount) AS s, count(*) AS n FROM mp_cdc.t')
      assert.ok(Math.abs(Number(row?.['s']) - 400_000) <= 1, `${row?.['s']} instead of 400000`)
      assert.equal(row?.['n'], '4000')
    }
  } finally {
    stop.abort()
    await writing
    await writer.end()
  }
})

test('a schema change that comes while the key is still being walked waits until the rows are read', async () => {
  const between = await fresh('altered')
  await mariadb.query(`CREATE TABLE altered.t (a VARCHAR(40) PRIMARY KEY, pad VARCHAR(200));
    INSERT INTO altered.t SELECT MD5(seq), REPEAT('x', 200) FROM mysql.seq_1_to_20000`)
  let altering: Promise<unknown> | undefined
  const { result, events } = await load(between, {
    ...{ threshold: 500, chunkWorkers: 2, batchSize: 50 },
    onEvent: (event) => {
      if (event.kind === 'phase' && event.phase === 'copy') {
        altering ??= mariadb.query('ALTER TABLE altered.t ADD COLUMN late INT DEFAULT 5')
      }
    },
  })
  await altering
  assert.equal(result.tables[0]?.rows, 20_000)
  assert.equal(events.filter((event) => event.kind === 'table-start').length, 1)
})
