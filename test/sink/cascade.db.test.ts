import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { openPipeline } from './pipeline.ts'
import type { Pipeline } from './pipeline.ts'

// What foreign keys do to other tables is not in the binary log.
describe('foreign keys that change rows', () => {
  let pipeline: Pipeline

  before(async () => {
    pipeline = await openPipeline()
  })
  after(async () => await pipeline[Symbol.asyncDispose]())

  async function equal(...tables: readonly string[]): Promise<void> {
    assert.deepEqual(await pipeline.compare(...tables), [])
  }

  test('deletes and updates go down through several levels, also by several columns', async () => {
    await pipeline.run(
      'CREATE TABLE HOST (id int, zone varchar(10), name varchar(10), PRIMARY KEY (id, zone))',
      `CREATE TABLE ITEM (id int PRIMARY KEY, Host_Id int, zone varchar(10), v int, KEY (Host_Id, zone),
         CONSTRAINT item_host FOREIGN KEY (Host_Id, zone) REFERENCES HOST (id, zone) ON DELETE CASCADE ON UPDATE CASCADE)`,
      `CREATE TABLE HISTORY (id int PRIMARY KEY, item_id int REFERENCES ITEM (id) ON DELETE CASCADE, at datetime)`,
      `CREATE TABLE NOTE (id int PRIMARY KEY, item_id int NULL, text varchar(20),
         FOREIGN KEY (item_id) REFERENCES ITEM (id) ON DELETE SET NULL ON UPDATE SET NULL)`,
      `INSERT INTO HOST SELECT seq, 'z', 'h' FROM seq_1_to_20`,
      `INSERT INTO ITEM SELECT seq, seq MOD 20 + 1, 'z', 0 FROM seq_1_to_200`,
      `INSERT INTO HISTORY SELECT seq, seq MOD 200 + 1, '2026-01-01' FROM seq_1_to_1000`,
      `INSERT INTO NOTE SELECT seq, seq MOD 200 + 1, 'n' FROM seq_1_to_300`,
    )
    await equal('HOST', 'ITEM', 'HISTORY', 'NOTE')
    await pipeline.run(
      'DELETE FROM HOST WHERE id < 4',
      'UPDATE HOST SET id = id + 100 WHERE id BETWEEN 4 AND 6 ORDER BY id DESC',
      `UPDATE HOST SET zone = 'Y' WHERE id = 7`,
      `UPDATE HOST SET name = 'only' WHERE id = 8`,
      // In one transaction with what comes before and after: the order counts.
      'BEGIN',
      `INSERT INTO HOST VALUES (500, 'z', 'new')`,
      `INSERT INTO ITEM VALUES (5000, 500, 'z', 1)`,
      `INSERT INTO HISTORY VALUES (50000, 5000, NULL), (50001, 28, NULL)`,
      `DELETE FROM HOST WHERE id = 500`,
      `INSERT INTO HOST VALUES (500, 'z', 'again')`,
      `INSERT INTO ITEM VALUES (5000, 500, 'z', 2)`,
      'UPDATE NOTE SET item_id = 5000 WHERE id = 300',
      'UPDATE ITEM SET id = 6000 WHERE v = 2',
      'COMMIT',
    )
    await equal('HOST', 'ITEM', 'HISTORY', 'NOTE')
  })

  test('a table that refers to itself; texts that only their collation takes for equal', async () => {
    await pipeline.run(
      `CREATE TABLE TREE (id int PRIMARY KEY, up int, FOREIGN KEY (up) REFERENCES TREE (id) ON DELETE CASCADE)`,
      'INSERT INTO TREE VALUES (1, NULL), (2, 1), (3, 2), (4, 2), (5, NULL), (6, 5)',
      'DELETE FROM TREE WHERE id = 2',
      `CREATE TABLE KIND (code varchar(10) PRIMARY KEY)`,
      `CREATE TABLE THING (id int PRIMARY KEY, code varchar(10), FOREIGN KEY (code) REFERENCES KIND (code) ON DELETE CASCADE ON UPDATE CASCADE)`,
      `INSERT INTO KIND VALUES ('a'), ('b'), ('c')`,
      `INSERT INTO THING VALUES (1, 'A'), (2, 'b'), (3, 'C '), (4, 'c')`,
      `DELETE FROM KIND WHERE code = 'a'`,
      `UPDATE KIND SET code = 'cc' WHERE code = 'c'`,
    )
    await equal('TREE', 'KIND', 'THING')
  })

  test('foreign keys that are added, dropped, switched off, and whose parent is renamed', async () => {
    await pipeline.run(
      'CREATE TABLE P (id int PRIMARY KEY)',
      'CREATE TABLE C (id int PRIMARY KEY, p int, KEY (p))',
      'INSERT INTO P SELECT seq FROM seq_1_to_9',
      'INSERT INTO C SELECT seq, seq FROM seq_1_to_9',
      'ALTER TABLE C ADD CONSTRAINT c_p FOREIGN KEY (p) REFERENCES P (id) ON DELETE CASCADE',
      'DELETE FROM P WHERE id = 1',
      'SET foreign_key_checks = 0',
      'DELETE FROM P WHERE id = 2',
      'SET foreign_key_checks = 1',
      'RENAME TABLE P TO P_NEW',
      'DELETE FROM P_NEW WHERE id = 3',
      'CREATE TABLE C_LIKE LIKE C',
      'INSERT INTO C_LIKE SELECT * FROM C',
      'DELETE FROM P_NEW WHERE id = 4',
      'ALTER TABLE C DROP FOREIGN KEY c_p',
      'DELETE FROM P_NEW WHERE id = 5',
    )
    await equal('P_NEW', 'C', 'C_LIKE')
  })

  test('a parent that is not copied stops the sink', async () => {
    await pipeline.run(
      'CREATE TABLE _HIDDEN (id int PRIMARY KEY)',
      'INSERT INTO _HIDDEN VALUES (1)',
      'CREATE TABLE SEEN (id int PRIMARY KEY, h int, FOREIGN KEY (h) REFERENCES _HIDDEN (id) ON DELETE SET NULL)',
      'INSERT INTO SEEN VALUES (1, 1)',
      'DELETE FROM _HIDDEN',
    )
    const failure = await pipeline.failure()
    assert.ok(failure instanceof CdcError)
    assert.equal(failure.code, 'CDC-S05')
    assert.match(failure.what, /shop\.SEEN/)
    assert.match(failure.fix, /--tables _HIDDEN,SEEN/)
  })
})
