// The workflow that the users know, on the real Kafka Connect with Debezium: the repository's files as they are, through
// make, while applications write; the worker killed in the middle; and the commands for every day.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startWriter } from '../harness/background-writer.ts'
import { makeProject, type TestProject } from '../harness/project.ts'
import { waitForEqual } from '../harness/rows-equal.ts'
import { startConnect, type ConnectServer } from '../harness/start-connect.ts'
import { startKafka, type KafkaServer } from '../harness/start-kafka.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres, type PostgresServer } from '../harness/start-postgres.ts'

let kafka: KafkaServer
let connect: ConnectServer
let mariadb: MariadbServer
let postgres: PostgresServer

before(async () => {
  kafka = await startKafka()
  ;[connect, mariadb, postgres] = await Promise.all([startConnect(kafka), startMariadb(), startPostgres()])
})

after(async () => {
  await connect?.[Symbol.asyncDispose]()
  await Promise.all([kafka, mariadb, postgres].map((server) => server?.[Symbol.asyncDispose]()))
})

const database = 'xchange_trading'
const tables = ['T_DEAL', 'T_DEAL_LEG', 'T_CARRIER']

const sql = `
  CREATE TABLE T_DEAL (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, price DECIMAL(12,2) NOT NULL, status ENUM('open','won','lost') NOT NULL,
    urgent BIT(1) NOT NULL DEFAULT b'0', at DATETIME(6), remark TEXT, terms JSON, KEY k (status));
  INSERT INTO T_DEAL (price, status, urgent, at, remark, terms) SELECT seq * 1.25, 1 + seq % 3, seq % 2, '2024-01-01' + INTERVAL seq * 1000003 MICROSECOND,
    IF(seq % 3, 'größer 你好 🚢', NULL), JSON_OBJECT('n', seq) FROM mysql.seq_1_to_5000;
  CREATE TABLE T_CARRIER (id INT PRIMARY KEY, name VARCHAR(80) NOT NULL, active TINYINT(1) NOT NULL, rating TINYINT(1), logo VARBINARY(40), since DATE);
  INSERT INTO T_CARRIER SELECT seq, CONCAT('Carrier ', seq), seq % 2, seq % 2, UNHEX(MD5(seq)), '2020-02-29' FROM mysql.seq_1_to_500;
  CREATE TABLE T_DEAL_LEG (deal_id BIGINT UNSIGNED NOT NULL, leg TINYINT UNSIGNED NOT NULL, port CHAR(5), cost DOUBLE, PRIMARY KEY (deal_id, leg));
  INSERT INTO T_DEAL_LEG SELECT seq, 1, 'DEHAM', seq / 7 FROM mysql.seq_1_to_2000;
  CREATE TABLE T_NOT_LISTED (id INT PRIMARY KEY)`

const transaction = (round: number): readonly string[] => {
  const id = 1 + ((round * 7919) % 5000)
  return [
    `INSERT INTO T_DEAL (price, status, at, remark) VALUES (${round}.5, 'open', NOW(6), 'new ${round} مرحبا')`,
    `INSERT INTO T_DEAL_LEG VALUES (LAST_INSERT_ID(), 1, 'CNSHA', ${round} / 3), (LAST_INSERT_ID(), 2, NULL, NULL)`,
    `UPDATE T_DEAL SET price = price + 1, status = 'won', urgent = NOT urgent WHERE id BETWEEN ${id} AND ${id} + 3`,
    `DELETE FROM T_DEAL WHERE id = ${id + 5}`,
    ...(round % 7 === 0 ? [`UPDATE T_CARRIER SET id = id + 1000 WHERE id = ${round % 500}`] : []),
    ...(round % 11 === 0 ? [`INSERT INTO T_NOT_LISTED VALUES (${round})`] : []),
  ]
}

async function startProject(): Promise<TestProject> {
  await mariadb.createDatabases(database)
  await mariadb.query(`USE ${database}; ${sql}`)
  return await makeProject({
    ...{ postgres, connectors: 'repository' },
    databases: [{ name: 'trading', mariadb, schema: database, tables }],
    env: { DEBEZIUM_URL: connect.url, KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap },
  })
}

async function equal(): Promise<void> {
  for (const table of tables) await waitForEqual({ mariadb, postgres, database, table }, 120_000)
}

test('register, migrate under load, register; a killed worker; the commands for every day', async () => {
  await using project = await startProject()
  const make = async (target: string, ...variables: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await project.make(target, variables)
    assert.equal(code, 0, `make ${target}: ${stdout}${stderr}`)
    return stdout
  }
  const cdc = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await project.cdc(args, { timeoutMs: 180_000 })
    assert.equal(code, 0, `cdc ${args.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }
  {
    await using writer = startWriter({ mariadb, database, transaction, pauseMs: 50 })
    await make('register-trading-source')
    await cdc('migrate', '--database', 'trading', '--tables', 'all')
    await make('register-trading-sink')
    await cdc('wait', 'trading', '--for', 'running')
    assert.match(await make('connectors'), /postgres-sink-trading +sink +OK/)

    // Types that Debezium's parser does not know: in another database they concern nobody here.
    await mariadb.query(`CREATE DATABASE other; CREATE TABLE other.host (id INT PRIMARY KEY, ip INET6);
      ALTER TABLE other.host ADD COLUMN old INET4`)
    await connect.kill9()
    const dead = await project.cdc(['connectors'])
    assert.deepEqual([dead.code, /CDC-W03/.test(dead.stderr)], [69, true])
    await connect.start()
    await make('restart-trading-source')
    await make('restart-trading-sink')
    await writer.stop()
    assert.ok(writer.commits > 20, `only ${writer.commits} transactions were written meanwhile`)
  }
  await equal()
  await cdc('verify', 'trading')
  assert.deepEqual(await postgres.query("SELECT to_regclass('mp_cdc.t_not_listed') AS it"), [{ it: null }])

  // A deleted connector that is registered again goes on where it was.
  await make('unregister-trading-sink')
  await make('unregister-trading-source')
  await mariadb.query(`USE ${database}; DELETE FROM T_DEAL WHERE id < 100; UPDATE T_DEAL SET price = 1 WHERE id < 200;
    TRUNCATE TABLE T_DEAL_LEG; INSERT INTO T_DEAL_LEG VALUES (1, 1, 'after', NULL)`)
  await make('register-trading-source')
  await make('register-trading-sink')
  await equal()
})
