// A pipeline goes from the embedded runtime to Kafka Connect and back while an application writes, the command killed in
// between: afterwards both databases hold the same rows.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { startWriter } from '../harness/background-writer.ts'
import { waitForEqual } from '../harness/rows-equal.ts'
import { cdcProgram, cleanEnvironment } from '../harness/run-process.ts'
import { waitFor } from '../harness/wait-for.ts'
import { sourceSchema, startBothRuntimes } from './both-runtimes.ts'
import type { BothRuntimes, RuntimeName } from './both-runtimes.ts'

const tables = ['T_DEAL', 'T_LEG']

const sql = `
  CREATE TABLE T_DEAL (id BIGINT AUTO_INCREMENT PRIMARY KEY, price DECIMAL(12,2) NOT NULL, status ENUM('open','won'), urgent BIT(1),
    at DATETIME(6), n INT NOT NULL DEFAULT 0, doc JSON);
  INSERT INTO T_DEAL (price, status, urgent, at, doc)
    SELECT seq * 1.25, 1 + seq % 2, seq % 2, '2024-01-01' + INTERVAL seq SECOND, JSON_OBJECT('n', seq) FROM seq_1_to_3000;
  CREATE TABLE T_LEG (deal BIGINT, leg INT, port CHAR(5), PRIMARY KEY (deal, leg));
  INSERT INTO T_LEG SELECT seq, 1, 'DEHAM' FROM seq_1_to_1000;`

const unmovable = `
  CREATE TABLE t_keyless (n INT);
  CREATE TABLE t_parent (id INT PRIMARY KEY);
  CREATE TABLE t_child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES t_parent (id) ON DELETE CASCADE);`

const transaction = (round: number): readonly string[] => {
  const id = 1 + ((round * 7919) % 3000)
  return [
    `INSERT INTO T_DEAL (price, status, at) VALUES (${round}.5, 'open', NOW(6))`,
    `INSERT INTO T_LEG VALUES (LAST_INSERT_ID(), 1, 'CNSHA'), (LAST_INSERT_ID(), 2, NULL)`,
    `UPDATE T_DEAL SET n = n + 1, price = price + 1, urgent = NOT urgent WHERE id BETWEEN ${id} AND ${id} + 3`,
    `DELETE FROM T_DEAL WHERE id = ${id} + 5`,
    ...(round % 7 === 0 ? [`UPDATE T_LEG SET leg = leg + 10 WHERE deal = ${round % 900}`] : []),
  ]
}

/** Starts the command and kills it after its n-th line about a connector; it must not end by itself before. */
async function killedAfter(both: BothRuntimes, from: RuntimeName, to: RuntimeName, steps: number): Promise<void> {
  const child = spawn(cdcProgram, ['move', 'moved', '--to', both.url(to)], {
    cwd: both.project.directory,
    env: cleanEnvironment({ DEBEZIUM_URL: both.url(from) }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  let [seen, said] = [0, '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^(mariadb|postgres)-\S+: /.test(line) && ++seen === steps) child.kill('SIGKILL')
  }
  assert.equal(await ended, null, `it ended after step ${seen} of ${steps}\n${said}`)
}

/** The rows of the source are in the target as long as nothing else is written: looks at one row that it writes. */
async function followsNow({ source, postgres }: BothRuntimes, word: string): Promise<void> {
  await source(`INSERT INTO T_LEG VALUES (-${word.length}, 1, '${word}') ON DUPLICATE KEY UPDATE port = '${word}'`)
  await waitFor(async () => (await postgres.query('SELECT FROM moved.t_leg WHERE port = $1', [word])).length === 1, {
    timeoutMs: 60_000,
    what: `${word} to arrive`,
    everyMs: 100,
  })
}

test('embedded -> Kafka Connect -> embedded under write load, killed at several steps', async () => {
  await using both = await startBothRuntimes({ moved: ['.*'] })
  const { mariadb, postgres } = both
  await both.source(sql + unmovable)
  await both.cdc('embedded', 'up', 'moved')
  await refusals(both)
  await both.source('DROP TABLE t_child, t_parent, t_keyless')
  await using writer = startWriter({ mariadb, database: sourceSchema, transaction, pauseMs: 40 })

  const plan = await both.cdc('embedded', 'move', 'moved', '--to', both.url('debezium'), '--dry-run', '-o', 'json')
  assert.equal((JSON.parse(plan.stdout) as { dryRun: boolean; plan: unknown[] }).plan.length, 6)
  for (const steps of [2, 5]) await killedAfter(both, 'embedded', 'debezium', steps)
  await both.cdc('embedded', 'move', 'moved', '--to', both.url('debezium'))
  assert.deepEqual(await names(both, 'embedded'), [])
  assert.deepEqual(await names(both, 'debezium'), ['mariadb-moved-connector', 'postgres-sink-moved'])
  await followsNow(both, 'there')

  await killedAfter(both, 'debezium', 'embedded', 2)
  await both.cdc('debezium', 'move', 'moved', '--to', both.url('embedded'))
  assert.deepEqual(await names(both, 'debezium'), [])
  await followsNow(both, 'back')

  // The topics hold what was written on Kafka Connect: it must not come again.
  await both.cdc('embedded', 'move', 'moved', '--to', both.url('debezium'))
  await followsNow(both, 'again')
  await writer.stop()
  assert.ok(writer.commits > 50, `only ${writer.commits} transactions were written meanwhile`)
  for (const table of tables) await waitForEqual({ mariadb, postgres, database: sourceSchema, table, schema: 'moved' })
  const again = await both.cdc('embedded', 'move', 'moved', '--to', both.url('debezium'))
  assert.match(again.stdout, /runs on Kafka Connect at \S+ already/)
  await both.cdc('debezium', 'verify', 'moved')
})

/** Everything that stands against a move is said at once, before anything is stopped. */
async function refusals(both: BothRuntimes): Promise<void> {
  const move = async (to: RuntimeName): Promise<{ code: number | null; stderr: string }> =>
    await both.project.cdc(['move', 'moved', '--to', both.url(to)], { env: { DEBEZIUM_URL: both.url('embedded') } })
  const refused = await move('debezium')
  assert.equal(refused.code, 78, refused.stderr)
  assert.match(refused.stderr, /CDC-L05\S* xchange_oracle\.t_keyless/)
  assert.match(refused.stderr, /CDC-T07\S* xchange_oracle\.t_child/)
  assert.match((await move('embedded')).stderr, /CDC-C01/)
  assert.deepEqual(await names(both, 'debezium'), [])
  await both.source('INSERT INTO t_parent VALUES (1)')
  await waitForEqual({ ...both, database: sourceSchema, table: 't_parent', schema: 'moved' })
}

async function names(both: BothRuntimes, runtime: RuntimeName): Promise<readonly string[]> {
  const answer = await fetch(`${both.url(runtime)}/connectors`)
  return ((await answer.json()) as string[]).sort()
}
