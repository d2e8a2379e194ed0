// What cdc asks Kafka itself, from real brokers: one as Confluent has them (SASL_SSL, PLAIN, permissions), and a plain one
// that names an address nobody can reach.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { Admin, Producer } from '@platformatic/kafka'
import type { KafkaSettings } from '../../src/config/kafka-settings.ts'
import { openKafka } from '../../src/connect/kafka/client.ts'
import type { KafkaClient } from '../../src/connect/kafka/client.ts'
import { notReached, readSinkLags } from '../../src/connect/kafka/lag.ts'
import { checkRetention } from '../../src/connect/kafka/retention.ts'
import { CdcError, formatError } from '../../src/core/errors.ts'
import { freePort } from '../harness/free-port.ts'
import { startKafka } from '../harness/start-kafka.ts'
import type { KafkaServer } from '../harness/start-kafka.ts'
import { makeTlsFiles } from '../harness/tls-files.ts'
import type { TlsFiles } from '../harness/tls-files.ts'
import { waitFor } from '../harness/wait-for.ts'

const secrets = { APIKEY: randomBytes(9).toString('hex'), STRANGER: randomBytes(9).toString('hex') }
const timeoutMs = 60_000

let tls: TlsFiles
let secured: KafkaServer
let plain: KafkaServer
let settings: KafkaSettings
let kafka: KafkaClient
let admin: Admin
let producer: Producer

before(async () => {
  tls = makeTlsFiles()
  const users = Object.entries(secrets).map(([name, secret]) => `user_${name}="${secret}"`)
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const login = `${module} username="APIKEY" password="${secrets.APIKEY}" ${users.join(' ')};`
  const authorizer = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'
  ;[secured, plain] = await Promise.all([
    startKafka({
      tls,
      settings: {
        'listener.name.sasl_ssl.plain.sasl.jaas.config': login,
        'authorizer.class.name': authorizer,
        'super.users': 'User:APIKEY;User:ANONYMOUS',
        // Deleted records are gone at once.
        'log.retention.check.interval.ms': '1000',
      },
    }),
    startKafka({ settings: { 'advertised.listeners': 'PLAINTEXT://127.0.0.1:1' } }),
  ])
  settings = {
    bootstrap: [address(secured)],
    login: { key: 'APIKEY', secret: secrets.APIKEY },
    ca: tls.caText,
  }
  const signal = new AbortController().signal
  kafka = await openKafka(settings, { signal, timeoutMs, connectMs: timeoutMs })
  const own = {
    ...{ clientId: 'test', bootstrapBrokers: [secured.bootstrap], tls: { ca: tls.caText }, retries: 20 },
    sasl: { mechanism: 'PLAIN', username: 'APIKEY', password: secrets.APIKEY } as const,
  }
  admin = new Admin(own)
  producer = new Producer(own)
})

after(async () => {
  await kafka?.[Symbol.asyncDispose]()
  await producer?.close()
  await admin?.close()
  await Promise.all([secured?.[Symbol.asyncDispose](), plain?.[Symbol.asyncDispose]()])
})

function address(server: KafkaServer): { host: string; port: number } {
  const [host = '', port = ''] = server.bootstrap.split(':')
  return { host, port: Number(port) }
}

async function createTopic(
  topic: string,
  partitions = 1,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  await admin.createTopics({
    ...{ topics: [topic], partitions, replicas: 1 },
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  })
  // The broker answers before it shows the topic to those who ask.
  await waitFor(async () => (await kafka.topics()).includes(topic), { what: `topic ${topic} to be seen` })
}

/** @param ages of the records, in seconds */
async function write(topic: string, partition: number, ages: readonly number[]): Promise<void> {
  const messages = ages.map((age) => ({
    ...{ topic, partition, key: Buffer.from('k'), value: Buffer.from('v') },
    timestamp: BigInt(Date.now() - age * 1000),
  }))
  await producer.send({ messages, compression: 'lz4' })
}

async function commit(group: string, topic: string, offsets: readonly bigint[]): Promise<void> {
  const partitionOffsets = offsets.map((offset, partition) => ({ partition, offset }))
  await admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] })
}

