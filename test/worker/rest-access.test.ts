// What is kept from whom: passwords from readers, the worker from foreign pages and strangers.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLogger } from '../../src/lib/logger.ts'
import { startWorker } from '../../src/worker/start-worker.ts'
import { fakeParts } from './fake-parts.ts'
import { openTestWorker, pick, sinkConfig, sourceConfig } from './test-worker.ts'
import type { TestWorker } from './test-worker.ts'

/** With headers that fetch would not send. */
function statusWith(worker: TestWorker, headers: Record<string, string>, path = '/connectors'): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const url = new URL(worker.worker.url)
  request({ host: url.hostname, port: url.port, path, headers }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
    .on('error', reject)
    .end()
  return promise
}

const basic = (text: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})

test('no answer holds a password, and a masked one that is sent back means the stored one', async () => {
  await using worker = await openTestWorker()
  const url = 'jdbc:postgresql://127.0.0.1:5499/analytics?password=third-secret'
  await worker.ask('PUT', '/connectors/a/config', { body: sourceConfig })
  await worker.ask('PUT', '/connectors/k/config', { body: { ...sinkConfig, 'connection.url': url } })
  const paths = [
    '/connectors?expand=info&expand=status',
    '/connectors/a',
    '/connectors/a/config',
    '/connectors/a/tasks',
  ]
  for (const path of [...paths, '/connectors/k/config', '/connectors/k/tasks', '/cdc/status', '/metrics']) {
    const text = JSON.stringify((await worker.ask('GET', path)).body)
    assert.doesNotMatch(text, /secret/, path)
  }
  const read = (await worker.ask('GET', '/connectors/a/config')).body
  const changed = { ...Object(read), 'heartbeat.interval.ms': '2000' } as Record<string, string>
  assert.equal(changed['database.password'], '********')
  const put = await worker.ask('PUT', '/connectors/a/config', { body: changed })
  assert.equal(put.status, 200)
  assert.doesNotMatch(JSON.stringify(put.body), /secret/)
  assert.equal(worker.parts.sources[0]?.config.password, 'a secret')
  assert.equal(worker.parts.sources[0]?.config.heartbeatMs, 2000)
  await worker.ask('PATCH', '/connectors/a/config', { body: { 'database.password': 'new one' } })
  assert.equal(worker.parts.sources[0]?.config.password, 'new one')
  const plugin = '/connector-plugins/MariaDbConnector/config/validate'
  const infos = await worker.ask('PUT', plugin, { body: { ...sourceConfig, name: 'v' } })
  assert.doesNotMatch(JSON.stringify(infos.body), /a secret/)
})

test('a mask that stands for nothing is refused', async () => {
  await using worker = await openTestWorker()
  const body = { ...sourceConfig, 'database.password': '********' }
  const { status, body: answer } = await worker.ask('PUT', '/connectors/a/config', { body })
  assert.equal(status, 400)
  assert.match(String(pick(answer, 'message')), /'database.password' value is invalid: It is masked/)
})

test('foreign pages and foreign host names get nothing', async () => {
  await using worker = await openTestWorker()
  const { host, port } = new URL(worker.worker.url)
  assert.equal(await statusWith(worker, { origin: `http://${host}` }), 200)
  assert.equal(await statusWith(worker, { host: `localhost:${port}`, origin: `http://localhost:${port}` }), 200)
  assert.equal(await statusWith(worker, { origin: 'https://evil.example' }), 403)
  assert.equal(await statusWith(worker, { origin: 'null' }), 403)
  assert.equal(await statusWith(worker, { origin: 'http://127.0.0.1:1' }), 403)
  assert.equal(await statusWith(worker, { host: `evil.example:${port}` }), 403)
  assert.equal(await statusWith(worker, { host: `127.0.0.1.evil.example` }), 403)
  assert.equal(await statusWith(worker, { 'sec-fetch-site': 'cross-site' }), 403)
  const { headers } = await worker.ask('GET', '/connectors')
  assert.equal(headers.get('access-control-allow-origin'), null)
})

test('with a login everything but the health needs it', async () => {
  await using worker = await openTestWorker({ credentials: { user: 'u', password: 'p:ä' } })
  const paths = ['/', '/connectors', '/connectors/x/status', '/metrics', '/cdc/status', '/admin/loggers', '/nope']
  for (const path of paths) {
    assert.equal((await worker.ask('GET', path)).status, 401, path)
    for (const wrong of ['u:p', 'u:p:ä ', ':', 'x:p:ä', '']) {
      assert.equal((await worker.ask('GET', path, { headers: basic(wrong) })).status, 401, wrong)
    }
    assert.notEqual((await worker.ask('GET', path, { headers: basic('u:p:ä') })).status, 401, path)
  }
  assert.equal((await worker.ask('POST', '/connectors', { body: { name: 'a', config: sourceConfig } })).status, 401)
  const { headers } = await worker.ask('GET', '/')
  assert.match(String(headers.get('www-authenticate')), /^Basic /)
  assert.equal((await worker.ask('GET', '/health')).status, 200)
  // Behind a name of its own: who knows the password is not a rebound page.
  assert.equal(await statusWith(worker, { ...basic('u:p:ä'), host: 'cdc.internal:8083' }), 200)
})

test('it does not listen to a network without a login, nor where something listens', async () => {
  await using worker = await openTestWorker()
  const { port } = new URL(worker.worker.url)
  const start = (host: string, directory: string) => {
    const stateDirectory = join(worker.directory, directory)
    const listen = { host, port: Number(port) }
    return startWorker({ stateDirectory, listen, version: '1', log: createLogger('silent') }, fakeParts())
  }
  await assert.rejects(start('0.0.0.0', 'other'), { code: 'CDC-W02' })
  await assert.rejects(start('127.0.0.1', 'other'), { code: 'CDC-W05' })
  await assert.rejects(start('127.0.0.1', 'state'), { code: 'CDC-W01' })
})

test('bodies that are no configuration are refused with 400, too large ones with 413', async () => {
  await using worker = await openTestWorker()
  const put = async (body: string) => (await worker.ask('PUT', '/connectors/a/config', { body })).status
  const cases = ['{"a":', '[]', '"x"', '1', 'null', '{"a":{"b":1}}', '{"__proto__":{"x":1}}', '{"a":[]}']
  for (const body of [...cases, `${'['.repeat(5000)}${']'.repeat(5000)}`])
    assert.equal(await put(body), 400, body.slice(0, 30))
  assert.equal(await put(`{"a":"${'x'.repeat(2 << 20)}"}`), 413)
  const secret = await worker.ask('PUT', '/connectors/a/config', { body: '{"database.password":"hunter2" oops' })
  assert.doesNotMatch(JSON.stringify(secret.body), /hunter2/)
  assert.equal(({} as Record<string, unknown>)['x'], undefined)
})

test('paths and methods that do not exist are 404 and 405 in the form of every error', async () => {
  await using worker = await openTestWorker()
  const cases: readonly [string, string, number][] = [
    ...[['GET', '/nope', 404] as const, ['DELETE', '/', 405] as const, ['POST', '/connectors/x/pause', 405] as const],
    ...[
      ['PUT', '/connectors', 405] as const,
      ['GET', '/connectors/%zz', 400] as const,
      ['GET', '/connectors/', 200] as const,
    ],
  ].map(([method, path, status]) => [method, path, status])
  for (const [method, path, status] of cases) {
    const answer = await worker.ask(method, path)
    assert.equal(answer.status, status, `${method} ${path}`)
    if (status >= 400) assert.equal(pick(answer.body, 'error_code'), status)
  }
})
