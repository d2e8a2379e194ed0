import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { startMariadb } from './start-mariadb.ts'
import { startPostgres } from './start-postgres.ts'

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
