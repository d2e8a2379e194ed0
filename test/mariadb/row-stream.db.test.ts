import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { connectMariadb } from '../../src/mariadb/connection.ts'
import { streamRows } from '../../src/mariadb/row-stream.ts'
import { openSnapshot } from '../../src/mariadb/snapshot.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { waitFor } from '../harness/wait-for.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb({ settings: { max_allowed_packet: '256M' } })
  await server.createDatabases('shop')
  await server.query(`USE shop; CREATE TABLE shop.n (id INT PRIMARY KEY, t VARCHAR(100));
    INSERT INTO shop.n SELECT seq, CONCAT('row ', seq) FROM seq_1_to_100000;
    CREATE TABLE shop.big (id INT PRIMARY KEY, b LONGBLOB)`)
})
after(async () => await server[Symbol.asyncDispose]())

const isCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof CdcError && error.code === code

test('rows come whole and in order, and queries go on afterwards', async () => {
  await using connection = await connectMariadb(server.settings, { where: 'test' })
  for (let round = 0; round < 2; round++) {
    let expected = 1
    for await (const { buffer, starts, ends, count } of streamRows(
      connection,
      'SELECT id, t FROM shop.n ORDER BY id',
    )) {
      for (let i = 0; i < count; i++) {
        const at = starts[i] ?? 0
        // 00, null bitmap of one byte, int u32, length, text
        assert.equal(buffer.readInt32LE(at + 2), expected)
        assert.equal(buffer.toString('latin1', at + 7, ends[i]), `row ${expected}`)
        expected++
      }
    }
    assert.equal(expected, 100_001)
    assert.deepEqual(await connection.query('SELECT 1 AS one'), [{ one: 1 }])
  }
  for await (const { count } of streamRows(connection, 'SELECT id FROM shop.n WHERE id < 0')) assert.equal(count, 0)
})

test('rows of 16 MB and more come whole', async () => {
  await using connection = await connectMariadb(server.settings, { where: 'test' })
  const sizes = [40_000_000, 0xff_ffff - 11, 0xff_ffff - 10, 0xff_ffff - 9, 5]
  for (const [i, size] of sizes.entries()) {
    await server.query('INSERT INTO shop.big VALUES (?, REPEAT(CHAR(65 + ?), ?))', [i, i, size])
  }
  const seen: number[] = []
  for await (const { buffer, starts, ends, count } of streamRows(connection, 'SELECT b FROM shop.big ORDER BY id')) {
    for (let i = 0; i < count; i++) {
      const size = sizes[seen.length] ?? 0
      const value = buffer.subarray((ends[i] ?? 0) - size, ends[i])
      assert.equal((ends[i] ?? 0) - (starts[i] ?? 0), size + 2 + (size < 251 ? 1 : size < 0x1_0000_00 ? 4 : 9))
      assert.ok(value.equals(Buffer.alloc(size, 65 + seen.length)))
      seen.push(size)
    }
  }
  assert.deepEqual(seen, sizes)
})

test('an error before or between the rows is a CdcError, and the connection goes on', async () => {
  await using connection = await connectMariadb(server.settings, { where: 'test' })
  const rows = async (sql: string): Promise<number> => {
    let count = 0
    for await (const batch of streamRows(connection, sql)) count += batch.count
    return count
  }
  await assert.rejects(rows('SELECT nonsense FROM shop.n'), isCode('CDC-M17'))
  await assert.rejects(rows('SELECT * FROM mysql.nosuch'), isCode('CDC-M17'))
  const inTheMiddle = `SELECT id, IF(id < 90000, 1, (SELECT 1 UNION SELECT 2)) FROM shop.n`
  await assert.rejects(rows(inTheMiddle), isCode('CDC-M17'))
  await assert.rejects(rows('SET STATEMENT max_statement_time = 0.05 FOR SELECT SLEEP(1), id FROM shop.n'), CdcError)
  assert.equal(await rows('SELECT id FROM shop.n'), 100_000)
})

test('a table altered under a snapshot is CDC-L04', async () => {
  await using snapshot = await openSnapshot(server.settings, { where: 'test' })
  await server.query(
    'CREATE TABLE shop.late (id INT PRIMARY KEY); INSERT INTO shop.late VALUES (1); ALTER TABLE shop.n ADD COLUMN x INT, ALGORITHM=COPY',
  )
  await assert.rejects(async () => {
    for await (const batch of streamRows(snapshot.connection, 'SELECT * FROM shop.n')) assert.ok(batch.count >= 0)
  }, isCode('CDC-L04'))
})

test('the server waits while the consumer works', async () => {
  await server.query(`USE shop; CREATE TABLE shop.wide (id INT PRIMARY KEY, t MEDIUMTEXT);
    INSERT INTO shop.wide SELECT seq, REPEAT('x', 50000) FROM seq_1_to_1000`)
  await using connection = await connectMariadb(server.settings, { where: 'test' })
  let rows = 0
  for await (const { count } of streamRows(connection, 'SELECT * FROM shop.wide')) {
    if (rows === 0) {
      await waitFor(async () => {
        const threads = await server.query<{ Id: number; State: string }>('SHOW PROCESSLIST')
        return threads.some(({ Id, State }) => Id === connection.threadId && State === 'Writing to net')
      })
    }
    rows += count
  }
  assert.equal(rows, 1000)
})

test('left early, the connection is closed', async () => {
  const connection = await connectMariadb(server.settings, { where: 'test' })
  for await (const batch of streamRows(connection, 'SELECT * FROM shop.wide')) {
    assert.ok(batch.count > 0)
    break
  }
  await assert.rejects(connection.query('SELECT 1'), isCode('CDC-M01'))
})

test('a connection that was cut off between two queries is said to be so', async () => {
  const connection = await connectMariadb(server.settings, { where: 'test' })
  await server.query(`KILL ${connection.threadId}`)
  // The end of it has come and gone before anybody reads rows.
  await sleep(200)
  await assert.rejects(async () => {
    for await (const batch of streamRows(connection, 'SELECT * FROM shop.wide')) assert.ok(batch.count > 0)
  }, isCode('CDC-M01'))
})
