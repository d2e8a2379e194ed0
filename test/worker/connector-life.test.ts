// Connectors over restarts, and who reads whom, with runs that are only there.
import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { emptyPosition, parsePosition } from '../../src/core/gtid.ts'
import { must } from '../../src/core/assert.ts'
import type { FakeRelay } from './fake-parts.ts'
import { eventually, openTestWorker, pick, sinkConfig, sourceConfig } from './test-worker.ts'
import type { TestWorker } from './test-worker.ts'

async function putSource(worker: TestWorker, name = 'a', config: Record<string, string> = {}): Promise<void> {
  const { status, body } = await worker.ask('PUT', `/connectors/${name}/config`, {
    body: { ...sourceConfig, ...config },
  })
  assert.ok(status < 300, JSON.stringify(body))
}

async function putSink(worker: TestWorker, name = 'k', config: Record<string, string> = {}): Promise<void> {
  const { status, body } = await worker.ask('PUT', `/connectors/${name}/config`, { body: { ...sinkConfig, ...config } })
  assert.ok(status < 300, JSON.stringify(body))
}

async function states(worker: TestWorker, name: string): Promise<unknown[]> {
  const { body } = await worker.ask('GET', `/connectors/${name}/status`)
  return [pick(body, 'connector', 'state'), pick(body, 'tasks', 0, 'state')]
}

const feedsOf = (worker: TestWorker): string[][] => worker.parts.sinks.map((run) => run.sources.map(({ name }) => name))
const relayOf = (worker: TestWorker, name: string): FakeRelay =>
  must(worker.parts.relays.get(join(worker.directory, 'state', 'relay', name)), `relay ${name}`)

test('connectors come back with their target state after a new start', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  await worker.ask('PUT', '/connectors/k/pause')
  await worker.ask('PUT', '/connectors/a/stop')
  await worker.restart()
  assert.deepEqual(await states(worker, 'k'), ['PAUSED', 'PAUSED'])
  assert.deepEqual(await states(worker, 'a'), ['STOPPED', undefined])
  assert.deepEqual([worker.parts.sources.length, worker.parts.sinks.length], [0, 0])
  await worker.ask('PUT', '/connectors/k/resume')
  await worker.ask('PUT', '/connectors/a/resume')
  await worker.restart()
  assert.deepEqual(await states(worker, 'k'), ['RUNNING', 'RUNNING'])
  assert.deepEqual([worker.parts.sources.length, worker.parts.sinks.length], [1, 1])
  assert.equal(worker.parts.sources[0]?.config.password, 'a secret')
})

test('a stopped worker leaves no run and no open relay behind', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  await eventually(
    () => feedsOf(worker),
    (feeds) => feeds.length === 1,
  )
  await worker.worker[Symbol.asyncDispose]()
  assert.deepEqual([worker.parts.sources, worker.parts.sinks], [[], []])
  assert.ok(relayOf(worker, 'a').closed)
})

test('a sink waits for its source, and is not disturbed by its pause, restart or end', async () => {
  await using worker = await openTestWorker()
  await putSink(worker)
  assert.deepEqual(await states(worker, 'k'), ['RUNNING', 'RUNNING'])
  const report = (await worker.ask('GET', '/cdc/status')).body
  assert.equal(pick(report, 'connectors', 0, 'phase'), 'waiting-for-source')
  assert.deepEqual(feedsOf(worker), [])
  await putSource(worker)
  await eventually(
    () => feedsOf(worker),
    (feeds) => feeds.length === 1,
  )
  const run = worker.parts.sinks[0]
  await worker.ask('PUT', '/connectors/a/pause')
  await worker.ask('PUT', '/connectors/a/resume')
  await worker.ask('POST', '/connectors/a/restart?includeTasks=true')
  await eventually(
    () => states(worker, 'a'),
    ([state]) => state === 'RUNNING',
  )
  await worker.ask('DELETE', '/connectors/a')
  assert.deepEqual(worker.parts.sources, [])
  assert.equal(worker.parts.sinks[0], run)
  assert.ok(!run?.signal.aborted)
})

