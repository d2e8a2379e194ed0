import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { CdcError, type ErrorCode } from '../../src/core/errors.ts'
import { formatPosition, parsePosition } from '../../src/core/gtid.ts'
import { connectPostgres } from '../../src/postgres/connection.ts'
import { startBothServers } from '../harness/both-servers.ts'
import { configs, kinds, load, type Configs } from './configs.ts'

const { mariadb, postgres } = await startBothServers()

/** A source database of its own for a test, and an empty target. */
async function fresh(database: string): Promise<Configs> {
  await mariadb.createDatabases(database)
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  return configs(mariadb, postgres, database)
}

function byText(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1
}

async function rejection(promise: Promise<unknown>): Promise<CdcError> {
  try {
    await promise
  } catch (thrown) {
    assert.ok(thrown instanceof CdcError, String(thrown))
    return thrown
  }
  throw new Error('it did not fail')
}

async function fails(promise: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> {
  const error = await rejection(promise)
  assert.equal(error.code, code, error.message)
  assert.match([error.message, error.why, error.fix, ...error.details].join('\n'), text)
}

async function state(table: string): Promise<Record<string, string | null> | undefined> {
  const [row] = await postgres.query(
    `SELECT state, low, high, rows, choices::text, losses::text FROM cdc.tables WHERE "table" = $1`,
    [table],
  )
  return row
}

test('tables with a key, without one and without rows are copied, with their values, keys and indexes', async () => {
  const between = await fresh('shop')
  await mariadb.query(`
    CREATE TABLE shop.Orders (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, price DECIMAL(10,2), made DATETIME(3),
      flag TINYINT(1), note TEXT, data VARBINARY(20), INDEX by_name (name), UNIQUE KEY one_note (id, price));
    INSERT INTO shop.Orders SELECT seq, CONCAT('Zoë ', seq), seq / 4, '2024-02-29 10:00:00.5' + INTERVAL seq SECOND,
      seq % 2, IF(seq % 3, 'x', NULL), UNHEX(MD5(seq)) FROM mysql.seq_1_to_2500;
    CREATE TABLE shop.keyless (a INT, b VARCHAR(10));
    INSERT INTO shop.keyless VALUES (1, 'x'), (1, 'x'), (NULL, NULL);
    CREATE TABLE shop.empty (id BIGINT PRIMARY KEY);
    CREATE TABLE shop.left_out (id INT PRIMARY KEY)`)
  const position = formatPosition(parsePosition(await mariadb.gtidPosition()))
  const { result, events } = await load(between)
  assert.deepEqual(result.tables.map(({ table, rows }) => [table, rows]).toSorted(byText), [
    ['shop.Orders', 2500],
    ['shop.empty', 0],
    ['shop.keyless', 3],
  ])
  assert.deepEqual(kinds(events, 'shop.Orders'), ['table-start', 'copy', 'keys', 'indexes', 'analyze', 'table-done'])
  assert.deepEqual(await postgres.query('SELECT * FROM mp_cdc.keyless ORDER BY a'), [
    ...[
      { a: 1, b: 'x' },
      { a: 1, b: 'x' },
      { a: null, b: null },
    ],
  ])
  const [row] = await postgres.query(
    'SELECT id, name, price, made::text, flag, note, encode(data, $1) AS data FROM mp_cdc.orders WHERE id = 3',
    ['hex'],
  )
  assert.deepEqual(row, {
    ...{ id: 3, name: 'Zoë 3', price: '0.75', made: '2024-02-29 10:00:03.5', flag: true, note: null },
    data: 'eccbc87e4b5ce2fe28308fd9f2a7baf3',
  })
  const [sums] = await postgres.query('SELECT count(*) AS n, count(DISTINCT id) AS ids FROM mp_cdc.orders')
  assert.deepEqual(sums, { n: '2500', ids: '2500' })
  const [shape] = await postgres.query(
    `SELECT relpersistence, (SELECT count(*) FROM pg_index WHERE indrelid = c.oid) AS indexes,
       (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p') AS keys, reltuples
     FROM pg_class c WHERE oid = 'mp_cdc.orders'::regclass`,
  )
  assert.deepEqual(shape, { relpersistence: 'p', indexes: '3', keys: '1', reltuples: 2500 })
  for (const table of ['Orders', 'keyless', 'empty']) {
    const { state: is, low, high } = (await state(table)) ?? {}
    assert.deepEqual({ is, low, high }, { is: 'loaded', low: position, high: position })
  }
  assert.equal(await state('left_out'), undefined)
})

test('the same command again skips what is loaded; --replace loads it again', async () => {
  const between = await fresh('again')
  await mariadb.query('CREATE TABLE again.t (id INT PRIMARY KEY); INSERT INTO again.t VALUES (1), (2)')
  await load(between)
  await mariadb.query('DELETE FROM again.t WHERE id = 1; INSERT INTO again.t VALUES (7)')
  await postgres.query('GRANT SELECT ON mp_cdc.t TO PUBLIC')
  const second = await load(between)
  assert.deepEqual(kinds(second.events, 'again.t'), ['table-skipped'])
  assert.match(second.result.tables[0]?.why ?? '', /^already loaded at \d{4}-/)
  assert.deepEqual(await postgres.query('SELECT id FROM mp_cdc.t ORDER BY id'), [{ id: 1 }, { id: 2 }])
  const [version] = await postgres.query('SELECT tables_version AS v FROM cdc.sink')
  const third = await load(between, { replace: true })
  assert.equal(third.result.tables[0]?.state, 'loaded')
  assert.deepEqual(await postgres.query('SELECT id FROM mp_cdc.t ORDER BY id'), [{ id: 2 }, { id: 7 }])
  const [later] = await postgres.query('SELECT tables_version AS v FROM cdc.sink')
  assert.ok(Number(later?.['v']) > Number(version?.['v']), 'a running sink hears of it')
  const [granted] = await postgres.query(`SELECT count(*) AS n FROM pg_class, aclexplode(relacl) a
    WHERE oid = 'mp_cdc.t'::regclass AND a.grantee = 0`)
  assert.deepEqual(granted, { n: '1' }, 'readers keep their rights')
})

test('an index may be called as a table, and as an index of another table', async () => {
  const between = await fresh('named')
  await mariadb.query(`
    CREATE TABLE named.user (id INT PRIMARY KEY, auth INT, KEY auth (auth), KEY auth_realm (auth));
    CREATE TABLE named.user_auth (id INT PRIMARY KEY, realm INT, KEY realm (realm));
    CREATE TABLE named.user_auth_realm (id INT PRIMARY KEY)`)
  await load(between)
  const [row] = await postgres.query(`SELECT count(*) AS n FROM pg_indexes WHERE schemaname = 'mp_cdc'`)
  assert.deepEqual(row, { n: '6' })
})

test('a target table with rows from elsewhere is not touched without --replace', async () => {
  const between = await fresh('foreign_rows')
  await mariadb.query('CREATE TABLE foreign_rows.t (id INT PRIMARY KEY); INSERT INTO foreign_rows.t VALUES (1)')
  await postgres.query('CREATE SCHEMA mp_cdc; CREATE TABLE mp_cdc.t (id int); INSERT INTO mp_cdc.t VALUES (99)')
  await fails(load(between), 'CDC-L07', /CDC-L02/)
  // A second try is no way around it.
  await fails(load(between), 'CDC-L07', /CDC-L02/)
  assert.deepEqual(await postgres.query('SELECT id FROM mp_cdc.t'), [{ id: 99 }])
  await load(between, { replace: true })
  assert.deepEqual(await postgres.query('SELECT id FROM mp_cdc.t'), [{ id: 1 }])
})

test('an empty target table is replaced when its columns fit, and only then', async () => {
  const between = await fresh('empty_target')
  await mariadb.query('CREATE TABLE empty_target.t (id INT PRIMARY KEY); INSERT INTO empty_target.t VALUES (1)')
  await postgres.query('CREATE SCHEMA mp_cdc; CREATE TABLE mp_cdc.t (id int, other text)')
  await fails(load(between), 'CDC-L07', /CDC-L02/)
  await postgres.query('DROP TABLE mp_cdc.t; CREATE TABLE mp_cdc.t (id int)')
  await load(between)
  assert.deepEqual(await postgres.query('SELECT id FROM mp_cdc.t'), [{ id: 1 }])
})

test('options, names, types and target names are checked before anything is written', async () => {
  const between = await fresh('checked')
  await mariadb.query('CREATE TABLE checked.ok (id INT PRIMARY KEY); CREATE TABLE checked.OK2 (id INT PRIMARY KEY)')
  await fails(load(between, { maxWorkers: 0 }), 'CDC-C06', /--max-workers/)
  await fails(load(between, { tables: ['ok3'] }), 'CDC-L01', /ok/)
  const twice = { ...between, sink: { ...between.sink, targetName: () => ({ schema: 'mp_cdc', table: 'all_in_one' }) } }
  await fails(load(twice), 'CDC-T05', /all_in_one/)
  const [schemas] = await postgres.query(`SELECT count(*) AS n FROM pg_namespace WHERE nspname IN ('cdc', 'mp_cdc')`)
  assert.deepEqual(schemas, { n: '0' })
  const { result } = await load(between, { tables: ['o?'] })
  assert.deepEqual(
    result.tables.map(({ table }) => table),
    ['checked.ok'],
  )
})

test('a role that may not create the schema gets the SQL for it', async () => {
  const between = await fresh('no_schema')
  await mariadb.query('CREATE TABLE no_schema.t (id INT PRIMARY KEY)')
  await load(between)
  await postgres.query('DROP SCHEMA mp_cdc CASCADE; DELETE FROM cdc.tables')
  await using admin = await connectPostgres(postgres.admin, { applicationName: 'test', where: 'test' })
  await admin.query(`CREATE ROLE poor LOGIN PASSWORD 'poor'`)
  await admin.query('GRANT USAGE ON SCHEMA cdc TO poor; GRANT ALL ON ALL TABLES IN SCHEMA cdc TO poor')
  const poor = { ...between.sink, postgres: { ...postgres.settings, user: 'poor', password: 'poor' } }
  try {
    await fails(load({ ...between, sink: poor }), 'CDC-P04', /CREATE SCHEMA "mp_cdc" AUTHORIZATION poor;/)
  } finally {
    await admin.query('DROP OWNED BY poor; DROP ROLE poor')
  }
})

test('what the data holds decides between boolean and smallint, time and interval', async () => {
  const between = await fresh('choices')
  await mariadb.query(`CREATE TABLE choices.t (id INT PRIMARY KEY, a TINYINT(1), b TINYINT(1), c TIME, d TIME);
    INSERT INTO choices.t SELECT seq, seq % 2, IF(seq = 1900, 7, 1), '10:00:00', IF(seq = 2000, '-25:00:00', '01:00:00')
    FROM mysql.seq_1_to_2000`)
  const { result } = await load(between)
  assert.deepEqual(result.tables[0]?.choices, { b: 'smallint', d: 'interval' })
  assert.deepEqual(
    await postgres.query('SELECT a, b, c::text, d::text FROM mp_cdc.t WHERE id IN (1900, 2000) ORDER BY id'),
    [
      { a: false, b: 7, c: '10:00:00', d: '01:00:00' },
      { a: false, b: 1, c: '10:00:00', d: '-25:00:00' },
    ],
  )
  assert.deepEqual(JSON.parse((await state('t'))?.['choices'] ?? ''), { b: 'smallint', d: 'interval' })
})

test('values that are lost are counted per column', async () => {
  const between = await fresh('losses')
  await mariadb.query(`SET sql_mode = ''; CREATE TABLE losses.t (id INT PRIMARY KEY, d DATE NOT NULL, s VARCHAR(10));
    INSERT INTO losses.t VALUES (1, '0000-00-00', 'a\\0b'), (2, '2020-00-01', 'c'), (3, '2020-01-01', 'd')`)
  const { result } = await load(between)
  assert.deepEqual(result.tables[0]?.losses, [
    { column: 'd', zeroDates: 2, nulCharacters: 0 },
    { column: 's', zeroDates: 0, nulCharacters: 1 },
  ])
  assert.deepEqual(await postgres.query('SELECT d::text, s FROM mp_cdc.t ORDER BY id'), [
    ...[
      { d: null, s: 'ab' },
      { d: null, s: 'c' },
      { d: '2020-01-01', s: 'd' },
    ],
  ])
})

test('a table that fails does not stop the others, and leaves nothing behind', async () => {
  const between = await fresh('one_bad')
  await mariadb.query(`SET sql_mode = ''; CREATE TABLE one_bad.bad (d DATE PRIMARY KEY, x INT);
    INSERT INTO one_bad.bad VALUES ('2020-01-01', 1), ('0000-00-00', 2);
    CREATE TABLE one_bad.good (id INT PRIMARY KEY); INSERT INTO one_bad.good VALUES (1)`)
  await fails(load(between, { maxWorkers: 1 }), 'CDC-L07', /one_bad\.bad: CDC-T03/)
  assert.deepEqual(await postgres.query('SELECT id FROM mp_cdc.good'), [{ id: 1 }])
  assert.equal((await state('good'))?.['state'], 'loaded')
  assert.equal(await state('bad'), undefined, 'a sink that waits for this table would wait for ever')
  await mariadb.query(`SET sql_mode = ''; DELETE FROM one_bad.bad WHERE x = 2`)
  const { result } = await load(between)
  assert.deepEqual(result.tables.map(({ table, state: is }) => [table, is]).toSorted(byText), [
    ...[
      ['one_bad.bad', 'loaded'],
      ['one_bad.good', 'skipped'],
    ],
  ])
})

test('a load that is broken off counts for nothing and starts over the next time', async () => {
  const between = await fresh('broken_off')
  await mariadb.query(`CREATE TABLE broken_off.t (id INT PRIMARY KEY, pad VARCHAR(200));
    INSERT INTO broken_off.t SELECT seq, REPEAT('x', 200) FROM mysql.seq_1_to_60000;
    CREATE TABLE broken_off.small (id INT PRIMARY KEY); INSERT INTO broken_off.small VALUES (1)`)
  await load(between, { tables: ['small'] })
  const stop = new AbortController()
  const reason = new Error('stopped by the test')
  const broken = load(between, {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.kind === 'phase' && event.phase === 'copy') setImmediate(() => stop.abort(reason))
    },
  })
  await assert.rejects(broken, (thrown) => thrown === reason)
  assert.equal((await state('t'))?.['state'], 'loading')
  const { result } = await load(between)
  assert.deepEqual(result.tables.map(({ table, state: is, rows }) => [table, is, rows]).toSorted(byText), [
    ...[
      ['broken_off.small', 'skipped', 1],
      ['broken_off.t', 'loaded', 60000],
    ],
  ])
  assert.deepEqual(await postgres.query('SELECT count(*) AS n, max(id) AS m FROM mp_cdc.t'), [{ n: '60000', m: 60000 }])
})

