// Processes are killed at moments nobody chose, under a load of transactions that span tables. Nobody helps. Afterwards
// both sides are equal, and meanwhile no reader of the target ever saw a state that the source did not have.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startWriter } from '../harness/background-writer.ts'
import { startPipeline } from '../harness/pipeline.ts'
import type { Pipeline } from '../harness/pipeline.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'
import { waitFor } from '../harness/wait-for.ts'

const accounts = 200
const total = accounts * 2 * 1000

const sql = `
  CREATE TABLE T_ACCOUNT (id INT PRIMARY KEY, balance DECIMAL(14,2) NOT NULL, owner VARCHAR(60), UNIQUE KEY u (owner));
  INSERT INTO T_ACCOUNT SELECT seq, 1000, CONCAT('owner ', seq) FROM seq_1_to_${accounts};
  CREATE TABLE T_DEPOSIT (id INT PRIMARY KEY, balance DECIMAL(14,2) NOT NULL, note TEXT);
  INSERT INTO T_DEPOSIT SELECT seq, 1000, NULL FROM seq_1_to_${accounts};
  CREATE TABLE T_CLOCK (id TINYINT PRIMARY KEY, round BIGINT NOT NULL);
  INSERT INTO T_CLOCK VALUES (1, 0);
  CREATE TABLE T_LOG (id BIGINT AUTO_INCREMENT PRIMARY KEY, round BIGINT NOT NULL, text VARCHAR(200), payload BLOB);
  CREATE TABLE T_HEAP (round BIGINT, text VARCHAR(40)) COMMENT 'no key';
  CREATE TABLE T_MOVING (a INT, b INT, text VARCHAR(40), PRIMARY KEY (a, b));
  INSERT INTO T_MOVING SELECT seq, 0, 'x' FROM seq_1_to_50;`
const tables = ['T_ACCOUNT', 'T_DEPOSIT', 'T_CLOCK', 'T_LOG', 'T_HEAP', 'T_MOVING']

/** Money moves between two tables; a clock row counts; rows come, change, move to other keys and go. */
function transaction(round: number): readonly string[] {
  const amount = randomInt(1, 5000) / 100
  const from = randomInt(1, accounts + 1)
  const to = randomInt(1, accounts + 1)
  const statements = [
    `UPDATE T_ACCOUNT SET balance = balance - ${amount} WHERE id = ${from}`,
    `INSERT INTO T_LOG (round, text, payload) VALUES (${round}, 'round ${round} é😀', REPEAT('x', ${randomInt(0, 400)})), (${round}, NULL, NULL)`,
    `UPDATE T_DEPOSIT SET balance = balance + ${amount}, note = 'from ${from}' WHERE id = ${to}`,
    'UPDATE T_CLOCK SET round = round + 1 WHERE id = 1',
  ]
  if (round % 3 === 0) statements.push('SAVEPOINT s', 'UPDATE T_ACCOUNT SET balance = 0', 'ROLLBACK TO SAVEPOINT s')
  if (round % 4 === 0) statements.push(`DELETE FROM T_LOG WHERE round < ${round - 50} LIMIT 10`)
  if (round % 5 === 0)
    statements.push(`UPDATE T_MOVING SET b = b + 1, text = 'moved ${round}' WHERE a = ${randomInt(1, 51)}`)
  if (round % 6 === 0)
    statements.push(`INSERT INTO T_HEAP VALUES (${round}, 'same'), (${round}, 'same')`, 'DELETE FROM T_HEAP LIMIT 1')
  if (round % 40 === 0)
    statements.push(`INSERT INTO T_LOG (round, text) SELECT ${round}, CONCAT('many ', seq) FROM seq_1_to_2000`)
  if (round % 41 === 0) statements.push("DELETE FROM T_LOG WHERE text LIKE 'many%'")
  if (round % 25 === 0) {
    // Two values of a unique key change places within one transaction.
    const [first, second] = round % 50 === 0 ? [1, 2] : [2, 1]
    statements.push(
      "UPDATE T_ACCOUNT SET owner = 'nobody' WHERE id = 1",
      `UPDATE T_ACCOUNT SET owner = 'owner ${second}' WHERE id = 2`,
      `UPDATE T_ACCOUNT SET owner = 'owner ${first}' WHERE id = 1`,
    )
  }
  return statements
}

interface TargetReader extends AsyncDisposable {
  readonly reads: number
  stop(): Promise<void>
}

