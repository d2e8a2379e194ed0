// A bulk load is killed at moments nobody chose, again and again, while the tables are written. The same command goes on
// each time; in the end nothing is missing and nothing is there twice.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startWriter } from '../harness/background-writer.ts'
import { startPipeline, type Pipeline } from '../harness/pipeline.ts'
import { cdcProgram, cleanEnvironment } from '../harness/run-process.ts'

const rows = 120_000

const sql = `
  CREATE TABLE T_EVENT (id BIGINT PRIMARY KEY, made DATETIME, text VARCHAR(300), amount DECIMAL(12,2), KEY by_made (made));
  INSERT INTO T_EVENT SELECT seq * 3, '2019-05-01' + INTERVAL seq HOUR, REPEAT(CHAR(97 + seq % 26), seq % 300), seq / 7
    FROM seq_1_to_${rows};
  CREATE TABLE T_NAMED (name VARCHAR(40) PRIMARY KEY, day DATE, text VARCHAR(300), KEY by_day (day));
  INSERT INTO T_NAMED SELECT CONCAT(MD5(seq), IF(seq % 2, 'é', '')), IF(seq % 9, '2021-01-01' + INTERVAL seq % 2000 DAY, NULL),
    REPEAT('y', 200) FROM seq_1_to_${rows / 2};
  CREATE TABLE T_SMALL (id INT PRIMARY KEY, text VARCHAR(40));
  INSERT INTO T_SMALL SELECT seq, 'small' FROM seq_1_to_500;`
const tables = ['T_EVENT', 'T_NAMED', 'T_SMALL']

/** Rows come, change, go, move to another key, and to another year. */
function transaction(round: number): readonly string[] {
  const id = randomInt(1, rows + 1) * 3
  const other = randomInt(1, rows + 1) * 3
  return [
    `UPDATE T_EVENT SET text = 'round ${round}', amount = ${round} WHERE id IN (${id}, ${id + 3})`,
    `DELETE FROM T_EVENT WHERE id = ${other}`,
    `INSERT INTO T_EVENT VALUES (${id + 1}, '2020-01-01', 'new ${round}', NULL) ON DUPLICATE KEY UPDATE amount = 0`,
    `UPDATE IGNORE T_EVENT SET id = ${other + 1} WHERE id = ${id}`,
    `UPDATE T_NAMED SET day = day + INTERVAL 1 YEAR, text = 'round ${round}' ORDER BY RAND(${round}) LIMIT 1`,
    `INSERT INTO T_NAMED VALUES (UUID(), NULL, 'new')`,
    `UPDATE T_SMALL SET text = 'round ${round}' WHERE id = ${randomInt(1, 501)}`,
  ].filter((_, i) => i !== 4 || round % 20 === 0)
}

/** Kills a load some time after it has finished a chunk. @returns what it said */
async function killedLoad({ project, postgres }: Pipeline, args: readonly string[]): Promise<string> {
  const count = async (): Promise<number> => {
    const [row] = await postgres
      .query<{ n: string }>(`SELECT count(*) AS n FROM cdc.load WHERE state = 'done'`)
      .catch(() => [])
    return Number(row?.n ?? 0)
  }
  const before = await count()
  const child = spawn(cdcProgram, ['migrate', 'trading', ...args], { cwd: project.directory, env: cleanEnvironment() })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)))
  const closed = once(child, 'close')
  while (child.exitCode === null && (await count()) <= before) await sleep(20)
  await sleep(randomInt(0, 300))
  child.kill('SIGKILL')
  await closed
  return said
}

for (const chunkBy of ['primary-key', 'year:made']) {
  test(`a load by ${chunkBy} that is killed again and again ends with equal tables`, async () => {
    await using pipeline = await startPipeline({ sql, tables })
    const { mariadb, schema } = pipeline
    await pipeline.cdc('register', 'source', 'trading')
    await using writer = startWriter({ mariadb, database: schema, transaction })
    const args = ['--threshold', '4000', '--chunk-workers', '2', '--chunk-by', chunkBy, '--batch-size', '1500']
    let resumed = 0
    for (let kill = 1; kill <= 8; kill++) {
      const said = await killedLoad(pipeline, args)
      if (/goes on, [1-9]/.test(said)) resumed++
      assert.doesNotMatch(said, /BUG|CDC-L0[678]/, said)
    }
    const { stdout } = await pipeline.cdc('migrate', 'trading', ...args)
    assert.match(stdout, /T_EVENT/)
    assert.ok(resumed > 0, 'it never went on with chunks that were there')
    await pipeline.cdc('register', 'sink', 'trading')
    await sleep(500)
    await writer.stop()
    for (const table of tables) await pipeline.equal(table)
    const left = await pipeline.postgres.query(
      'SELECT (SELECT count(*) FROM cdc.load) + (SELECT count(*) FROM cdc.load_table) AS n',
    )
    assert.deepEqual(left, [{ n: '0' }])
  })
}
