import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { openPipeline } from './pipeline.ts'
import type { Pipeline } from './pipeline.ts'

describe('changes in the stream', () => {
  let pipeline: Pipeline

  before(async () => {
    pipeline = await openPipeline()
  })
  after(async () => await pipeline[Symbol.asyncDispose]())

  async function equal(...tables: readonly string[]): Promise<void> {
    assert.deepEqual(await pipeline.compare(...tables), [])
  }

  test('inserts, updates, deletes, changed keys, rows changed twice', async () => {
    await pipeline.run(
      'CREATE TABLE T_DEAL (ID int PRIMARY KEY, Name varchar(40), amount decimal(12,2), paid bit(1))',
      `INSERT INTO T_DEAL VALUES (1, 'one', 1.50, b'1'), (2, 'zwei', -2.25, b'0'), (3, NULL, NULL, NULL)`,
      'BEGIN',
      `UPDATE T_DEAL SET Name = 'two' WHERE ID = 2`,
      'UPDATE T_DEAL SET ID = 20 WHERE ID = 2',
      `UPDATE T_DEAL SET amount = 99 WHERE ID = 20`,
      'DELETE FROM T_DEAL WHERE ID = 1',
      `INSERT INTO T_DEAL VALUES (1, 'again', 0, b'1'), (4, '四', 4, b'1')`,
      'DELETE FROM T_DEAL WHERE ID = 4',
      'COMMIT',
      'UPDATE T_DEAL SET ID = ID + 100 ORDER BY ID DESC',
    )
    await equal('T_DEAL')
    const rows = await pipeline.postgres.query('SELECT id, name, paid FROM mp_cdc.t_deal ORDER BY id')
    assert.deepEqual(rows, [
      { id: 101, name: 'again', paid: true },
      { id: 103, name: null, paid: null },
      { id: 120, name: 'two', paid: false },
    ])
  })

  test('many rows in one statement, more than a direct write takes, with composite and text keys', async () => {
    await pipeline.run(
      'CREATE TABLE T_LEG (city varchar(30), n int, v varchar(50), PRIMARY KEY (n, city))',
      `INSERT INTO T_LEG SELECT CONCAT('Ort ', seq MOD 7), seq, REPEAT('x', seq MOD 40) FROM seq_1_to_5000`,
      `UPDATE T_LEG SET v = 'changed' WHERE n MOD 3 = 0`,
      'DELETE FROM T_LEG WHERE n MOD 5 = 0',
      `UPDATE T_LEG SET city = CONCAT(city, '!') WHERE n < 500`,
    )
    await equal('T_LEG')
  })

  test('values of a unique index that move between rows', async () => {
    await pipeline.run(
      'CREATE TABLE T_RANK (id int PRIMARY KEY, place int, UNIQUE (place))',
      'INSERT INTO T_RANK SELECT seq, seq FROM seq_1_to_300',
    )
    await equal('T_RANK')
    await pipeline.postgres.query('CREATE UNIQUE INDEX place_is_unique ON mp_cdc.t_rank (place)')
    await pipeline.stopSink()
    pipeline.startSink()
    await pipeline.run(
      'BEGIN',
      'UPDATE T_RANK SET place = -1 WHERE id = 1',
      'UPDATE T_RANK SET place = 1 WHERE id = 2',
      'UPDATE T_RANK SET place = 2 WHERE id = 1',
      'COMMIT',
      'UPDATE T_RANK SET place = place + 1 ORDER BY place DESC',
      'UPDATE T_RANK SET place = place - 1 ORDER BY place',
    )
    await equal('T_RANK')
  })

  test('a table without a key keeps its duplicates', async () => {
    await pipeline.run(
      'CREATE TABLE T_LOG (at datetime(6), line text, doc json)',
      `INSERT INTO T_LOG VALUES ('2026-01-01 10:00:00.000001', 'same', '{"a":1}'), ('2026-01-01 10:00:00.000001', 'same', '{"a":1}'), (NULL, NULL, NULL)`,
      `INSERT INTO T_LOG SELECT NULL, CONCAT('line ', seq MOD 10), NULL FROM seq_1_to_400`,
      `DELETE FROM T_LOG WHERE line = 'same' LIMIT 1`,
      `UPDATE T_LOG SET line = 'line 1' WHERE line = 'line 2' LIMIT 5`,
      `DELETE FROM T_LOG WHERE line IN ('line 3', 'line 4')`,
    )
    await equal('T_LOG')
  })

  test('truncate, and a table dropped and made again', async () => {
    await pipeline.run(
      'CREATE TABLE T_TMP (id int PRIMARY KEY)',
      'INSERT INTO T_TMP VALUES (1), (2)',
      'TRUNCATE TABLE T_TMP',
      'INSERT INTO T_TMP VALUES (3)',
    )
    await equal('T_TMP')
    await pipeline.run(
      'DROP TABLE T_TMP',
      'CREATE TABLE T_TMP (name varchar(10) PRIMARY KEY)',
      `INSERT INTO T_TMP VALUES ('a')`,
    )
    await equal('T_TMP')
  })

  test('rows rolled back to a savepoint, with a table that takes no part in transactions', async () => {
    await pipeline.run(
      'CREATE TABLE T_SP (id int PRIMARY KEY, v varchar(10)) ENGINE=InnoDB',
      'CREATE TABLE T_MY (id int PRIMARY KEY, v varchar(10)) ENGINE=MyISAM',
      'BEGIN',
      `INSERT INTO T_SP VALUES (1, 'kept')`,
      'SAVEPOINT a',
      `INSERT INTO T_SP VALUES (2, 'undone')`,
      `INSERT INTO T_MY VALUES (1, 'stays')`,
      'SAVEPOINT B',
      `INSERT INTO T_SP VALUES (3, 'undone')`,
      'ROLLBACK TO SAVEPOINT A',
      `INSERT INTO T_SP VALUES (4, 'kept')`,
      'COMMIT',
      'BEGIN',
      'SAVEPOINT a',
      `INSERT INTO T_SP VALUES (5, 'kept')`,
      'RELEASE SAVEPOINT a',
      'COMMIT',
    )
    await equal('T_SP', 'T_MY')
  })

  test('XA: rows appear with the commit, those of a rollback never', async () => {
    await pipeline.run(
      'CREATE TABLE T_XA (id int PRIMARY KEY)',
      'CREATE TABLE elsewhere.t (id int PRIMARY KEY)',
      "XA START 'first'",
      'INSERT INTO T_XA VALUES (1)',
      "XA END 'first'",
      "XA PREPARE 'first'",
    )
    await pipeline.settle()
    assert.deepEqual(await pipeline.postgres.query('SELECT * FROM mp_cdc.t_xa'), [])
    await pipeline.run(
      "XA COMMIT 'first'",
      "XA START 'second'",
      'INSERT INTO T_XA VALUES (2)',
      "XA END 'second'",
      "XA PREPARE 'second'",
      "XA ROLLBACK 'second'",
      "XA START 'third'",
      'INSERT INTO elsewhere.t VALUES (1)',
      "XA END 'third'",
      "XA PREPARE 'third'",
      "XA COMMIT 'third'",
    )
    await equal('T_XA')
    assert.deepEqual(await pipeline.postgres.query('SELECT * FROM cdc.prepared'), [])
  })

  test('columns added and dropped, tables renamed and swapped, copies made', async () => {
    await pipeline.run(
      'CREATE TABLE T_A (id int PRIMARY KEY, v varchar(20))',
      `INSERT INTO T_A VALUES (1, 'x')`,
      `ALTER TABLE T_A ADD COLUMN note varchar(30) NOT NULL DEFAULT 'none' AFTER id, ADD COLUMN n int`,
      `INSERT INTO T_A VALUES (2, 'noted', 'y', 5)`,
      'ALTER TABLE T_A DROP COLUMN v',
      `INSERT INTO T_A VALUES (3, 'third', 6)`,
      'CREATE TABLE T_B LIKE T_A',
      `INSERT INTO T_B VALUES (7, 'seven', 7)`,
      'RENAME TABLE T_A TO T_X, T_B TO T_A, T_X TO T_B',
      'CREATE TABLE T_C AS SELECT * FROM T_B',
      'ALTER TABLE T_C ADD INDEX (n), ENGINE=InnoDB',
      'DELETE FROM T_B WHERE id = 1',
    )
    await equal('T_A', 'T_B', 'T_C')
  })

  test('what is made or dropped on a condition happens or does not, as it did on the source', async () => {
    await pipeline.run(
      'CREATE TABLE T_IF (id int PRIMARY KEY, v int, KEY k (v))',
      'CREATE TABLE IF NOT EXISTS T_IF (other int)',
      'INSERT INTO T_IF VALUES (1, 1)',
      'ALTER TABLE T_IF ADD COLUMN IF NOT EXISTS V varchar(9), ADD COLUMN IF NOT EXISTS (w int DEFAULT 5, id text)',
      'INSERT INTO T_IF VALUES (2, 2, 2)',
      'ALTER TABLE T_IF ADD COLUMN IF NOT EXISTS w int, DROP COLUMN IF EXISTS nothing, DROP COLUMN IF EXISTS v',
      'INSERT INTO T_IF VALUES (3, 3)',
      'ALTER TABLE T_IF ADD INDEX IF NOT EXISTS k (w)',
      'DROP INDEX IF EXISTS nothing ON T_IF',
      'ALTER TABLE T_IF DROP INDEX IF EXISTS nothing, DROP CONSTRAINT IF EXISTS nothing, DROP FOREIGN KEY IF EXISTS nothing',
      'CREATE INDEX IF NOT EXISTS k ON T_IF (w)',
      'DROP TABLE IF EXISTS nothing, T_IF2',
      'CREATE OR REPLACE TABLE T_IF2 (id int PRIMARY KEY)',
      'INSERT INTO T_IF2 VALUES (1)',
      'CREATE TABLE IF NOT EXISTS T_IF2 SELECT 2 AS id',
    )
    await equal('T_IF', 'T_IF2')
  })

  test('databases that are not captured move the position and nothing else', async () => {
    await pipeline.run('CREATE TABLE elsewhere.t2 (id int PRIMARY KEY)', 'INSERT INTO elsewhere.t2 VALUES (1)')
    await pipeline.settle()
  })

  test('a transaction much larger than a batch', async () => {
    await pipeline.run(
      'CREATE TABLE T_BIG (id int PRIMARY KEY, v varchar(100))',
      `INSERT INTO T_BIG SELECT seq, CONCAT('value ', seq) FROM seq_1_to_60000`,
      'BEGIN',
      `UPDATE T_BIG SET v = CONCAT(v, '!')`,
      'DELETE FROM T_BIG WHERE id MOD 3 = 0',
      'COMMIT',
    )
    await equal('T_BIG')
  })

  test('other values are written by a second connection while PostgreSQL goes away and comes back', async () => {
    await pipeline.run('CREATE TABLE T_PG (id int PRIMARY KEY)', 'INSERT INTO T_PG VALUES (1)')
    await pipeline.settle()
    await pipeline.postgres.kill9()
    await pipeline.run('INSERT INTO T_PG VALUES (2)')
    await pipeline.postgres.start()
    await pipeline.run('INSERT INTO T_PG VALUES (3)')
    await equal('T_PG')
  })
})

