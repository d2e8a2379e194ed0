import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConnectClient } from '../../src/connect/client.ts'
import type { ConnectClient, ConnectClientOptions } from '../../src/connect/client.ts'
import { detectRuntime } from '../../src/connect/runtime.ts'
import { CdcError, formatError } from '../../src/core/errors.ts'
import { freePort } from '../harness/free-port.ts'
import { startScriptedServer } from './scripted-server.ts'

const rebalancing = {
  status: 409,
  json: {
    error_code: 409,
    message: 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
  },
}
const running = { name: 'a', connector: { state: 'RUNNING', worker_id: 'w' }, tasks: [], type: 'source' }

function clientOf(url: string, options: Partial<ConnectClientOptions> = {}): ConnectClient {
  return createConnectClient({ url, signal: new AbortController().signal, ...options })
}

async function failureOf(promise: Promise<unknown>): Promise<CdcError> {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof CdcError, String(error))
  return error
}

test('a rebalance is waited for, and said', async () => {
  await using server = await startScriptedServer((_, i) => (i === 0 ? rebalancing : { json: running }))
  const messages: string[] = []
  const status = await clientOf(server.url, { onRetry: (message) => messages.push(message) }).status('a')
  assert.equal(status?.connector.state, 'RUNNING')
  assert.equal(server.seen.length, 2)
  assert.match(messages.join(), /rebalancing/)
})

test('a rebalance that does not end is an error', async () => {
  await using server = await startScriptedServer(() => rebalancing)
  const error = await failureOf(clientOf(server.url, { rebalanceTimeoutMs: 300 }).pause('a'))
  assert.equal(error.code, 'CDC-W04')
  assert.match(error.why ?? '', /rebalance/)
})

test('a 409 about a name that exists is not repeated', async () => {
  await using server = await startScriptedServer(() => ({
    status: 409,
    json: { message: 'Connector a already exists' },
  }))
  assert.equal((await failureOf(clientOf(server.url).putConfig('a', {}))).code, 'CDC-W04')
  assert.equal(server.seen.length, 1)
})

test('a read that fails with 500 is tried again, a write is not', async () => {
  await using server = await startScriptedServer(() => ({
    status: 500,
    json: { error_code: 500, message: 'Request timed out' },
  }))
  const read = await failureOf(clientOf(server.url).status('a'))
  assert.equal(read.code, 'CDC-W04')
  assert.equal(read.why, 'Request timed out')
  assert.equal(server.seen.length, 3)
  await failureOf(clientOf(server.url).stop('a'))
  assert.equal(server.seen.length, 4)
})

test('503 is tried again for reads and writes', async () => {
  await using server = await startScriptedServer((_, i) => (i % 2 === 0 ? { status: 503 } : { status: 202 }))
  assert.equal(await clientOf(server.url).resume('a'), true)
  assert.deepEqual(
    server.seen.map(({ method, path }) => `${method} ${path}`),
    ['PUT /connectors/a/resume', 'PUT /connectors/a/resume'],
  )
})

test('a worker that does not answer is asked again with more time, and then it is a dead worker', async () => {
  await using server = await startScriptedServer(() => ({ silent: true }))
  const messages: string[] = []
  const onRetry = (message: string): number => messages.push(message)
  const error = await failureOf(clientOf(server.url, { readTimeoutMs: 100, onRetry }).root())
  assert.equal(error.code, 'CDC-W03')
  assert.match(error.why ?? '', /0\.4 s/)
  assert.equal(server.seen.length, 3)
  assert.match(messages.join(), /no answer within 0\.1 s, trying again.*0\.2 s/)
})

test('a write that is not answered in time is not sent again: it may have been done', async () => {
  await using server = await startScriptedServer(() => ({ silent: true }))
  const error = await failureOf(clientOf(server.url, { writeTimeoutMs: 1_000 }).putConfig('a', {}))
  assert.equal(error.code, 'CDC-W03')
  assert.equal(server.seen.length, 1)
})