test('a sink is behind by the records that it has not committed, and by the age of the oldest of them', async () => {
  const sink = { name: 'sink-lag', config: { 'topics.regex': String.raw`lag\.db\..*` } }
  await createTopic('lag.db.T_A', 2)
  await createTopic('lag.db.T_B')
  await createTopic('lag.db.T_EMPTY')
  await createTopic('lagXdb.T_OTHER')
  await write('lag.db.T_A', 0, [500, 400, 300])
  await write('lag.db.T_A', 1, [200])
  await write('lag.db.T_B', 0, [100, 50])
  await write('lagXdb.T_OTHER', 0, [900])

  const read = async (): Promise<NonNullable<Awaited<ReturnType<typeof lagOf>>>> => {
    const lag = await lagOf(sink)
    assert.ok(lag)
    return lag
  }
  const never = await read()
  assert.deepEqual(never.topics, ['lag.db.T_A', 'lag.db.T_B', 'lag.db.T_EMPTY'])
  assert.equal(never.records, 6)
  assertAge(never.seconds, 500)
  assert.ok(Math.abs((never.newestTime ?? 0) - (Date.now() / 1000 - 50)) < 30)

  // T_B was not met by the sink yet: it has no committed offset.
  await commit('connect-sink-lag', 'lag.db.T_A', [2n, 1n])
  const some = await read()
  assert.equal(some.records, 3)
  assertAge(some.seconds, 300)

  await commit('connect-sink-lag', 'lag.db.T_A', [3n, 1n])
  await commit('connect-sink-lag', 'lag.db.T_B', [2n])
  const all = await read()
  assert.deepEqual([all.records, all.seconds, all.lost.size], [0, 0, 0])

  // No topic to be seen is not the same as nothing to be read.
  const none = await lagOf({ name: 'sink-none', config: { 'topics.regex': 'none.*' } })
  assert.deepEqual([none?.topics, none?.records, none?.seconds], [[], null, null])
})

async function lagOf(sink: { name: string; config: Record<string, string> }) {
  return (await readSinkLags(kafka, [sink])).get(sink.name)
}

/** Wide: a test never asserts how fast a machine is. */
function assertAge(seconds: number | null, expected: number): void {
  assert.ok(seconds !== null && seconds >= expected && seconds < expected + 60, `${seconds} is not about ${expected}`)
}

test('records that Kafka deleted before the sink read them are told', async () => {
  const sink = { name: 'sink-lost', config: { topics: 'lost.db.T' } }
  await createTopic('lost.db.T')
  await write('lost.db.T', 0, [30, 20, 10, 5])
  await commit('connect-sink-lost', 'lost.db.T', [1n])
  await admin.deleteRecords({ topics: [{ name: 'lost.db.T', partitions: [{ partition: 0, offset: 3n }] }] })
  const lag = await lagOf(sink)
  assert.deepEqual([lag?.records, [...(lag?.lost ?? [])]], [1, [['lost.db.T', 2]]])
})

test('a position is reached when every record before it is committed, also of a topic the sink has yet to meet', async () => {
  const sink = { name: 'sink-reached', config: { 'topics.regex': String.raw`reached\..*` } }
  await createTopic('reached.db.T_A')
  await createTopic('reached.db.T_NEW')
  await write('reached.db.T_A', 0, [3, 2])
  await write('reached.db.T_NEW', 0, [1])
  const until = await kafka.endOffsets(['reached.db.T_A', 'reached.db.T_NEW'])
  await commit('connect-sink-reached', 'reached.db.T_A', [2n])
  const waits = await notReached(kafka, sink, until)
  assert.deepEqual(
    waits.map(({ topic }) => topic),
    ['reached.db.T_NEW'],
  )
  await commit('connect-sink-reached', 'reached.db.T_NEW', [1n])
  // What is written afterwards does not count.
  await write('reached.db.T_NEW', 0, [0])
  assert.deepEqual(await notReached(kafka, sink, until), [])
  await commit('connect-sink-reached', 'reached.db.T_NEW', [2n])
  assert.deepEqual(await notReached(kafka, sink, until), [])
})

test('topics that do not keep their records as they must are named with the command that mends them', async () => {
  const day = String(24 * 3_600_000)
  const sink = { 'topics.regex': String.raw`kept\.db\..*` }
  const source = (history: string, created: string): Record<string, string> => ({
    ...{ name: 'mariadb-kept-connector', 'schema.history.internal.kafka.topic': history },
    'topic.creation.default.retention.ms': created,
  })
  const needed = { sink, neededMs: 2 * 24 * 3_600_000 }
  await createTopic('kept.history', 1, { 'retention.ms': '-1' })
  await createTopic('kept.history-bad', 2, { 'retention.ms': day, 'cleanup.policy': 'compact,delete' })
  await createTopic('kept.db.T_LONG', 1, { 'retention.ms': String(8 * Number(day)) })
  assert.deepEqual(await checkRetention(kafka, { ...needed, source: source('kept.history', '604800000') }), [])
  assert.deepEqual(await checkRetention(kafka, { ...needed, source: source('not.made.yet', '604800000') }), [])

  await createTopic('kept.db.T_SHORT', 1, { 'retention.ms': day, 'retention.bytes': '1000000' })
  const problems = await checkRetention(kafka, { ...needed, source: source('kept.history-bad', day) })
  assert.deepEqual(
    problems.map(({ code, where }) => `${code} ${where}`),
    [
      'CDC-K07 kept.history-bad',
      'CDC-K07 kept.history-bad',
      'CDC-K07 kept.db.T_SHORT',
      'CDC-K07 mariadb-kept-connector',
    ],
  )
  assert.match(
    problems[1]?.fix ?? '',
    /--entity-name kept\.history-bad --add-config cleanup\.policy=delete,retention\.ms=-1$/,
  )
  assert.match(problems[2]?.what ?? '', /24 h.*1000000 bytes/)
})