test('a sink goes on reading the relay of a deleted source, also after a new start, and no password stays', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  await eventually(
    () => feedsOf(worker),
    (feeds) => feeds.length === 1,
  )
  await worker.ask('DELETE', '/connectors/a')
  await worker.restart()
  assert.deepEqual(feedsOf(worker), [['a']])
  const stream = await readFile(join(worker.directory, 'state', 'streams', 'a.json'), 'utf8')
  assert.doesNotMatch(stream, /a secret/)
  await putSource(worker)
  assert.deepEqual(
    pick((await worker.ask('GET', '/connectors/a/offsets')).body, 'offsets', 0, 'offset', 'gtids'),
    '0-1-42',
  )
})

test('a sink reads every source that it matches and no other, and follows changes of both', async () => {
  await using worker = await openTestWorker()
  await putSource(worker, 'a')
  await putSource(worker, 'b', { 'topic.prefix': 'other', 'database.server.id': '5078' })
  await putSink(worker, 'k', { 'topics.regex': '(rest|other)\\.rest\\..*' })
  await eventually(
    () => feedsOf(worker),
    (feeds) => feeds[0]?.length === 2,
  )
  await putSink(worker, 'k', { 'topics.regex': 'other\\.rest\\..*' })
  await eventually(
    () => feedsOf(worker),
    (feeds) => feeds.length === 1 && String(feeds[0]) === 'b',
  )
  assert.deepEqual([relayOf(worker, 'a').readers, relayOf(worker, 'b').readers], [[], ['k']])
  await putSource(worker, 'a', { 'table.include.list': 'rest.t,rest.u' })
  assert.deepEqual(feedsOf(worker), [['b']])
})

test('a stopped or failed sink is still a reader: its relay is kept for it', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  await worker.ask('PUT', '/connectors/k/stop')
  assert.deepEqual(relayOf(worker, 'a').readers, ['k'])
  await worker.restart()
  assert.deepEqual(relayOf(worker, 'a').readers, ['k'])
  await worker.ask('DELETE', '/connectors/k')
  assert.deepEqual(relayOf(worker, 'a').readers, [])
})

test('a failure stays, with its code and the way out, until it is restarted', async () => {
  await using worker = await openTestWorker()
  worker.parts.failure = {
    source: new CdcError('CDC-M05', { where: 'a', what: 'log_bin is OFF', why: 'no log', details: ['line'] }),
  }
  await putSource(worker)
  await eventually(
    () => states(worker, 'a'),
    ([, task]) => task === 'FAILED',
  )
  const { body } = await worker.ask('GET', '/connectors/a/tasks/0/status')
  assert.equal(
    pick(body, 'trace'),
    'error[CDC-M05] a: log_bin is OFF\n  why: no log\n  fix: start MariaDB with log_bin\n  line',
  )
  const report = (await worker.ask('GET', '/cdc/status')).body
  assert.equal(pick(report, 'connectors', 0, 'error'), 'CDC-M05 a: log_bin is OFF')
  assert.match(
    String((await worker.ask('GET', '/metrics')).body),
    /cdc_connector_failed\{connector="a",type="source"\} 1/,
  )
  worker.parts.failure = {}
  await putSource(worker)
  assert.deepEqual(await states(worker, 'a'), ['RUNNING', 'FAILED'])
  await worker.ask('POST', '/connectors/a/restart?includeTasks=true&onlyFailed=true')
  await eventually(
    () => states(worker, 'a'),
    ([, task]) => task === 'RUNNING',
  )
})

test('a stored configuration that cannot be used any more fails its connector and nothing else', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  const path = join(worker.directory, 'state', 'connectors', 'k.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace('"upsert"', '"sometimes"'))
  await worker.restart()
  assert.deepEqual(await states(worker, 'k'), ['FAILED', undefined])
  assert.deepEqual(await states(worker, 'a'), ['RUNNING', 'RUNNING'])
  assert.deepEqual(relayOf(worker, 'a').readers, ['k'])
  await putSink(worker)
  assert.deepEqual(await states(worker, 'k'), ['RUNNING', 'RUNNING'])
})