/** Reads the target all the time: the sum over both tables is constant and the clock never goes back. */
function watchTarget(postgres: PostgresServer): TargetReader {
  const stop = new AbortController()
  let reads = 0
  let clock = 0n
  const readOnce = async (client: Awaited<ReturnType<PostgresServer['connect']>>): Promise<void> => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const { rows } = await client.query<{ sum: string; round: string }>(
      `SELECT (SELECT sum(balance) FROM mp_cdc.t_account) + (SELECT sum(balance) FROM mp_cdc.t_deposit) AS sum, (SELECT round FROM mp_cdc.t_clock) AS round`,
    )
    await client.query('COMMIT')
    const [row] = rows
    assert.equal(Number(row?.sum), total, 'a reader saw a torn transaction')
    const now = BigInt(row?.round ?? -1)
    assert.ok(now >= clock, `the target went back in time, from ${clock} to ${now}`)
    clock = now
    reads++
  }
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        const client = await postgres.connect()
        try {
          while (!stop.signal.aborted) {
            await readOnce(client)
            await sleep(2)
          }
        } finally {
          await client.end()
        }
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        // PostgreSQL is down on purpose: come back.
        await sleep(30)
      }
    }
  }
  const ended = run()
  ended.catch(() => undefined)
  return {
    get reads() {
      return reads
    },
    async stop() {
      stop.abort()
      await ended
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended.catch(() => undefined)
    },
  }
}

/** The pipeline running under load while `disturb` does its worst; then everything must be equal by itself. */
async function survive(disturb: (pipeline: Pipeline) => Promise<void>): Promise<void> {
  await using pipeline = await startPipeline({ sql, tables })
  const { mariadb, postgres, schema } = pipeline
  await pipeline.cdc('up', 'trading')
  await using reader = watchTarget(postgres)
  await using writer = startWriter({ mariadb, database: schema, transaction, survivesOutages: true })
  await waitFor(() => writer.commits > 20)
  await disturb(pipeline)
  await writer.stop()
  if (!pipeline.worker.running) await pipeline.startWorker()
  try {
    for (const table of tables) await pipeline.equal(table)
    await pipeline.waitForState('postgres-sink-trading', 'RUNNING')
    await pipeline.waitForState('mariadb-trading-connector', 'RUNNING')
  } catch (error) {
    throw new Error(`after ${writer.commits} transactions: ${String(error)}\n${pipeline.worker.log().slice(-4000)}`, {
      cause: error,
    })
  }
  await reader.stop()
  assert.ok(writer.commits > 100, `only ${writer.commits} transactions were written`)
  assert.ok(reader.reads > 50, `the target was read only ${reader.reads} times`)
}

test('the worker is killed thirty times at random moments', { timeout: 240_000 }, async () => {
  await survive(async (pipeline) => {
    for (let kill = 0; kill < 30; kill++) {
      // Some of them die while they are starting, some in full work.
      await sleep(randomInt(0, 900))
      await pipeline.worker.kill9()
      await pipeline.startWorker({ waitUntilReady: kill % 3 !== 0 })
    }
  })
})

test('a worker that is told to end does so quickly and cleanly', { timeout: 120_000 }, async () => {
  await survive(async (pipeline) => {
    for (let stop = 0; stop < 3; stop++) {
      await sleep(randomInt(200, 800))
      const before = Date.now()
      assert.equal(await pipeline.worker.stop(), 0)
      assert.ok(Date.now() - before < 10_000)
      await pipeline.startWorker()
    }
  })
})

test('MariaDB is killed and restarted', { timeout: 120_000 }, async () => {
  await survive(async (pipeline) => {
    for (let kill = 0; kill < 4; kill++) {
      await sleep(randomInt(300, 900))
      await (kill === 3 ? pipeline.mariadb.stop() : pipeline.mariadb.kill9())
      await sleep(randomInt(0, 400))
      await pipeline.mariadb.start()
    }
    await sleep(300)
  })
})

test('PostgreSQL is killed and restarted', { timeout: 120_000 }, async () => {
  await survive(async (pipeline) => {
    for (let kill = 0; kill < 4; kill++) {
      await sleep(randomInt(300, 900))
      await (kill === 3 ? pipeline.postgres.stop() : pipeline.postgres.kill9())
      await sleep(randomInt(0, 400))
      await pipeline.postgres.start()
    }
    await sleep(300)
  })
})

test('connections are cut from the servers’ side', { timeout: 120_000 }, async () => {
  await survive(async ({ mariadb, postgres }) => {
    for (let cut = 0; cut < 10; cut++) {
      await sleep(randomInt(100, 400))
      if (cut % 2 === 0) {
        await postgres.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cdc' AND pid <> pg_backend_pid()",
        )
        continue
      }
      const threads = await mariadb.query<{ id: number }>(
        "SELECT id FROM information_schema.processlist WHERE user = 'cdc'",
      )
      for (const { id } of threads) await mariadb.query(`KILL ${id}`).catch(() => undefined)
    }
  })
})