/** Loads a table, and cuts the connections of one side as soon as rows are being copied. */
async function loadWhileCutting(between: Configs, cut: () => Promise<unknown>): Promise<void> {
  const database = between.source.topicPrefix
  await mariadb.query(`CREATE TABLE ${database}.t (id INT PRIMARY KEY, pad VARCHAR(200));
    INSERT INTO ${database}.t SELECT seq, REPEAT('x', 200) FROM mysql.seq_1_to_40000`)
  let cutting: Promise<unknown> | undefined
  const { result, events } = await load(between, {
    batchSize: 10,
    onEvent: (event) => {
      if (event.kind === 'phase' && event.phase === 'copy') cutting ??= cut()
    },
  })
  await cutting
  assert.equal(result.tables[0]?.rows, 40000)
  assert.equal(kinds(events, `${database}.t`).filter((kind) => kind === 'table-start').length, 2)
  assert.deepEqual(await postgres.query('SELECT count(*) AS n FROM mp_cdc.t'), [{ n: '40000' }])
}

test('a load that MariaDB cuts off starts the table over by itself', async () => {
  await loadWhileCutting(await fresh('cut_source'), async () => {
    const sessions = await mariadb.query<{ id: number }>(
      `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = '${mariadb.settings.user}'`,
    )
    for (const { id } of sessions) await mariadb.query(`KILL ${id}`).catch(() => undefined)
  })
})

