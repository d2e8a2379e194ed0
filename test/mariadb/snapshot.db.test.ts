import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPosition, parsePosition } from '../../src/core/gtid.ts'
import { connectMariadb } from '../../src/mariadb/connection.ts'
import { openSnapshot, snapshotSteps } from '../../src/mariadb/snapshot.ts'
import { startMariadb } from '../harness/start-mariadb.ts'

test('what a snapshot reads is exactly what its position says, while others write', async () => {
  await using server = await startMariadb()
  await server.createDatabases('shop')
  // One row for each transaction: after the transaction with sequence number n there are n - offset rows.
  await server.query('CREATE TABLE shop.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, w INT)')
  const offset = parsePosition(await server.gtidPosition()).get(0)?.sequence ?? 0n
  const stop = new AbortController()
  const writers = Array.from({ length: 6 }, async (_, w) => {
    const connection = await server.connect()
    while (!stop.signal.aborted) await connection.query('INSERT INTO shop.t (w) VALUES (?)', [w])
    await connection.end()
  })
  const seen = new Set<string>()
  for (let round = 0; round < 60; round++) {
    await using snapshot = await openSnapshot(server.settings, { where: 'test' })
    const [row] = await snapshot.connection.query<{ n: string }>('SELECT COUNT(*) AS n FROM shop.t')
    const sequence = snapshot.position.get(0)?.sequence ?? 0n
    assert.equal(BigInt(row?.n ?? 0), sequence - offset, `round ${round}`)
    seen.add(formatPosition(snapshot.position))
    if (round === 30) await server.query('FLUSH BINARY LOGS')
  }
  stop.abort()
  await Promise.all(writers)
  assert.ok(seen.size > 30, `the writers were too slow for the test: ${seen.size} positions`)
})

test('the position of a snapshot may be asked for after others have written', async () => {
  await using server = await startMariadb()
  await server.createDatabases('shop')
  await server.query('CREATE TABLE shop.t (id INT PRIMARY KEY)')
  await using connection = await connectMariadb(server.settings, { where: 'test' })
  const steps = snapshotSteps(connection)
  for (const flush of ['', '; FLUSH BINARY LOGS']) {
    await steps.prepare()
    const before = await server.gtidPosition()
    await steps.open()
    await server.query(`REPLACE INTO shop.t VALUES (1), (2)${flush}`)
    assert.equal(formatPosition(await steps.position()), before)
  }
})

test('every domain is in the position, but none that is younger than the snapshot', async () => {
  await using server = await startMariadb()
  await server.createDatabases('shop')
  await server.query('CREATE TABLE shop.t (id INT PRIMARY KEY); SET gtid_domain_id = 7; INSERT INTO shop.t VALUES (1)')
  await server.query('FLUSH BINARY LOGS')
  await using snapshot = await openSnapshot(server.settings, { where: 'test' })
  await server.query('SET gtid_domain_id = 9; INSERT INTO shop.t VALUES (2)')
  assert.deepEqual(
    [...snapshot.position.keys()].toSorted((a, b) => a - b),
    [0, 7],
  )
  assert.deepEqual(await snapshot.connection.query('SELECT id FROM shop.t'), [{ id: 1 }])
})

test('on a server at rest the binary log is not read for a position; without BINLOG MONITOR it is', async () => {
  await using server = await startMariadb({ settings: { general_log: 'ON', log_output: 'TABLE' } })
  await server.createDatabases('shop')
  await server.query(`SET SESSION sql_log_bin = 0; CREATE USER plain IDENTIFIED BY 'x';
    GRANT SELECT, REPLICATION SLAVE ON *.* TO plain`)
  for (const [name, settings, expected] of [
    ['cdc', server.settings, 0],
    ['plain', { ...server.settings, user: 'plain', password: 'x' }, 1],
  ] as const) {
    await using snapshot = await openSnapshot(settings, { where: 'test' })
    assert.equal(formatPosition(snapshot.position), await server.gtidPosition())
    const [row] = await server.query<{ n: number }>(
      `SELECT COUNT(*) AS n FROM mysql.general_log WHERE user_host LIKE '${name}%' AND argument LIKE '%BINLOG\\_GTID\\_POS%'`,
    )
    assert.equal(Number(row?.n), expected, name)
  }
})
