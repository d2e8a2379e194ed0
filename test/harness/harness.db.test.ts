import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { differences } from './rows-equal.ts'
import { startMariadb } from './start-mariadb.ts'
import { startPostgres } from './start-postgres.ts'
import { waitFor } from './wait-for.ts'

test('MariaDB answers, keeps its data through kill -9 and is gone afterwards', async () => {
  const server = await startMariadb()
  try {
    await server.createDatabases('shop')
    await server.query('CREATE TABLE shop.t (id INT PRIMARY KEY); INSERT INTO shop.t VALUES (1), (2)')
    const before = await server.gtidPosition()
    await server.kill9()
    await server.start()
    assert.deepEqual(await server.query('SELECT id FROM shop.t ORDER BY id'), [{ id: 1 }, { id: 2 }])
    assert.equal(await server.gtidPosition(), before)
    const [row] = await server.query('SELECT @@binlog_format AS f, @@binlog_row_metadata AS m, @@log_bin AS l')
    assert.deepEqual(row, { f: 'ROW', m: 'FULL', l: 1 })
  } finally {
    await server[Symbol.asyncDispose]()
  }
  assert.throws(() => process.kill(server.pid, 0))
  assert.equal(existsSync(server.directory), false)
})

test('PostgreSQL answers, keeps its data through kill -9 and is gone afterwards', async () => {
  const server = await startPostgres()
  try {
    await server.query('CREATE TABLE mp_cdc.t (id int PRIMARY KEY); INSERT INTO mp_cdc.t VALUES (1), (2)')
    await server.kill9()
    await server.start()
    assert.deepEqual(await server.query('SELECT id FROM mp_cdc.t ORDER BY id'), [{ id: 1 }, { id: 2 }])
    await server.stop()
    await server.start()
    assert.deepEqual(await server.query('SELECT count(*) FROM mp_cdc.t'), [{ count: '2' }])
  } finally {
    await server[Symbol.asyncDispose]()
  }
  assert.throws(() => process.kill(server.pid, 0))
  assert.equal(existsSync(server.directory), false)
})

test('the comparison sees equal rows as equal and finds each kind of difference', async () => {
  await using mariadb = await startMariadb()
  await using postgres = await startPostgres()
  await mariadb.createDatabases('shop')
  await mariadb.query(
    `SET sql_mode = '', time_zone = '+00:00';
     CREATE TABLE shop.T (id INT PRIMARY KEY, f FLOAT, flag BIT(1), b BIT(10), d DATE, ts TIMESTAMP(3), name TEXT, raw VARBINARY(9), n DECIMAL(8,2));
     INSERT INTO shop.T VALUES (1, 16777217.123, b'1', b'1000000001', '2024-02-29', '2024-01-01 10:00:00.120', 'é€😀', x'00ff', -1.50),
                               (2, 0.1, b'0', 0, '0000-00-00', NULL, 'a\0b', '', 0)`,
  )
  await postgres.query(
    `CREATE TABLE mp_cdc.t (id int PRIMARY KEY, f real, flag boolean, b bit(10), d date, ts timestamptz(3), name text, raw bytea, n numeric(8,2));
     INSERT INTO mp_cdc.t VALUES (2, 0.1, false, B'0000000000', NULL, NULL, 'ab', '', 0),
       (1, 16777217.123::float4, true, B'1000000001', '2024-02-29', '2024-01-01 10:00:00.12+00', 'é€😀', '\\x00ff', -1.5)`,
  )
  const pair = { mariadb, postgres, database: 'shop', table: 'T' }
  assert.deepEqual(await differences(pair), [])
  const changes = [
    `f = 16777220`,
    `flag = false`,
    `b = B'1000000000'`,
    `d = '2024-03-01'`,
    `ts = '2024-01-01 10:00:00.121+00'`,
  ]
  for (const change of [...changes, `name = 'é€😁'`, `raw = '\\x00fe'`, `n = NULL`]) {
    await postgres.query(`CREATE TABLE kept AS SELECT * FROM mp_cdc.t; UPDATE mp_cdc.t SET ${change} WHERE id = 1`)
    const found = await differences(pair)
    assert.equal(found.length, 3, change)
    await postgres.query('DELETE FROM mp_cdc.t; INSERT INTO mp_cdc.t SELECT * FROM kept; DROP TABLE kept')
  }
  await postgres.query('DELETE FROM mp_cdc.t WHERE id = 2')
  assert.match((await differences(pair)).join('\n'), /2 rows in MariaDB, 1 in PostgreSQL/)
})

test('servers die with the process that started them, even when it is killed', async () => {
  const script = `const { startPostgres } = await import('${join(import.meta.dirname, 'start-postgres.ts')}')
    const server = await startPostgres(); process.stdout.write(String(server.pid)); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  const pid = Number(text.toString())
  process.kill(pid, 0)
  child.kill('SIGKILL')
  await waitFor(
    () => {
      try {
        process.kill(pid, 0)
        return false
      } catch {
        return true
      }
    },
    { what: 'PostgreSQL to be gone' },
  )
})