test('a row that fails in the middle of a COPY fails the table', async () => {
  const between = await fresh('mid_copy')
  await mariadb.query(`SET sql_mode = ''; CREATE TABLE mid_copy.t (n INT, d DATE, pad VARCHAR(200), PRIMARY KEY (n, d));
    INSERT INTO mid_copy.t SELECT seq, IF(seq = 19000, '0000-00-00', '2020-01-01'), REPEAT('x', 200) FROM mysql.seq_1_to_20000`)
  await fails(load(between, { batchSize: 100_000 }), 'CDC-L07', /mid_copy\.t: CDC-T03/)
  assert.equal(await state('t'), undefined)
})

test('a load that PostgreSQL cuts off starts the table over by itself', async () => {
  await loadWhileCutting(await fresh('cut_target'), async () => {
    await postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cdc migrate%'`,
    )
  })
})

test('a table that is altered between the plan and its snapshot is started over with the new columns', async () => {
  const between = await fresh('altered')
  await mariadb.query('CREATE TABLE altered.t (id INT PRIMARY KEY); INSERT INTO altered.t VALUES (1)')
  const { host, port, user, password } = mariadb.admin
  const login = [`-h${host}`, `-P${port}`, `-u${user}`, `--password=${password}`]
  const { events } = await load(between, {
    onEvent: (event) => {
      const sql = 'ALTER TABLE altered.t ADD COLUMN added INT NOT NULL DEFAULT 5'
      // The handler cannot wait, so the statement runs in another process meanwhile.
      if (event.kind === 'plan') execFileSync('mariadb', [...login, '-e', sql])
    },
  })
  assert.equal(kinds(events, 'altered.t').filter((kind) => kind === 'table-start').length, 2)
  assert.deepEqual(await postgres.query('SELECT * FROM mp_cdc.t'), [{ id: 1, added: 5 }])
  const [row] = await postgres.query(`SELECT jsonb_array_length(definition->'columns') AS n FROM cdc.tables`)
  assert.deepEqual(row, { n: 2 })
})

