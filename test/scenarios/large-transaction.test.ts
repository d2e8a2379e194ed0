// A transaction much larger than a batch, and transactions of unusual kinds: whole or not at all, in bounded memory.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPipeline } from '../harness/pipeline.ts'

const rows = 200_000

test('200,000 rows in one transaction appear at once, and the worker stays small', { timeout: 240_000 }, async () => {
  await using pipeline = await startPipeline({
    sql: `CREATE TABLE T_BIG (id INT PRIMARY KEY, a BIGINT, b DECIMAL(12,2), c VARCHAR(80), d DATETIME(6), e TEXT);
          CREATE TABLE T_DONE (step INT PRIMARY KEY);`,
    tables: ['T_BIG', 'T_DONE'],
  })
  await pipeline.cdc('up', 'trading')
  const client = await pipeline.postgres.connect()
  const seen = new Set<string>()
  const stop = new AbortController()
  const watching = (async () => {
    while (!stop.signal.aborted) {
      const { rows: found } = await client.query<{ seen: string }>(
        `SELECT count(*) || ' ' || coalesce(sum(a), 0) AS seen FROM mp_cdc.t_big`,
      )
      seen.add(found[0]?.seen ?? '')
      await sleep(20)
    }
  })()
  const sum = (rows * (rows + 1)) / 2
  try {
    await pipeline.source(
      `START TRANSACTION;
       INSERT INTO T_BIG SELECT seq, seq, seq / 3, CONCAT('text ', seq, ' é😀'), NOW(6), IF(seq % 5, NULL, REPEAT('long ', seq % 40)) FROM seq_1_to_${rows};
       INSERT INTO T_DONE VALUES (1);
       COMMIT;
       START TRANSACTION;
       UPDATE T_BIG SET a = a + 1, c = CONCAT(c, '!');
       DELETE FROM T_BIG WHERE id % 2 = 0;
       INSERT INTO T_DONE VALUES (2);
       COMMIT;
       START TRANSACTION;
       UPDATE T_BIG SET id = id + ${rows};
       INSERT INTO T_DONE VALUES (3);
       COMMIT;`,
    )
    await pipeline.equal('T_DONE')
    await pipeline.equal('T_BIG')
  } finally {
    stop.abort()
    await watching
    await client.end()
  }
  const odd = rows / 2
  const sumOdd = odd * odd + odd
  const allowed = new Set(['0 0', `${rows} ${sum}`, `${odd} ${sumOdd}`])
  assert.deepEqual(
    [...seen].filter((state) => !allowed.has(state)),
    [],
    'states that the source never had',
  )
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pipeline.worker.pid}/status`, 'utf8'))?.[1] ?? 0)
  assert.ok(peak < 700 * 1024, `the worker's peak was ${Math.round(peak / 1024)} MB`)
})

test('savepoints, XA, empty and rolled back transactions, and tables without transactions', async () => {
  await using pipeline = await startPipeline({
    sql: `CREATE TABLE T_A (id INT PRIMARY KEY, v INT); CREATE TABLE T_B (id INT PRIMARY KEY, v INT);
          CREATE TABLE T_MYISAM (id INT PRIMARY KEY, v INT) ENGINE = MyISAM;
          INSERT INTO T_A VALUES (1, 1), (2, 2), (3, 3); INSERT INTO T_MYISAM VALUES (1, 1);`,
    tables: ['T_A', 'T_B', 'T_MYISAM'],
  })
  await pipeline.cdc('up', 'trading')
  await pipeline.source(
    `START TRANSACTION; UPDATE T_A SET v = 10 WHERE id = 1; SAVEPOINT s; UPDATE T_A SET v = 99; INSERT INTO T_B VALUES (99, 99); ROLLBACK TO SAVEPOINT s; INSERT INTO T_B VALUES (1, 1); COMMIT;
     START TRANSACTION; UPDATE T_A SET v = 77; ROLLBACK;
     START TRANSACTION; UPDATE T_A SET v = v WHERE id = 1; COMMIT;
     START TRANSACTION; UPDATE T_A SET id = 4 WHERE id = 3; UPDATE T_A SET id = 3 WHERE id = 2; UPDATE T_A SET id = 2 WHERE id = 4; COMMIT;
     START TRANSACTION; DELETE FROM T_A WHERE id = 1; INSERT INTO T_A VALUES (1, 1000); COMMIT;
     INSERT INTO T_MYISAM VALUES (2, 2), (3, 3); START TRANSACTION; INSERT INTO T_A VALUES (50, 50); UPDATE T_MYISAM SET v = 5; ROLLBACK;`,
  )
  const one = await pipeline.mariadb.connect({ database: pipeline.schema })
  await one.query("XA START 'x1'; INSERT INTO T_B VALUES (2, 2); XA END 'x1'; XA PREPARE 'x1'")
  await one.end()
  await pipeline.source('INSERT INTO T_B VALUES (3, 3)')
  // The prepared one is not there before its commit, however long it takes.
  await pipeline.postgres.query('SELECT 1')
  await pipeline.equal('T_B')
  const two = await pipeline.mariadb.connect({ database: pipeline.schema })
  await two.query("XA COMMIT 'x1'")
  await two.query("XA START 'x2'; INSERT INTO T_B VALUES (4, 4); XA END 'x2'; XA PREPARE 'x2'; XA ROLLBACK 'x2'")
  await two.query("XA START 'x3'; INSERT INTO T_B VALUES (5, 5); XA END 'x3'; XA COMMIT 'x3' ONE PHASE")
  await two.end()
  await pipeline.source('INSERT INTO T_B VALUES (6, 6)')
  for (const table of ['T_A', 'T_B', 'T_MYISAM']) await pipeline.equal(table)
  assert.deepEqual(
    await pipeline.postgres.query('SELECT id FROM mp_cdc.t_b ORDER BY id'),
    [1, 2, 3, 5, 6].map((id) => ({ id })),
  )
})
