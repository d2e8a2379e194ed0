// The old runbook, word for word, on a real Kafka Connect while an application writes: each step that lost rows is stopped,
// and after doing what was printed instead both sides are equal.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { startWriter } from '../harness/background-writer.ts'
import { makeProject } from '../harness/project.ts'
import type { TestProject } from '../harness/project.ts'
import { waitForEqual } from '../harness/rows-equal.ts'
import type { RunResult } from '../harness/run-process.ts'
import { startConnect } from '../harness/start-connect.ts'
import type { ConnectServer } from '../harness/start-connect.ts'
import { startKafka } from '../harness/start-kafka.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import type { MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'

const schema = 'xchange_trading'
const source = 'mariadb-trading-connector'
const timeoutMs = 300_000
const sql = `
  CREATE TABLE T_DEAL (id INT PRIMARY KEY, price DECIMAL(12,2) NOT NULL, active BIT(1) NOT NULL, note VARCHAR(40));
  INSERT INTO T_DEAL SELECT seq, seq / 4, seq % 2, CONCAT('deal ', seq) FROM seq_1_to_500;
  CREATE TABLE T_OLD_TABLE LIKE T_DEAL; INSERT INTO T_OLD_TABLE SELECT * FROM T_DEAL;
  CREATE TABLE T_NEW_TABLE LIKE T_DEAL; INSERT INTO T_NEW_TABLE SELECT * FROM T_DEAL;`

const transaction = (round: number): readonly string[] =>
  ['T_DEAL', 'T_OLD_TABLE', 'T_NEW_TABLE'].flatMap((table) => [
    `INSERT INTO ${table} VALUES (${1000 + round}, ${round}, 1, 'new')`,
    `UPDATE ${table} SET price = price + 1, active = NOT active WHERE id = ${1 + (round % 500)}`,
    `DELETE FROM ${table} WHERE id = ${1000 + round - 5}`,
  ])

const cleanUp = new AsyncDisposableStack()
let mariadb: MariadbServer
let postgres: PostgresServer
let connect: ConnectServer
let project: TestProject

before(async () => {
  mariadb = cleanUp.use(await startMariadb())
  postgres = cleanUp.use(await startPostgres())
  const kafka = cleanUp.use(await startKafka())
  connect = cleanUp.use(await startConnect(kafka))
  await mariadb.createDatabases(schema)
  await mariadb.query(`USE ${schema}; ${sql}`)
  project = cleanUp.use(
    await makeProject({
      postgres,
      connectors: 'repository',
      databases: [{ name: 'trading', mariadb, schema, tables: ['T_DEAL', 'T_OLD_TABLE'] }],
      env: { DEBEZIUM_URL: connect.url, KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap },
    }),
  )
})
after(async () => await cleanUp.disposeAsync())

const setTables = (...tables: readonly string[]): void =>
  project.setEnv({ TRADING_TABLE_ALLOWLIST: tables.map((table) => `${schema}.${table}`).join(',') })

/** Changes lines of a connector file; gives back how it was. */
function edit(kind: 'source' | 'sink', changes: Readonly<Record<string, string>>): () => void {
  const path = project.connectorPath(kind, 'trading')
  const before = readFileSync(path, 'utf8')
  const file = JSON.parse(before) as { config: Record<string, string> }
  Object.assign(file.config, changes)
  writeFileSync(path, JSON.stringify(file, null, 2))
  return () => writeFileSync(path, before)
}

async function does(...args: readonly string[]): Promise<RunResult> {
  const result = await project.cdc([...args], { timeoutMs })
  assert.equal(result.code, 0, `cdc ${args.join(' ')}\n${result.stdout}\n${result.stderr}`)
  return result
}

/** What stops it, whole. */
async function stopped(code: number, ...args: readonly string[]): Promise<string> {
  const result = await project.cdc([...args], { timeoutMs })
  assert.equal(result.code, code, `cdc ${args.join(' ')}\n${result.stdout}\n${result.stderr}`)
  return result.stderr
}

const equal = async (table: string): Promise<void> =>
  await waitForEqual({ mariadb, postgres, database: schema, table }, timeoutMs)

test('the normal workflow, with the cast that the runbook advises', { timeout: 400_000 }, async () => {
  edit('sink', {
    transforms: 'castBits',
    'transforms.castBits.type': 'org.apache.kafka.connect.transforms.Cast$Value',
    'transforms.castBits.spec': 'active:boolean',
  })
  await using writer = startWriter({ mariadb, database: schema, transaction, pauseMs: 100 })
  await does('register', 'source', 'trading', '--timeout', '5m')
  await does('migrate', '--database', 'trading', '--tables', 'all')
  const { stderr } = await does('register', 'sink', 'trading', '--timeout', '5m')
  assert.match(stderr, /note: .*transforms\.castBits\.type: castBits is not sent/)
  await writer.stop()
  await equal('T_DEAL')
  await equal('T_OLD_TABLE')
})