test('a proxy that sends elsewhere, refuses or fails with a page of its own is named by what it did', async () => {
  await using server = await startScriptedServer(({ path }) =>
    path.includes('moved') ? { status: 302, text: '' } : { status: 502, text: '<html>Bad Gateway</html>' },
  )
  const failing = await failureOf(clientOf(server.url).stop('a'))
  assert.deepEqual([failing.code, server.seen.length], ['CDC-W04', 3])
  assert.match(failing.what, /PUT \/connectors\/a\/stop was answered with 502/)
  const moved = await failureOf(clientOf(server.url).status('moved'))
  assert.equal(moved.code, 'CDC-W03')
  assert.match(moved.why ?? '', /redirect/)
  await using refusing = await startScriptedServer(() => ({ status: 403, text: '<html>Forbidden</html>' }))
  assert.equal((await failureOf(clientOf(refusing.url).list())).code, 'CDC-W07')
})

test('nobody at the address is CDC-W03 with the command that starts a worker', async () => {
  const error = await failureOf(clientOf(`http://127.0.0.1:${await freePort()}`).list())
  assert.equal(error.code, 'CDC-W03')
  assert.equal(error.fix, 'cdc worker')
})

test('an answer that was cut off is read again', async () => {
  const half = JSON.stringify(running).slice(0, 20)
  await using server = await startScriptedServer((_, i) => (i === 0 ? { text: half, cutOff: true } : { json: running }))
  assert.equal((await clientOf(server.url).status('a'))?.name, 'a')
})

test('an answer that is always cut off is an error', async () => {
  await using server = await startScriptedServer(() => ({ text: '{"name":', cutOff: true }))
  const error = await failureOf(clientOf(server.url).status('a'))
  assert.equal(error.code, 'CDC-W04')
  assert.match(error.why ?? '', /cut off/)
})

test('a web page instead of a REST API is said to be one', async () => {
  await using server = await startScriptedServer(() => ({ text: '<html>Welcome</html>' }))
  const error = await failureOf(clientOf(server.url).root())
  assert.match(error.why ?? '', /not JSON: <html>Welcome/)
})

test('something else that speaks JSON is not taken for a Connect REST API', async () => {
  for (const json of [{ name: 'node-1', version: { number: '8.1' } }, [], null, 'ok']) {
    await using server = await startScriptedServer(() => ({ json }))
    const error = await failureOf(detectRuntime(clientOf(server.url)))
    assert.equal(error.code, 'CDC-W04')
    assert.match(error.what, /no Connect REST API/)
  }
  await using server = await startScriptedServer(() => ({ json: { version: '4.1.1', commit: 'x' } }))
  assert.equal(await detectRuntime(clientOf(server.url)), 'connect')
})

test('user and password go into the header and nowhere else', async () => {
  await using server = await startScriptedServer(() => ({ status: 401, json: { message: 'no' } }))
  const client = clientOf(`http://ops:s%2Fcret@127.0.0.1:${server.port}/base/`)
  const error = await failureOf(client.status('a'))
  assert.equal(error.code, 'CDC-W07')
  assert.equal(server.seen[0]?.path, '/base/connectors/a/status')
  assert.equal(server.seen[0]?.authorization, `Basic ${Buffer.from('ops:s/cret').toString('base64')}`)
  assert.doesNotMatch(formatError(error) + client.url, /cret/)
})

test("the project's own login is used on this machine when the URL has none", async () => {
  await using server = await startScriptedServer(() => ({ json: running }))
  await clientOf(server.url, { ownCredentials: { user: 'u', password: 'p' } }).status('a')
  assert.equal(server.seen[0]?.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`)
})

test('what does not exist is undefined or false', async () => {
  await using server = await startScriptedServer(() => ({ status: 404, json: { error_code: 404, message: 'no' } }))
  const client = clientOf(server.url)
  assert.equal(await client.info('a'), undefined)
  assert.equal(await client.offsets('a'), undefined)
  assert.equal(await client.delete('a'), false)
})

test('names are encoded', async () => {
  await using server = await startScriptedServer(() => ({ status: 204 }))
  await clientOf(server.url).delete('a/b c?')
  assert.equal(server.seen[0]?.path, '/connectors/a%2Fb%20c%3F')
})

test('an aborted call ends with the reason, not with an error of its own', async () => {
  await using server = await startScriptedServer(() => ({ silent: true }))
  const controller = new AbortController()
  const call = clientOf(server.url, { signal: controller.signal }).root()
  const reason = new Error('stop')
  controller.abort(reason)
  await assert.rejects(call, reason)
})