test('the position is exactly that of the copied rows, whatever is written meanwhile', async () => {
  const between = await fresh('busy')
  await mariadb.query(`CREATE TABLE busy.t (id INT PRIMARY KEY, pad CHAR(100)); CREATE TABLE busy.other (id INT PRIMARY KEY);
    CREATE TABLE busy.filler (id INT PRIMARY KEY, pad CHAR(100));
    INSERT INTO busy.filler SELECT seq, 'x' FROM mysql.seq_1_to_20000`)
  const base = [...parsePosition(await mariadb.gtidPosition()).values()][0]?.sequence ?? 0n
  const writer = await mariadb.connect()
  const stop = new AbortController()
  const writing = (async () => {
    let id = 0
    // One transaction a row: the row's number is the distance of its GTID from the base.
    while (!stop.signal.aborted) await writer.query('INSERT INTO busy.t VALUES (?, ?)', [++id, 'x'])
    return id
  })()
  try {
    for (let i = 0; i < 3; i++) {
      const { result } = await load(between, { replace: true })
      const { low, high } = result.tables.find(({ table }) => table === 'busy.t') ?? {}
      assert.equal(formatPosition(low ?? new Map()), formatPosition(high ?? new Map()))
      const [row] = await postgres.query('SELECT count(*) AS n, coalesce(max(id), 0) AS last FROM mp_cdc.t')
      assert.equal(Number(row?.['n']), Number(row?.['last']))
      assert.equal([...(low ?? new Map()).values()][0]?.sequence, base + BigInt(Number(row?.['last'])))
    }
  } finally {
    stop.abort()
    assert.ok((await writing) > 0)
    await writer.end()
  }
})

