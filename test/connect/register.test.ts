import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectorFile } from '../../src/config/connector-file.ts'
import { createConnectClient } from '../../src/connect/client.ts'
import type { ConnectClient } from '../../src/connect/client.ts'
import { registerConnector } from '../../src/connect/register.ts'
import { waitUntilRunning, waitUntilSettled } from '../../src/connect/wait.ts'
import { CdcError, CdcErrors } from '../../src/core/errors.ts'
import { startScriptedServer } from './scripted-server.ts'

const file: ConnectorFile = {
  kind: 'source',
  database: 'a',
  name: 'source-a',
  config: { 'connector.class': 'X', 'database.password': 'secret', 'topic.prefix': 'a' },
  path: '/p/a.json',
  where: (key) => `a.json:${key}`,
}
const signal = new AbortController().signal
const clientOf = (url: string): ConnectClient => createConnectClient({ url, signal })
const info = (config: object): object => ({ name: file.name, config, tasks: [], type: 'source' })
const complete = { ...file.config, name: file.name }

test('a connector that is not there is created with its name in the configuration', async () => {
  await using server = await startScriptedServer(({ method }) =>
    method === 'GET' ? { status: 404 } : { status: 201, json: {} },
  )
  assert.equal(await registerConnector(clientOf(server.url), file), 'created')
  assert.deepEqual(server.seen[1]?.body, complete)
})

test('an equal one is left alone', async () => {
  await using server = await startScriptedServer(() => ({ json: info(complete) }))
  assert.equal(await registerConnector(clientOf(server.url), file), 'unchanged')
  assert.equal(server.seen.length, 1)
})

test('where the worker hides a secret it is sent again, for it may have changed', async () => {
  const shown = { ...complete, 'database.password': '********' }
  await using server = await startScriptedServer(() => ({ json: info(shown) }))
  assert.equal(await registerConnector(clientOf(server.url), file), 'unchanged')
  assert.deepEqual(
    server.seen.map(({ method }) => method),
    ['GET', 'PUT'],
  )
})

test('a removed line is a change', async () => {
  await using server = await startScriptedServer(() => ({ json: info({ ...complete, extra: '1' }) }))
  assert.equal(await registerConnector(clientOf(server.url), file), 'updated')
})

test('each mistake that the worker finds stands at its line of the file', async () => {
  const message =
    "Connector configuration is invalid and contains the following 2 error(s):\nThe 'topic.prefix' value is invalid: bad\nThe 'database.user' value is invalid: A value is required"
  await using server = await startScriptedServer(({ method }) =>
    method === 'GET' ? { status: 404 } : { status: 400, json: { error_code: 400, message } },
  )
  await assert.rejects(registerConnector(clientOf(server.url), file), (error: unknown) => {
    assert.ok(error instanceof CdcErrors)
    assert.deepEqual(
      error.errors.map(({ code, where }) => [code, where]),
      [
        ['CDC-C06', 'a.json:topic.prefix'],
        ['CDC-C07', 'a.json:database.user'],
      ],
    )
    return true
  })
})

const status = (state: string, trace?: string): object => ({
  json: {
    name: 'a',
    connector: { state: 'RUNNING', worker_id: 'w' },
    tasks: state === '' ? [] : [{ id: 0, state, worker_id: 'w', ...(trace === undefined ? {} : { trace }) }],
    type: 'source',
  },
})

test('waiting endures a 404 just after the creation, and a connector without tasks', async () => {
  const script = [{ status: 404 }, status(''), status('UNASSIGNED'), status('RUNNING')]
  await using server = await startScriptedServer((_, i) => script[i] ?? status('RUNNING'))
  const health = await waitUntilRunning(clientOf(server.url), 'a', { timeoutMs: 10_000, signal })
  assert.equal(health.state, 'OK')
})

test('a task that fails right after it started is not taken for running', async () => {
  await using server = await startScriptedServer((_, i) => (i === 0 ? status('RUNNING') : status('FAILED', 'x.Y: no')))
  await assert.rejects(waitUntilRunning(clientOf(server.url), 'a', { timeoutMs: 10_000, signal }), {
    code: 'CDC-W04',
    why: 'Y: no',
  })
})

test('the failure from before a restart is not taken for its result', async () => {
  await using server = await startScriptedServer((_, i) => (i < 2 ? status('FAILED', 'old') : status('RUNNING')))
  const health = await waitUntilSettled(clientOf(server.url), 'a', { timeoutMs: 10_000, signal, stale: 'old' })
  assert.equal(health.state, 'OK')
})

test('the wait ends at its limit', async () => {
  await using server = await startScriptedServer(() => status('UNASSIGNED'))
  await assert.rejects(waitUntilRunning(clientOf(server.url), 'a', { timeoutMs: 200, signal }), (error: unknown) => {
    assert.ok(error instanceof CdcError)
    return error.code === 'CDC-W06' && error.what.includes('DEGRADED')
  })
})
