// What the worker asks a source's database, besides replicating it.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { parseSourceConfig } from '../../src/config/source-config.ts'
import type { SourceConfig } from '../../src/config/source-config.ts'
import { checkSource } from '../../src/worker/check-source.ts'
import { defaultCharsetOf } from '../../src/worker/default-charset.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import type { MariadbServer } from '../harness/start-mariadb.ts'
import { sourceConfig } from './test-worker.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb()
  await server.createDatabases('rest', 'other')
  await server.query(`
    ALTER DATABASE rest CHARACTER SET utf8mb4; ALTER DATABASE other CHARACTER SET latin2;
    CREATE TABLE rest.t (id INT PRIMARY KEY); CREATE TABLE rest.u (id INT PRIMARY KEY) CHARACTER SET latin1;
    CREATE TABLE rest.${'n'.repeat(64)} (id INT PRIMARY KEY); CREATE TABLE other.t (id INT PRIMARY KEY)`)
})
after(() => server[Symbol.asyncDispose]())

function configOf(change: Record<string, string> = {}): SourceConfig {
  const { host, port, user, password } = server.settings
  return parseSourceConfig({
    ...{ ...sourceConfig, name: 's', 'table.include.list': 'rest\\..*' },
    ...{
      'database.hostname': host,
      'database.port': String(port),
      'database.user': user,
      'database.password': password,
    },
    ...change,
  })
}

test('the captured tables that exist are found; names that only a sink may refuse are no problem here', async () => {
  const { tables, problems } = await checkSource(configOf())
  assert.deepEqual(problems, [])
  assert.deepEqual(tables.map(({ database, table }) => `${database}.${table}`).sort(), [
    `rest.${'n'.repeat(64)}`,
    'rest.t',
    'rest.u',
  ])
})

test('a database that refuses, or is not there, is a problem with its code', async () => {
  const refused = await checkSource(configOf({ 'database.password': 'wrong' }))
  assert.match(refused.problems[0]?.message ?? '', /^CDC-M02 s: .*fix: /)
  assert.doesNotMatch(refused.problems[0]?.message ?? '', /wrong/)
  const absent = await checkSource(configOf({ 'database.port': '1' }))
  assert.match(absent.problems[0]?.message ?? '', /^CDC-M01 s: /)
})

test('a server that takes the connection and says nothing is given up after seconds', async () => {
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = silent.address() as AddressInfo
    const started = performance.now()
    const { problems } = await checkSource(configOf({ 'database.port': String(port) }))
    assert.match(problems[0]?.message ?? '', /^CDC-M01 s: /)
    assert.ok(performance.now() - started < 8_000)
  } finally {
    silent.close()
  }
})

test('default character sets are those of the database and of the table', async () => {
  const ask = defaultCharsetOf(configOf())
  assert.equal(await ask('rest', null), 'utf8mb4')
  assert.equal(await ask('other', null), 'latin2')
  assert.equal(await ask('rest', 'u'), 'latin1')
  assert.equal(await ask('rest', 'nope'), null)
  assert.equal(await ask('nope', null), null)
})
