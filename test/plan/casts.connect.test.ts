// Debezium's real JDBC sink writes into the columns that the bulk load has made by the casts: the converters that
// registering a source sets make it so, and what it cannot do is refused before anything is sent.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeProject } from '../harness/project.ts'
import type { TestProject } from '../harness/project.ts'
import { startConnect } from '../harness/start-connect.ts'
import { startKafka } from '../harness/start-kafka.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import type { MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'
import { waitFor } from '../harness/wait-for.ts'

const schema = 'xchange_trading'
const columns = `flag TINYINT(1), odd TINYINT(1), tiny TINYINT, one BIT(1), n INT UNSIGNED, big BIGINT UNSIGNED, y YEAR,
  t TIME(3), doc JSON, d DATETIME(3), amount DECIMAL(12,0), day DATE, name VARCHAR(20)`
const values = (id: number): string =>
  `(${id}, 1, 2, 1, b'1', 7, 18, 2026, '10:00:00.5', '{"a":1}', '2026-01-02 03:04:05.006', -123456789012, '0001-01-01', 'é')`
const casts = {
  'xchange_trading.*.tiny': 'boolean',
  'xchange_trading.*.one': 'bit(1)',
  'xchange_trading.*.n': 'integer',
  'xchange_trading.*.big': 'bigint',
  'xchange_trading.*.y': 'smallint',
  'xchange_trading.*.doc': 'text',
  'xchange_trading.*.d': 'timestamptz',
  'xchange_trading.*.amount': 'bigint',
}

const cleanUp = new AsyncDisposableStack()
let mariadb: MariadbServer
let postgres: PostgresServer
let project: TestProject

before(async () => {
  const kafka = cleanUp.use(await startKafka())
  const [connect, ...servers] = await Promise.all([startConnect(kafka), startMariadb(), startPostgres()])
  cleanUp.use(connect)
  mariadb = cleanUp.use(servers[0])
  postgres = cleanUp.use(servers[1])
  await mariadb.createDatabases(schema)
  await mariadb.query(
    `USE ${schema}; CREATE TABLE T_A (id INT PRIMARY KEY, ${columns}); INSERT INTO T_A VALUES ${values(1)};
     CREATE TABLE X_BAD (id INT PRIMARY KEY, u CHAR(1), bits BIT(13), packed TEXT COMPRESSED)`,
  )
  project = cleanUp.use(
    await makeProject({
      ...{ postgres, connectors: 'repository' },
      databases: [{ name: 'trading', mariadb, schema, tables: ['T_.*'] }],
      env: { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap, DEBEZIUM_URL: connect.url },
    }),
  )
  writeFileSync(join(project.directory, 'connectors/casts.json'), JSON.stringify(casts))
})

after(async () => await cleanUp.disposeAsync())

async function cdc(...args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const { code, stderr } = await project.cdc(args, { timeoutMs: 120_000 })
  return { code, stderr }
}

test('what Debezium cannot keep equal is refused before it is registered', async () => {
  project.setEnv({ TRADING_TABLE_ALLOWLIST: `${schema}\\..*` })
  const { code, stderr } = await cdc('register', 'source', 'trading')
  assert.equal(code, 78)
  assert.match(stderr, /CDC-T13\] xchange_trading\.X_BAD\.bits: .*BIT\(13\)/)
  assert.match(stderr, /CDC-T13\] xchange_trading\.X_BAD\.packed: .*COMPRESSED/)
  project.setEnv({ TRADING_TABLE_ALLOWLIST: `${schema}\\.T_.*` })
})

test('the sink writes every column that the casts ask for, and those that the data has decided', async () => {
  for (const args of [
    ['register', 'source', 'trading'],
    ['migrate', 'trading'],
    ['register', 'sink', 'trading'],
  ]) {
    const { code, stderr } = await cdc(...args)
    assert.equal(code, 0, `${args.join(' ')}\n${stderr}`)
  }
  await mariadb.query(
    `USE ${schema}; INSERT INTO T_A VALUES ${values(2)};
     INSERT INTO T_A (id) VALUES (3); UPDATE T_A SET flag = 0, odd = 3, n = 2147483647 WHERE id = 1`,
  )
  const rows = await waitFor(
    async () => {
      const found = await postgres.query(
        `SELECT (to_jsonb(a) - 'id')::text AS row FROM mp_cdc.t_a a WHERE id < 3 OR flag IS NULL ORDER BY id`,
      )
      if (found.length === 3 && String(found[0]?.['row']).includes('2147483647')) return found
      const { stdout } = await project.cdc(['connector-status', 'postgres-sink-trading'])
      throw new Error(`${found.length} rows; ${stdout}`)
    },
    { timeoutMs: 60_000, what: 'the rows to arrive', everyMs: 500 },
  )
  const [first, second] = rows.map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>)
  const same = {
    ...{ tiny: true, one: '1', big: 18, y: 2026, t: '10:00:00.5', doc: '{"a":1}', amount: -123456789012 },
    ...{ d: '2026-01-02T03:04:05.006+00:00', day: '0001-01-01', name: 'é' },
  }
  assert.deepEqual(second, { ...same, flag: true, odd: 2, n: 7 })
  assert.deepEqual(first, { ...same, flag: false, odd: 3, n: 2147483647 })
})