test('offsets: a reset empties the relay under a running sink, and the next start begins anew', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  await eventually(
    () => feedsOf(worker),
    (feeds) => feeds.length === 1,
  )
  assert.equal((await worker.ask('DELETE', '/connectors/a/offsets')).status, 400)
  await worker.ask('PUT', '/connectors/a/stop')
  worker.parts.relays.delete(join(worker.directory, 'state', 'relay', 'a'))
  assert.equal((await worker.ask('DELETE', '/connectors/a/offsets')).status, 200)
  assert.deepEqual((await worker.ask('GET', '/connectors/a/offsets')).body, { offsets: [] })
  assert.deepEqual(feedsOf(worker), [])
  worker.parts.beginsAt = parsePosition('0-1-99')
  await worker.ask('PUT', '/connectors/a/resume')
  await eventually(
    () => feedsOf(worker),
    (feeds) => feeds.length === 1,
  )
  assert.equal(pick((await worker.ask('GET', '/connectors/a/offsets')).body, 'offsets', 0, 'offset', 'gtids'), '0-1-99')
})

test('offsets: a source is not moved when a sink would lose rows by it', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  await worker.ask('PUT', '/connectors/a/stop')
  const move = (gtids: string) =>
    worker.ask('PATCH', '/connectors/a/offsets', {
      body: { offsets: [{ partition: { server: 'rest' }, offset: { gtids } }] },
    })
  const applied = (gtids: string) =>
    worker.parts.positions.set('k', [{ source: 'a', position: parsePosition(gtids), sourceTime: null }])
  applied('0-1-41')
  const refused = await move('0-1-10')
  assert.equal(refused.status, 400)
  assert.match(String(pick(refused.body, 'message')), /^CDC-R04 a: k would lose rows/)
  applied('0-1-42')
  assert.equal((await move('0-1-50')).status, 400)
  assert.equal((await move('0-1-10')).status, 200)
  assert.equal(pick((await worker.ask('GET', '/connectors/a/offsets')).body, 'offsets', 0, 'offset', 'gtids'), '0-1-10')
})

test('offsets of a sink are those in PostgreSQL, changed only when it is stopped', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  const body = { offsets: [{ partition: { source: 'a' }, offset: { gtids: '0-1-42' } }] }
  assert.equal((await worker.ask('PATCH', '/connectors/k/offsets', { body })).status, 400)
  await worker.ask('PUT', '/connectors/k/stop')
  for (const [source, gtids, words] of [
    ['nobody', '0-1-42', /use one of: a$/],
    ['a', '0-1-7', /from 0-1-42 to 0-1-42$/],
    ['a', '0-1-99', /from 0-1-42 to 0-1-42$/],
  ] as const) {
    const wrong = { offsets: [{ partition: { source }, offset: { gtids } }] }
    const refused = await worker.ask('PATCH', '/connectors/k/offsets', { body: wrong })
    assert.equal(refused.status, 400)
    assert.match(String(pick(refused.body, 'message')), words)
  }
  assert.equal((await worker.ask('PATCH', '/connectors/k/offsets', { body })).status, 200)
  assert.deepEqual((await worker.ask('GET', '/connectors/k/offsets')).body, body)
  assert.equal((await worker.ask('DELETE', '/connectors/k/offsets')).status, 200)
  assert.deepEqual((await worker.ask('GET', '/connectors/k/offsets')).body, { offsets: [] })
})

test('a sink whose position was changed is a reader of whom the relay knows nothing', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  await worker.ask('PUT', '/connectors/k/stop')
  const body = { offsets: [{ partition: { source: 'a' }, offset: { gtids: '0-1-42' } }] }
  await worker.ask('PATCH', '/connectors/k/offsets', { body })
  assert.deepEqual([relayOf(worker, 'a').forgotten, relayOf(worker, 'a').readers], [['k'], ['k']])
})