test('adding a table as the runbook says', { timeout: 400_000 }, async () => {
  await using writer = startWriter({
    ...{ mariadb, database: schema, pauseMs: 100 },
    transaction: (round) => transaction(10_000 + round),
  })
  setTables('T_DEAL', 'T_OLD_TABLE', 'T_NEW_TABLE')
  const back = edit('source', { 'snapshot.mode': 'recovery' })
  const early = await stopped(69, 'migrate', '--database', 'trading', '--tables', 'T_NEW_TABLE')
  assert.match(early, /CDC-L11.*T_NEW_TABLE[^]*fix: cdc restart source trading/)
  const json = await stopped(78, '-o', 'json', 'restart', 'source', 'trading')
  // A slow worker is told about before it.
  const [error] = (JSON.parse(json.slice(json.indexOf('{'))) as Failure).errors
  assert.equal(error?.code, 'CDC-C12')
  assert.match(error.where, /trading\.json:\d+:\d+$/)
  assert.match(error.fix, /"snapshot\.mode": "no_data"[^]*only widen/)

  back()
  const { stderr } = await does('restart', 'source', 'trading', '--timeout', '5m')
  const next = /their rows come with: cdc (migrate .*)\.$/m.exec(stderr)?.[1] ?? assert.fail(stderr)
  await does(...next.split(' '))
  await does('restart', 'sink', 'trading', '--timeout', '5m')
  await writer.stop()
  for (const table of ['T_DEAL', 'T_OLD_TABLE', 'T_NEW_TABLE']) await equal(table)
})

test('removing a table as the runbook says', { timeout: 400_000 }, async () => {
  await using writer = startWriter({
    ...{ mariadb, database: schema, pauseMs: 100 },
    transaction: (round) => transaction(20_000 + round),
  })
  setTables('T_DEAL', 'T_NEW_TABLE')
  const backSource = edit('source', {
    'schema.history.internal.kafka.topic': 'xchange_trading-v2.schema-history',
    'topic.prefix': 'xchange_trading_v2',
  })
  const backSink = edit('sink', { 'topics.regex': String.raw`xchange_trading_v2\.xchange_trading\..*` })
  const stop = await stopped(78, 'restart', 'source', 'trading')
  assert.match(stop, /CDC-C12.*stored under xchange_trading\n/)
  assert.match(stop, /the narrower list is all it takes[^]*"topic\.prefix": "xchange_trading"/)
  assert.match(stop, /stored position: \d+-\d+-\d+/)
  const sink = await stopped(78, 'restart', 'sink', 'trading')
  assert.match(sink, /CDC-S03[^]*CDC-C12.*turn away from/)

  backSource()
  backSink()
  const { stderr } = await does('restart', 'source', 'trading', '--timeout', '5m')
  assert.match(stderr, /T_OLD_TABLE left the list/)
  await does('restart', 'sink', 'trading', '--timeout', '5m')
  await writer.stop()
  await equal('T_DEAL')
  await equal('T_NEW_TABLE')
})

test('a deleted source comes back under another prefix', { timeout: 400_000 }, async () => {
  await does('unregister', 'source', 'trading')
  await mariadb.query(`USE ${schema}; INSERT INTO T_DEAL VALUES (50000, 1, 0, 'meanwhile')`)
  const back = edit('source', { 'topic.prefix': 'xchange_trading_v3' })
  assert.match(await stopped(78, 'register', 'source', 'trading'), /CDC-C12.*stored under xchange_trading\n/)
  const gone = await fetch(`${connect.url}/connectors/${source}`)
  assert.equal(gone.status, 404, 'nothing was left behind')
  back()
  await does('register', 'source', 'trading', '--timeout', '5m')
  await equal('T_DEAL')
})

test('a table without a key is said before the sink is registered', { timeout: 400_000 }, async () => {
  await mariadb.query(`USE ${schema}; CREATE TABLE T_LOG (at DATETIME, line TEXT)`)
  setTables('T_DEAL', 'T_NEW_TABLE', 'T_LOG')
  await does('unregister', 'sink', 'trading')
  const stop = await stopped(78, 'register', 'sink', 'trading')
  assert.match(stop, /CDC-C12.*xchange_trading\.T_LOG has no primary key[^]*ALTER TABLE `xchange_trading`\.`T_LOG`/)
  setTables('T_DEAL', 'T_NEW_TABLE')
  await mariadb.query(`USE ${schema}; INSERT INTO T_DEAL VALUES (60000, 1, 0, 'while there was no sink')`)
  await does('register', 'sink', 'trading', '--timeout', '5m')
  await equal('T_DEAL')
})

interface Failure {
  readonly errors: readonly { readonly code: string; readonly where: string; readonly fix: string }[]
}