test('each way in which Kafka cannot be asked is an error of its own, within its time', async () => {
  const silent = createServer((socket) => sockets.push(socket))
  const sockets: Socket[] = []
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const here = { host: '127.0.0.1', port: (silent.address() as AddressInfo).port }
  const open: KafkaSettings = { bootstrap: [address(plain)], login: undefined, ca: undefined }
  const cases: readonly [string, KafkaSettings, string, RegExp][] = [
    ['nobody listens', { ...open, bootstrap: [{ host: '127.0.0.1', port: await freePort() }] }, 'CDC-K01', /REFUSED/],
    ['no such host', { ...open, bootstrap: [{ host: 'broker.invalid', port: 9092 }] }, 'CDC-K01', /broker\.invalid/],
    ['no answer', { ...open, bootstrap: [here] }, 'CDC-K01', /no answer within/],
    ['no login on a TLS port', { ...open, bootstrap: [address(secured)] }, 'CDC-K04', /TLS only/],
    ['TLS on a plain port', { ...settings, bootstrap: [address(plain)] }, 'CDC-K04', /does not speak TLS/],
    ['an unknown authority', { ...settings, ca: undefined }, 'CDC-K04', /certificate/],
    [
      'another host name',
      { ...settings, bootstrap: [{ host: 'localhost', port: address(secured).port }] },
      'CDC-K04',
      /localhost/,
    ],
    ['a wrong secret', { ...settings, login: { key: 'APIKEY', secret: 'wrong' } }, 'CDC-K02', /Authentication failed/],
  ]
  try {
    for (const [name, wrong, code, why] of cases) {
      const error = await failure(wrong, (client) => client.topics(), name === 'no answer' ? 1_000 : timeoutMs)
      assert.equal(error.code, code, `${name}: ${error.message} ${error.why}`)
      assert.match(error.why ?? '', why, name)
      assert.doesNotMatch(formatError(error), /wrong|[0-9a-f]{18}/, name)
    }
  } finally {
    for (const socket of sockets) socket.destroy()
    silent.close()
  }
})

test('an address that a broker gives and that leads nowhere is named', async () => {
  const open: KafkaSettings = { bootstrap: [address(plain)], login: undefined, ca: undefined }
  const error = await failure(open, (client) => client.committedOffsets(['connect-x']), timeoutMs)
  assert.equal(error.code, 'CDC-K06', error.message)
  assert.match(error.what, /127\.0\.0\.1:1\b/)
  assert.match(error.fix, /advertised\.listeners/)
})

test('a permission that is missing is named', async () => {
  const stranger = { ...settings, login: { key: 'STRANGER', secret: secrets.STRANGER } }
  const error = await failure(stranger, (client) => client.committedOffsets(['connect-sink-lag']), timeoutMs)
  assert.equal(error.code, 'CDC-K03', error.message)
  assert.match(error.fix, /DESCRIBE on the consumer groups connect-sink-lag/)
  // Topics one may not see are not there.
  const signal = new AbortController().signal
  await using client = await openKafka(stranger, { signal, timeoutMs, connectMs: timeoutMs })
  assert.deepEqual(await client.topics(), [])
})

test('a connection that breaks is made again by the next call, and a call ends when it is told to', async () => {
  const between = await startBetween(address(secured))
  const controller = new AbortController()
  await using client = await openKafka(
    { ...settings, bootstrap: [{ host: '127.0.0.1', port: between.port }] },
    { signal: controller.signal, timeoutMs, connectMs: timeoutMs },
  )
  assert.ok((await client.topics()).includes('lag.db.T_A'))
  await between.close()
  await assert.rejects(client.topics(), { code: 'CDC-K01' })
  await between.open()
  assert.ok((await client.topics()).includes('lag.db.T_A'))
  controller.abort(new Error('stopped by a test'))
  await assert.rejects(client.topics(), { message: 'stopped by a test' })
  await between.close()
})

/** What stands between a client and a broker, and can be taken away. */
async function startBetween(to: { host: string; port: number }) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(to)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.pipe(other)
    }
  })
  const port = await freePort()
  const open = async (): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await open()
  return {
    ...{ port, open },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      sockets.clear()
      await closed
    },
  }
}

async function failure(
  wrong: KafkaSettings,
  ask: (client: KafkaClient) => Promise<unknown>,
  limitMs: number,
): Promise<CdcError> {
  const signal = new AbortController().signal
  await using client = await openKafka(wrong, { signal, timeoutMs: limitMs, connectMs: limitMs })
  try {
    await ask(client)
  } catch (error) {
    assert.ok(error instanceof CdcError, String(error))
    return error
  }
  return assert.fail('it was answered')
}