test('a source that never had a position leaves nothing behind', async () => {
  await using worker = await openTestWorker()
  worker.parts.beginsAt = emptyPosition
  await putSource(worker)
  await worker.ask('DELETE', '/connectors/a')
  assert.deepEqual(await readdir(join(worker.directory, 'state', 'streams')), [])
})

test('two requests for one name at the same moment: one wins', async () => {
  await using worker = await openTestWorker()
  const body = { name: 'a', config: sourceConfig }
  const answers = await Promise.all([1, 2, 3].map(() => worker.ask('POST', '/connectors', { body })))
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [201, 409, 409],
  )
  assert.equal(worker.parts.sources.length, 1)
})

test('what the database says against a source is a 400 that names it', async () => {
  await using worker = await openTestWorker()
  worker.parts.check = {
    tables: [],
    problems: [{ option: 'table.include.list', message: 'CDC-T01 rest.t: column g is of type x' }],
  }
  const { status, body } = await worker.ask('PUT', '/connectors/a/config', { body: sourceConfig })
  assert.equal(status, 400)
  assert.match(String(pick(body, 'message')), /following 1 error\(s\):\nCDC-T01 rest\.t: column g/)
  const plugin = '/connector-plugins/MariaDbConnector/config/validate'
  const infos = (await worker.ask('PUT', plugin, { body: { ...sourceConfig, name: 'a' } })).body
  assert.equal(pick(infos, 'error_count'), 1)
})

test('two sources with one topic prefix, or one server id on one server, are refused', async () => {
  await using worker = await openTestWorker()
  await putSource(worker, 'a')
  for (const change of [{ 'topic.prefix': 'p' }, { 'database.server.id': '9' }]) {
    const { status, body } = await worker.ask('PUT', '/connectors/b/config', { body: { ...sourceConfig, ...change } })
    assert.equal(status, 400)
    assert.match(String(pick(body, 'message')), /CDC-C11 b: a has the same/)
  }
  await putSource(worker, 'b', { 'topic.prefix': 'p', 'database.server.id': '9' })
})

test('odd names are names like others, and their files stay in their directory', async () => {
  await using worker = await openTestWorker()
  const name = '../a/b c%2F'
  const { status, headers } = await worker.ask('POST', '/connectors', { body: { name, config: sourceConfig } })
  assert.equal(status, 201)
  assert.equal(headers.get('location'), `${worker.worker.url}/connectors/${encodeURIComponent(name)}`)
  assert.equal(pick((await worker.ask('GET', `/connectors/${encodeURIComponent(name)}/status`)).body, 'name'), name)
  await worker.restart()
  assert.deepEqual((await worker.ask('GET', '/connectors')).body, [name])
  const files = await readdir(join(worker.directory, 'state', 'connectors'))
  assert.deepEqual(files, ['%2E.%2Fa%2Fb%20c%252F.json'])
  assert.equal((await stat(join(worker.directory, 'state', 'connectors', String(files[0])))).mode & 0o777, 0o600)
})

test('a changed limit of the relay reopens it, and its sink goes on with the new one', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await putSink(worker)
  await eventually(
    () => feedsOf(worker),
    (feeds) => feeds.length === 1,
  )
  const before = worker.parts.sinks[0]?.sources[0]?.relay
  await putSource(worker, 'a', { 'relay.max.bytes': String(1 << 30) })
  await eventually(
    () => worker.parts.sinks[0]?.sources[0]?.relay,
    (relay) => relay !== undefined && relay !== before,
  )
})

test('a worker that is told to stop in the middle of a restart leaves nothing running', async () => {
  await using worker = await openTestWorker()
  await putSource(worker)
  await worker.ask('POST', '/connectors/a/restart?includeTasks=true')
  await worker.worker[Symbol.asyncDispose]()
  assert.deepEqual(worker.parts.sources, [])
})
