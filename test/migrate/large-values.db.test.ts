import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startMariadb } from '../harness/start-mariadb.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import { configs, load } from './configs.ts'

/** About the size from which a value is not copied, and that at which a packet of MariaDB's protocol is split. */
const sizes = [0, 1, 262_143, 262_144, 262_145, 1_000_000, 16_777_200, 16_777_215, 16_777_216, 40_000_000]

test('values of all sizes stay whole between small ones, whatever the batch size', async () => {
  await using mariadb = await startMariadb({ settings: { max_allowed_packet: '256M', innodb_log_file_size: '256M' } })
  await using postgres = await startPostgres()
  await mariadb.createDatabases('large')
  await mariadb.query('CREATE TABLE large.t (id INT PRIMARY KEY, a LONGBLOB, b INT NOT NULL, c LONGTEXT, d JSON)')
  const digest = 'coalesce(length(a), -1) AS a, md5(a) AS am, b, coalesce(length(c), -1) AS c, md5(c) AS cm'
  for (const [i, size] of sizes.entries()) {
    await mariadb.query(
      `INSERT INTO large.t VALUES (?, REPEAT(CHAR(?), ?), ?, REPEAT('é', ? DIV 2), CONCAT('"', REPEAT('j', ?), '"')),
        (?, NULL, 0, 'x', NULL), (?, '', 1, NULL, '1')`,
      [...[i * 10, i, size, size, size, Math.min(size, 1_000_000)], ...[i * 10 + 1, i * 10 + 2]],
    )
  }
  const wanted = await mariadb.query(`SELECT id, ${digest}, length(d) AS d FROM large.t ORDER BY id`)
  for (const batchSize of [1, 4, 100_000]) {
    await load(configs(mariadb, postgres, 'large'), { replace: true, batchSize, threshold: 8, chunkWorkers: 2 })
    const found = await postgres.query(
      `SELECT id, ${digest.replaceAll('length(c)', "length(convert_to(c, 'UTF8'))")}, octet_length(d::text) AS d
       FROM mp_cdc.t ORDER BY id`,
    )
    assert.deepEqual(
      found.map((row) => Object.values(row).map(String)),
      wanted.map((row) => Object.values(row).map(String)),
      `batch size ${batchSize}`,
    )
  }
})