describe('what stops a sink', () => {
  async function stopped(pipeline: Pipeline): Promise<CdcError> {
    const failure = await pipeline.failure()
    assert.ok(failure instanceof CdcError, String(failure))
    return failure
  }

  test('a row that PostgreSQL refuses: code, table, key and transaction are named; the rest is applied', async () => {
    await using pipeline = await openPipeline()
    await pipeline.run('CREATE TABLE T_R (id int PRIMARY KEY, v int)', 'INSERT INTO T_R VALUES (1, 1)')
    await pipeline.settle()
    await pipeline.postgres.query('ALTER TABLE mp_cdc.t_r ADD CHECK (v < 1000)')
    await pipeline.run(
      'INSERT INTO T_R SELECT seq, 1 FROM seq_2_to_400',
      'INSERT INTO T_R VALUES (500, 1), (501, 1000), (502, 1)',
      'INSERT INTO T_R VALUES (600, 1)',
    )
    const error = await stopped(pipeline)
    assert.equal(error.code, 'CDC-S01')
    assert.match(error.details.join('\n'), /key: id=501/)
    assert.match(error.details.join('\n'), /gtid: \d+-\d+-\d+/)
    assert.match(error.fix, /restart/)
    const rows = await pipeline.postgres.query<{ n: string }>('SELECT count(*) AS n FROM mp_cdc.t_r')
    assert.equal(String(rows[0]?.n), '400')
    await pipeline.postgres.query('ALTER TABLE mp_cdc.t_r DROP CONSTRAINT t_r_v_check')
    pipeline.startSink()
    assert.deepEqual(await pipeline.compare('T_R'), [])
  })

  const stops: readonly { readonly what: string; readonly code: string; readonly statements: readonly string[] }[] = [
    { what: 'a changed type', code: 'CDC-D01', statements: ['ALTER TABLE T_S MODIFY v bigint'] },
    { what: 'a renamed column', code: 'CDC-D01', statements: ['ALTER TABLE T_S RENAME COLUMN v TO w'] },
    {
      what: 'a default of its own per row',
      code: 'CDC-D01',
      statements: ['ALTER TABLE T_S ADD u varchar(36) DEFAULT uuid()'],
    },
    {
      what: 'a change logged as a statement',
      code: 'CDC-M14',
      statements: ['SET SESSION binlog_format = STATEMENT', 'UPDATE T_S SET v = 3'],
    },
    {
      what: 'a partial row image',
      code: 'CDC-M08',
      statements: ['SET SESSION binlog_row_image = MINIMAL', 'UPDATE T_S SET v = 4'],
    },
    {
      what: 'a table of unknown rows that takes a captured name',
      code: 'CDC-D01',
      statements: ['CREATE TABLE _T_S (id int PRIMARY KEY, v int)', 'RENAME TABLE T_S TO _T_OLD, _T_S TO T_S'],
    },
  ]
  test('schema changes and kinds of logging that cannot be followed', async (t) => {
    await using pipeline = await openPipeline()
    for (const { what, code, statements } of stops) {
      await t.test(what, async () => {
        await pipeline.run('DROP TABLE IF EXISTS T_S', 'CREATE TABLE T_S (id int PRIMARY KEY, v int)')
        await pipeline.run('INSERT INTO T_S VALUES (1, 1)')
        await pipeline.settle()
        await pipeline.run(...statements)
        const error = await stopped(pipeline)
        assert.equal(error.code, code, error.message)
        assert.match(error.fix, /cdc migrate|SET GLOBAL/)
        // A load that comes later contains what stopped the sink: it passes over it.
        const position = await pipeline.mariadb.gtidPosition()
        await pipeline.postgres.query('UPDATE cdc.tables SET low = $1, high = $1', [position])
        await pipeline.postgres.query('UPDATE cdc.sink SET tables_version = tables_version + 1')
        pipeline.startSink()
        await pipeline.settle()
      })
    }
  })

  test('a row missing from a table without a key', async () => {
    await using pipeline = await openPipeline()
    await pipeline.run('CREATE TABLE T_K (v int)', 'INSERT INTO T_K VALUES (1), (1), (2)')
    await pipeline.settle()
    await pipeline.postgres.query('DELETE FROM mp_cdc.t_k WHERE v = 2')
    await pipeline.run('DELETE FROM T_K WHERE v = 2')
    const error = await stopped(pipeline)
    assert.equal(error.code, 'CDC-S04', error.message)
  })

  test('another worker on the same sink is told so; the owner goes on', async () => {
    await using pipeline = await openPipeline()
    await pipeline.run('CREATE TABLE T_F (id int PRIMARY KEY)', 'INSERT INTO T_F VALUES (1)')
    await pipeline.settle()
    await pipeline.postgres.query(
      `UPDATE cdc.sink SET owner = 'worker-two', epoch = epoch + 1, heartbeat_at = clock_timestamp()`,
    )
    await pipeline.run('INSERT INTO T_F VALUES (2)')
    const fenced = await stopped(pipeline)
    assert.equal(fenced.code, 'CDC-S02')
    assert.deepEqual(await pipeline.postgres.query('SELECT id FROM mp_cdc.t_f'), [{ id: 1 }])
    pipeline.startSink()
    const beats = setInterval(() => {
      void pipeline.postgres.query('UPDATE cdc.sink SET heartbeat_at = clock_timestamp()').catch(() => undefined)
    }, 200)
    const refused = await stopped(pipeline).finally(() => clearInterval(beats))
    assert.equal(refused.code, 'CDC-S02')
    assert.match(refused.what, /worker-two/)
    await pipeline.postgres.query(`UPDATE cdc.sink SET heartbeat_at = clock_timestamp() - interval '1 minute'`)
    await pipeline.postgres.query(`UPDATE cdc.position SET applied_at = clock_timestamp() - interval '1 minute'`)
    pipeline.startSink()
    assert.deepEqual(await pipeline.compare('T_F'), [])
  })
})
