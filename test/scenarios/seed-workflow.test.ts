// The workflow that the users know, word for word: register the source, migrate, register the sink, all of it while
// applications write; then the commands for every day.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWriter } from '../harness/background-writer.ts'
import { startPipeline } from '../harness/pipeline.ts'

const tables = ['T_DEAL', 'T_CARRIER', 'T_DEAL_LEG', 'T_NOTE']

const sql = `
  CREATE TABLE T_DEAL (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, price DECIMAL(12,2) NOT NULL, status ENUM('open','won','lost') NOT NULL,
    urgent BIT(1) NOT NULL DEFAULT b'0', at DATETIME(6), remark TEXT, terms JSON, KEY k (status));
  INSERT INTO T_DEAL (price, status, urgent, at, remark, terms) SELECT seq * 1.25, 1 + seq % 3, seq % 2, '2024-01-01' + INTERVAL seq * 1000003 MICROSECOND,
    IF(seq % 3, 'größer 你好 🚢', NULL), JSON_OBJECT('n', seq) FROM seq_1_to_20000;
  CREATE TABLE T_CARRIER (id INT PRIMARY KEY, name VARCHAR(80) NOT NULL, active TINYINT(1) NOT NULL, logo VARBINARY(40), since DATE);
  INSERT INTO T_CARRIER SELECT seq, CONCAT('Carrier ', seq), seq % 2, UNHEX(MD5(seq)), '2020-02-29' FROM seq_1_to_500;
  CREATE TABLE T_DEAL_LEG (deal_id BIGINT UNSIGNED NOT NULL, leg TINYINT UNSIGNED NOT NULL, port CHAR(5), cost DOUBLE, PRIMARY KEY (deal_id, leg));
  INSERT INTO T_DEAL_LEG SELECT seq, 1, 'DEHAM', seq / 7 FROM seq_1_to_5000;
  CREATE TABLE T_NOTE (id INT AUTO_INCREMENT PRIMARY KEY, body MEDIUMTEXT);
  CREATE TABLE T_NOT_LISTED (id INT PRIMARY KEY);`

const transaction = (round: number): readonly string[] => {
  const id = 1 + ((round * 7919) % 20_000)
  return [
    `INSERT INTO T_DEAL (price, status, at, remark) VALUES (${round}.5, 'open', NOW(6), 'new ${round} مرحبا')`,
    `INSERT INTO T_DEAL_LEG VALUES (LAST_INSERT_ID(), 1, 'CNSHA', ${round} / 3), (LAST_INSERT_ID(), 2, NULL, NULL)`,
    `UPDATE T_DEAL SET price = price + 1, status = 'won', urgent = NOT urgent WHERE id BETWEEN ${id} AND ${id} + 3`,
    `DELETE FROM T_DEAL WHERE id = ${id + 5}`,
    ...(round % 5 === 0 ? [`INSERT INTO T_NOTE (body) VALUES (REPEAT('note ', ${round % 300}))`] : []),
    ...(round % 7 === 0 ? [`UPDATE T_CARRIER SET id = id + 1000 WHERE id = ${round % 500}`] : []),
    ...(round % 11 === 0 ? [`INSERT INTO T_NOT_LISTED VALUES (${round})`] : []),
  ]
}

test('register, migrate under load, register, and the commands for every day', async () => {
  // No target schema: the load makes it.
  await using pipeline = await startPipeline({ sql, tables, connectors: 'repository', postgres: { schema: null } })
  const { mariadb, postgres, schema } = pipeline
  await using writer = startWriter({ mariadb, database: schema, transaction, pauseMs: 5 })
  await pipeline.make('register-trading-source')
  await pipeline.waitForState('mariadb-trading-connector', 'RUNNING')
  await pipeline.cdc(
    'migrate',
    '--database',
    'trading',
    '--tables',
    'all',
    '--max-workers',
    '2',
    '--chunk-workers',
    '2',
  )
  await pipeline.make('register-trading-sink')
  await pipeline.waitForState('postgres-sink-trading', 'RUNNING')

  const list = await pipeline.make('connectors')
  assert.match(list.stdout, /mariadb-trading-connector/)
  assert.match(list.stdout, /postgres-sink-trading/)
  assert.doesNotMatch(list.stdout, /\u001B/, 'no colours off a terminal')
  const status = await pipeline.make('connector-status', 'C=mariadb-trading-connector')
  assert.match(status.stdout, /mariadb-trading-connector[\s\S]*RUNNING/)

  await pipeline.make('restart-trading-source')
  await pipeline.make('restart-trading-sink')
  await pipeline.waitForState('mariadb-trading-connector', 'RUNNING')
  await pipeline.waitForState('postgres-sink-trading', 'RUNNING')
  await writer.stop()
  assert.ok(writer.commits > 50, `only ${writer.commits} transactions were written meanwhile`)
  for (const table of tables) await pipeline.equal(table)
  const [extra] = await postgres.query("SELECT to_regclass('mp_cdc.t_not_listed') AS it")
  assert.deepEqual(extra, { it: null })

  await pipeline.make('unregister-trading-sink')
  await pipeline.make('unregister-trading-source')
  const gone = await pipeline.make('connectors')
  assert.doesNotMatch(gone.stdout, /trading/)
  await using between = startWriter({
    mariadb,
    database: schema,
    transaction: (round) => transaction(round + 100_000),
    pauseMs: 1,
  })
  await pipeline.make('register-trading-source')
  await pipeline.make('register-trading-sink')
  await pipeline.waitForState('postgres-sink-trading', 'RUNNING')
  await between.stop()
  for (const table of tables) await pipeline.equal(table)
  await pipeline.cdc('verify', 'trading')

  // What verify is for: a row that somebody changed behind our back is found.
  await postgres.query(
    'UPDATE mp_cdc.t_carrier SET name = name || $1 WHERE id = (SELECT max(id) FROM mp_cdc.t_carrier)',
    ['!'],
  )
  const verify = await pipeline.project.cdc(['verify', 'trading'])
  assert.equal(verify.code, 65, `${verify.stdout}${verify.stderr}`)
  assert.match(`${verify.stdout}${verify.stderr}`, /CDC-V01/)
})

test('cdc up does the three steps, and doing it again changes nothing', async () => {
  // No target schema: the load makes it.
  await using pipeline = await startPipeline({ sql, tables, connectors: 'repository', postgres: { schema: null } })
  await pipeline.cdc('up', 'trading')
  for (const table of tables) await pipeline.equal(table)
  await pipeline.cdc('up', 'trading')
  await pipeline.source("INSERT INTO T_NOTE (body) VALUES ('after')")
  await pipeline.equal('T_NOTE')
})
