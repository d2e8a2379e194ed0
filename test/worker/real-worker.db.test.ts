// The whole embedded runtime through its REST interface: MariaDB -> relay -> PostgreSQL, over stops, restarts and moves.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createLogger } from '../../src/lib/logger.ts'
import { startWorker } from '../../src/worker/start-worker.ts'
import type { Worker } from '../../src/worker/start-worker.ts'
import { workerParts } from '../../src/worker/worker-parts.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import type { MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'
import { waitFor } from '../harness/wait-for.ts'
import { pick, sinkConfig, sourceConfig } from './test-worker.ts'

let mariadb: MariadbServer
let postgres: PostgresServer
let directory: string
let worker: Worker

const start = (): Promise<Worker> =>
  startWorker(
    {
      ...{ stateDirectory: directory, listen: { host: '127.0.0.1', port: 0 }, version: '1' },
      log: createLogger('silent'),
    },
    workerParts,
  )

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const response = await fetch(`${worker.url}${path}`, init)
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${text}`)
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

/** Waits until the target holds these ids; a failed task ends the wait with its trace. */
async function waitForIds(ids: string): Promise<void> {
  await waitFor(async () => {
    const statuses = await ask('GET', '/connectors?expand=status')
    for (const name of ['a', 'k']) {
      const task = pick(statuses, name, 'status', 'tasks', 0)
      if (pick(task, 'state') === 'FAILED') assert.fail(String(pick(task, 'trace')))
    }
    const rows = await postgres.query<{ ids: string | null }>(
      `SELECT string_agg(id::text, ',' ORDER BY id) AS ids FROM mp_cdc.t`,
    )
    return rows[0]?.ids === ids
  })
}

before(async () => {
  const servers = await Promise.all([startMariadb(), startPostgres({ schema: 'mp_cdc' })])
  mariadb = servers[0]
  postgres = servers[1]
  await mariadb.createDatabases('rest')
  directory = await mkdtemp(join(tmpdir(), 'cdc-real-worker-'))
  worker = await start()
})
after(async () => {
  await worker[Symbol.asyncDispose]()
  await Promise.all([mariadb[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()])
  await rm(directory, { recursive: true, force: true })
})

test('a table made and filled after the registration arrives', async () => {
  const source = mariadb.settings
  await ask('PUT', '/connectors/a/config', {
    ...sourceConfig,
    ...{ 'database.hostname': source.host, 'database.port': String(source.port) },
    ...{ 'database.user': source.user, 'database.password': source.password },
  })
  const target = postgres.settings
  await ask('PUT', '/connectors/k/config', {
    ...sinkConfig,
    'connection.url': `jdbc:postgresql://${target.host}:${target.port}/${target.database}`,
    ...{ 'connection.username': target.user, 'connection.password': target.password },
  })
  await waitFor(async () => pick(await ask('GET', '/cdc/status'), 'connectors', 0, 'phase') === 'streaming')
  await mariadb.query('CREATE TABLE rest.t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO rest.t VALUES (1, "one")')
  await waitForIds('1')
})

test('status, metrics and offsets tell what happens', async () => {
  const report = await waitFor(async () => {
    const connectors = pick(await ask('GET', '/cdc/status'), 'connectors')
    const lag = pick(connectors, 1, 'lagSeconds')
    // Whole seconds of the server's clock: a transaction may look a second old.
    return typeof lag === 'number' && lag < 2 ? connectors : undefined
  })
  assert.deepEqual([pick(report, 0, 'state'), pick(report, 0, 'phase')], ['RUNNING', 'streaming'])
  assert.ok(Number(pick(report, 1, 'rowsApplied')) >= 1)
  assert.ok(Number(pick(report, 0, 'relayBytes')) > 0)
  assert.match(await (await fetch(`${worker.url}/metrics`)).text(), /cdc_lag_seconds\{connector="k",type="sink"\} [01]/)
  const positions = await Promise.all(
    ['a', 'k'].map(async (name) =>
      pick(await ask('GET', `/connectors/${name}/offsets`), 'offsets', 0, 'offset', 'gtids'),
    ),
  )
  assert.match(String(positions[0]), /^0-\d+-\d+$/)
  assert.equal(positions[1], positions[0])
})

test('what is written while the worker, or one of its connectors, is stopped arrives later', async () => {
  await worker[Symbol.asyncDispose]()
  await mariadb.query('INSERT INTO rest.t VALUES (2, "two")')
  worker = await start()
  await waitForIds('1,2')
  await ask('PUT', '/connectors/k/stop')
  await mariadb.query('INSERT INTO rest.t VALUES (3, "three")')
  await ask('PUT', '/connectors/k/resume')
  await waitForIds('1,2,3')
  await ask('PUT', '/connectors/a/pause')
  await mariadb.query('INSERT INTO rest.t VALUES (4, "four")')
  await ask('PUT', '/connectors/a/resume')
  await waitForIds('1,2,3,4')
})

test('a source that is deleted and registered again goes on where it was', async () => {
  const { host, port, user, password } = mariadb.settings
  await ask('DELETE', '/connectors/a')
  await mariadb.query('DELETE FROM rest.t WHERE id = 1; INSERT INTO rest.t VALUES (5, "five")')
  await ask('PUT', '/connectors/a/config', {
    ...sourceConfig,
    ...{
      'database.hostname': host,
      'database.port': String(port),
      'database.user': user,
      'database.password': password,
    },
  })
  await waitForIds('2,3,4,5')
})

test('a source is moved back to fetch again what all sinks have; nothing is applied twice', async () => {
  const gtids = String(pick(await ask('GET', '/connectors/a/offsets'), 'offsets', 0, 'offset', 'gtids'))
  const [domain, server, sequence] = gtids.split('-')
  const earlier = `${domain}-${server}-${Number(sequence) - 1}`
  await waitFor(async () => pick(await ask('GET', '/connectors/k/offsets'), 'offsets', 0, 'offset', 'gtids') === gtids)
  await ask('PUT', '/connectors/a/stop')
  await ask('PATCH', '/connectors/a/offsets', {
    offsets: [{ partition: { server: 'rest' }, offset: { gtids: earlier } }],
  })
  await ask('PUT', '/connectors/a/resume')
  await mariadb.query('INSERT INTO rest.t VALUES (6, "six")')
  await waitForIds('2,3,4,5,6')
})
