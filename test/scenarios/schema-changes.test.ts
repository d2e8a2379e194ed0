// Schema changes come through the stream at their place among the rows, under load; what cannot be followed stops the
// connector with a code, and loading the table again sets it going.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWriter } from '../harness/background-writer.ts'
import { startPipeline } from '../harness/pipeline.ts'
import { waitFor } from '../harness/wait-for.ts'

const sql = `
  CREATE TABLE T_MAIN (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(60), n INT NOT NULL DEFAULT 0);
  INSERT INTO T_MAIN (name) SELECT CONCAT('row ', seq) FROM seq_1_to_500;
  CREATE TABLE T_OLD (id INT PRIMARY KEY, v DECIMAL(8,2));
  INSERT INTO T_OLD SELECT seq, seq / 4 FROM seq_1_to_100;
  CREATE TABLE T_TEMP (id INT PRIMARY KEY);
  INSERT INTO T_TEMP SELECT seq FROM seq_1_to_100;`

const exists = "SELECT to_regclass('mp_cdc.' || $1) IS NOT NULL AS it"

test('changes that can be followed are followed, in order, under load', async () => {
  await using pipeline = await startPipeline({ sql, tables: ['.*'] })
  const { mariadb, postgres, schema } = pipeline
  await pipeline.cdc('up', 'trading')
  await using writer = startWriter({
    mariadb,
    database: schema,
    pauseMs: 3,
    transaction: (round) => [
      `INSERT INTO T_MAIN (name, n) VALUES ('new ${round}', ${round})`,
      `UPDATE T_MAIN SET name = 'changed ${round}', n = n + 1 WHERE id = ${1 + (round % 500)}`,
    ],
  })
  const someCommits = async (): Promise<void> => {
    const now = writer.commits
    await waitFor(() => writer.commits > now + 20)
  }
  await someCommits()
  await pipeline.source('CREATE TABLE T_NEW (id INT PRIMARY KEY, text VARCHAR(40), at DATETIME(3))')
  await pipeline.source("INSERT INTO T_NEW VALUES (1, 'ä', '2024-02-29 12:00:00.125'), (2, NULL, NULL)")
  await someCommits()
  await pipeline.source("ALTER TABLE T_MAIN ADD COLUMN grade VARCHAR(10) DEFAULT 'none', ADD COLUMN score DECIMAL(6,2)")
  await pipeline.source("UPDATE T_MAIN SET grade = 'gut', score = 1.5 WHERE id % 7 = 0")
  await someCommits()
  await pipeline.source('ALTER TABLE T_MAIN DROP COLUMN score')
  await someCommits()
  await pipeline.source('RENAME TABLE T_OLD TO T_RENAMED')
  await pipeline.source('INSERT INTO T_RENAMED VALUES (1000, 7.25)')
  await pipeline.source('TRUNCATE TABLE T_TEMP')
  await pipeline.source('INSERT INTO T_TEMP VALUES (7)')
  await pipeline.source("ALTER TABLE T_MAIN ADD INDEX k_name (name), COMMENT = 'no effect on rows'")
  await someCommits()
  await writer.stop()
  for (const table of ['T_MAIN', 'T_NEW', 'T_RENAMED', 'T_TEMP']) await pipeline.equal(table)
  assert.deepEqual(await postgres.query(exists, ['t_old']), [{ it: false }])

  await pipeline.source('DROP TABLE T_TEMP')
  await waitFor(async () => (await postgres.query<{ it: boolean }>(exists, ['t_temp']))[0]?.it === false, {
    what: 't_temp to be dropped',
  })
  // A name that comes back is a new table.
  await pipeline.source(
    "CREATE TABLE T_TEMP (code CHAR(3) PRIMARY KEY, v DOUBLE); INSERT INTO T_TEMP VALUES ('abc', 0.1)",
  )
  await pipeline.equal('T_TEMP')
  await pipeline.waitForState('postgres-sink-trading', 'RUNNING')
  await pipeline.cdc('verify', 'trading')
})

test('a change that is not applied by itself stops the connector with its code; loading again sets it going', async () => {
  await using pipeline = await startPipeline({ sql, tables: ['.*'] })
  await pipeline.cdc('up', 'trading')
  await pipeline.source('ALTER TABLE T_OLD MODIFY v VARCHAR(20)')
  await pipeline.source("INSERT INTO T_OLD VALUES (999, 'text now')")
  const trace = await pipeline.waitForState('postgres-sink-trading', 'FAILED')
  assert.match(trace, /CDC-D0[123]/)
  assert.match(trace, /T_OLD/)
  const list = await pipeline.cdc('connectors')
  assert.match(list.stdout, /postgres-sink-trading.*FAILED/)
  const status = await pipeline.project.cdc(['connector-status', 'postgres-sink-trading', '--exit-status'])
  assert.equal(status.code, 4)
  assert.match(status.stdout, /CDC-D0[123][\s\S]*fix: /)

  await pipeline.cdc('migrate', '--database', 'trading', '--tables', 'T_OLD', '--replace')
  await pipeline.cdc('restart', 'sink', 'trading')
  await pipeline.waitForState('postgres-sink-trading', 'RUNNING')
  await pipeline.source("INSERT INTO T_OLD VALUES (1001, 'later'); INSERT INTO T_MAIN (name) VALUES ('later')")
  for (const table of ['T_OLD', 'T_MAIN', 'T_TEMP']) await pipeline.equal(table)
})
