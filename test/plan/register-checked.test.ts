// What is sent to a Connect REST API, and what is not: a real HTTP server that answers as Kafka Connect 4.1 did.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import type { ConnectorFile } from '../../src/config/connector-file.ts'
import type { Project } from '../../src/config/project.ts'
import { createConnectClient } from '../../src/connect/client.ts'
import { CdcError, CdcErrors } from '../../src/core/errors.ts'
import { registerChecked } from '../../src/plan/register-checked.ts'
import type { CheckedRegistration } from '../../src/plan/register-checked.ts'
import { startScriptedServer } from '../connect/scripted-server.ts'
import type { ScriptedServer, SeenRequest } from '../connect/scripted-server.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { fileOf, plugins, sourceConfig, sourceOffset } from './example-situation.ts'

const directory = temporaryFolder('plan')
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
const environment = { settings: {}, variables: {}, envPath: `${directory}/.env` } as unknown as Project['environment']
const project: Project = { directory, stateDirectory: directory, workerUrl: '', environment }
// MariaDB is not asked for long: nobody listens at port 1.
const nobody = { 'database.hostname': '127.0.0.1', 'database.port': '1' }
const trading = (changes: Readonly<Record<string, string>> = {}): ConnectorFile =>
  fileOf('source', 'trading', sourceConfig('trading', { ...nobody, ...changes }))
const { name } = trading()

/** One connector, as far as these calls need it; `version` is that of Kafka Connect. */
function startConnect(
  options: { running?: ConnectorFile; version?: string; stored?: string } = {},
): Promise<ScriptedServer> {
  let config = options.running === undefined ? undefined : { ...options.running.config, name }
  let state = 'RUNNING'
  return startScriptedServer(({ method, path, body }) => {
    const sent = `${method} ${path}`
    if (sent === 'GET /') return { json: { version: options.version ?? '4.1.1', commit: 'x', kafka_cluster_id: 'k' } }
    if (sent === 'GET /connector-plugins') return { json: plugins }
    if (path.startsWith('/connectors?expand')) {
      const info = { name, config, tasks: [], type: 'source' }
      return { json: config === undefined ? {} : { [name]: { info, status: {} } } }
    }
    if (sent === 'POST /connectors') {
      const asked = body as { config: Record<string, string>; initial_state: string }
      config = { name, ...asked.config }
      state = asked.initial_state
      return { status: 201, json: {} }
    }
    if (config === undefined && method !== 'PUT')
      return { status: 404, json: { error_code: 404, message: 'not found' } }
    if (path.endsWith('/offsets')) return { json: { offsets: [sourceOffset(options.stored ?? 'xchange_trading')] } }
    if (path.endsWith('/resume')) {
      state = 'RUNNING'
      return { status: 202 }
    }
    if (path.endsWith('/tasks')) return { json: [{ id: { connector: name, task: 0 }, config }] }
    if (path.endsWith('/restart')) return { status: 204 }
    if (path.endsWith('/status')) {
      return { json: { name, connector: { state, worker_id: 'w' }, tasks: [], type: 'source' } }
    }
    if (method === 'DELETE') return { status: 204 }
    if (method === 'GET') return { json: { name, config, tasks: [], type: 'source' } }
    const status = config === undefined ? 201 : 200
    config = { name, ...(body as Record<string, string>) }
    return { status, json: {} }
  })
}

const writes = ({ seen }: ScriptedServer): readonly string[] =>
  seen.filter(({ method }: SeenRequest) => method !== 'GET').map(({ method, path }) => `${method} ${path}`)

async function register(server: ScriptedServer, file: ConnectorFile, confirmed?: string): Promise<CheckedRegistration> {
  const { signal } = new AbortController()
  const client = createConnectClient({ url: server.url, signal })
  return await registerChecked(file, { client, project, signal, confirmed, command: 'cdc restart source trading' })
}

async function objections(promise: Promise<unknown>): Promise<readonly CdcError[]> {
  const thrown = await promise.then(
    () => assert.fail('it should have been stopped'),
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof CdcErrors, String(thrown))
  return thrown.errors
}

test('nothing is sent while there is an objection; its name confirmed, it is sent and said', async () => {
  await using server = await startConnect({ running: trading() })
  const file = trading({ 'topic.prefix': 'v2' })
  const [error, ...more] = await objections(register(server, file))
  assert.deepEqual([error?.code, error?.where, more], ['CDC-C12', 'sources/mariadb/trading.json:topic.prefix', []])
  assert.match(
    error?.fix ?? '',
    /\nor, if it is meant: cdc restart source trading --confirm=mariadb-trading-connector$/,
  )
  assert.deepEqual(writes(server), [])

  await objections(register(server, file, 'another'))
  const { registered, overridden } = await register(server, file, name)
  assert.equal(registered, 'updated')
  assert.match(overridden.join(), /CDC-C12 was confirmed: topic\.prefix is v2/)
})

test('all objections are told at once', async () => {
  await using server = await startConnect({ running: trading() })
  const errors = await objections(register(server, trading({ 'topic.prefix': 'v2', 'errors.tolerance': 'all' })))
  assert.deepEqual(
    errors.map(({ where }) => where.replace(/.*:/, '')),
    ['topic.prefix', 'errors.tolerance'],
  )
})

test('after a new list the task is restarted once it is made from it', async () => {
  await using server = await startConnect({ running: trading() })
  const { registered, notes } = await register(server, trading({ 'table.include.list': 'xchange_trading.T_DEAL' }))
  assert.equal(registered, 'updated')
  assert.match(notes.join(), /T_CARRIER left the list/)
  assert.deepEqual(writes(server), [`PUT /connectors/${name}/config`, `POST /connectors/${name}/tasks/0/restart`])
})

test('an unchanged configuration sends nothing', async () => {
  await using server = await startConnect({ running: trading() })
  assert.equal((await register(server, trading())).registered, 'unchanged')
  assert.deepEqual(writes(server), [])
})

test('a new connector is made stopped, looked at and started', async () => {
  await using server = await startConnect()
  assert.equal((await register(server, trading())).registered, 'created')
  assert.deepEqual(writes(server), ['POST /connectors', `PUT /connectors/${name}/resume`])
  const created = server.seen.find(({ method }) => method === 'POST') ?? assert.fail('nothing was created')
  assert.equal((created.body as { initial_state?: string }).initial_state, 'STOPPED')
})

test('one whose stored position has another prefix is taken away again', async () => {
  await using server = await startConnect({ stored: 'xchange_trading_v1' })
  const [error] = await objections(register(server, trading()))
  assert.match(error?.what ?? '', /stored under xchange_trading_v1/)
  assert.deepEqual(writes(server), ['POST /connectors', `DELETE /connectors/${name}`])
})

test('Kafka Connect before 3.7 makes no stopped connectors', async () => {
  await using server = await startConnect({ version: '3.6.2' })
  assert.equal((await register(server, trading())).registered, 'created')
  assert.deepEqual(writes(server), [`PUT /connectors/${name}/config`])
})