test('a MyISAM table is exact without a key too, and has a span of positions with one', async () => {
  const between = await fresh('old')
  await mariadb.query(`CREATE TABLE old.keyed (id INT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO old.keyed VALUES (1), (2);
    CREATE TABLE old.keyless (id INT) ENGINE=Aria; INSERT INTO old.keyless VALUES (1), (1)`)
  const { result } = await load(between)
  assert.deepEqual(result.tables.map(({ table, rows }) => [table, rows]).toSorted(byText), [
    ['old.keyed', 2],
    ['old.keyless', 2],
  ])
  const keyless = result.tables.find(({ table }) => table === 'old.keyless')
  assert.equal(formatPosition(keyless?.low ?? new Map()), formatPosition(keyless?.high ?? new Map()))
  // The lock is gone: this would wait for ever.
  await mariadb.query('INSERT INTO old.keyless VALUES (3)')
})

for (const [name, threshold] of [
  ['long_whole', 1_000_000],
  ['long_chunks', 10],
] as const) {
  test(`values that are too long together for an index of PostgreSQL are indexed by their beginnings: ${name}`, async () => {
    await mariadb.createDatabases(name)
    await mariadb.query(`CREATE TABLE ${name}.${name} (id INT PRIMARY KEY, n INT, a VARBINARY(1500), b VARBINARY(1500),
        KEY ab (a, b), KEY by_n (n, a)) CHARACTER SET latin1;
      INSERT INTO ${name}.${name} SELECT seq, seq, CONCAT(RANDOM_BYTES(1000), RANDOM_BYTES(500)), CONCAT(RANDOM_BYTES(1000), RANDOM_BYTES(500))
        FROM mysql.seq_1_to_50`)
    await load(configs(mariadb, postgres, name), { threshold })
    const indexes = await postgres.query<{ name: string; sql: string }>(
      `SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = '${name}' ORDER BY 1`,
    )
    assert.deepEqual(
      indexes.map((index) => [index.name, index.sql.includes('substring')]),
      [
        [`${name}.ab`, true],
        [`${name}.by_n`, false],
        [`${name}_pkey`, false],
      ],
    )
  })
}
