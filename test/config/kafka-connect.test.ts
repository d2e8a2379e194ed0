import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findPlugin } from '../../src/config/connector-class.ts'
import { readTransforms } from '../../src/config/transforms.ts'
import { forKafkaConnect } from '../../src/config/kafka-connect.ts'
import { resolveProviders } from '../../src/config/providers.ts'
import { parseSinkConfig } from '../../src/config/sink-config.ts'
import { errorsOf, temporaryProject } from './temporary-project.ts'

const history = { 'schema.history.internal.kafka.topic': 'h', 'schema.history.internal.kafka.bootstrap.servers': 'k' }

const lean = {
  transforms: 'lean',
  'transforms.lean.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
  'transforms.lean.exclude': 'transaction,ts_us,ts_ns',
}

test('what leaves rows alone is accepted from a source that runs, other changes of fields are not', () => {
  const problems = (changed: Readonly<Record<string, string>>): number =>
    readTransforms({ ...lean, ...changed }).problems.length
  assert.equal(problems({}), 0)
  assert.equal(problems({ 'transforms.lean.exclude': 'before' }), 1)
  assert.equal(problems({ 'transforms.lean.renames': 'after:later' }), 1)
  const own = { ...history, transforms: 'x', 'transforms.x.type': 'org.apache.kafka.connect.transforms.RegexRouter' }
  assert.deepEqual(forKafkaConnect('source', own).config, own)
})

test('former names and words are sent as they are called now', () => {
  const { config, notices } = forKafkaConnect('source', {
    ...history,
    'snapshot.mode': 'schema_only',
    'relay.max.bytes': '1',
  })
  assert.deepEqual(config, { ...history, ...lean, 'snapshot.mode': 'no_data' })
  assert.deepEqual(
    notices.map(({ key }) => key),
    ['snapshot.mode'],
  )
  const sink = forKafkaConnect('sink', {
    'connection.user': 'u',
    'connection.url': 'postgresql://a%40b:c%26d@[::1]:6000/my%20db?sslmode=require',
    'apply.batch.rows': '1',
    'delete.enabled': 'false',
  })
  assert.deepEqual(sink.config, {
    'connection.username': 'u',
    'connection.url': 'jdbc:postgresql://[::1]:6000/my%20db?sslmode=require&user=a%40b&password=c%26d',
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_key',
    'delete.enabled': 'false',
    'truncate.enabled': 'true',
    'schema.evolution': 'basic',
  })
})

test('a cast that sees only the envelope is left out and explained; one behind an unwrapping stays', () => {
  const cast = { type: 'org.apache.kafka.connect.transforms.Cast$Value', spec: 'active:boolean' }
  const route = { type: 'org.apache.kafka.connect.transforms.RegexRouter', regex: 'a', replacement: 'b' }
  const unwrap = { type: 'io.debezium.transforms.ExtractNewRecordState' }
  const send = (
    transforms: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ): ReturnType<typeof forKafkaConnect> =>
    forKafkaConnect('sink', {
      transforms: Object.keys(transforms).join(','),
      ...Object.fromEntries(
        Object.entries(transforms).flatMap(([name, values]) =>
          Object.entries(values).map(([key, value]) => [`transforms.${name}.${key}`, value]),
        ),
      ),
    })
  const seed = send({ route, castBits: cast })
  assert.equal(seed.config['transforms'], 'route')
  assert.equal(seed.config['transforms.castBits.spec'], undefined)
  assert.equal(seed.config['transforms.route.regex'], 'a')
  assert.match(seed.notices[0]?.text ?? '', /castBits is not sent.*BIT\(1\) becomes boolean/)
  const alone = send({ castBits: cast })
  assert.deepEqual(
    Object.keys(alone.config).filter((key) => key.startsWith('transforms')),
    [],
  )
  assert.equal(send({ unwrap, castBits: cast }).config['transforms'], 'unwrap,castBits')
})

test('words that Connect itself would accept are mistakes here', () => {
  const raw = {
    ...{ name: 's', 'connector.class': 'JdbcSinkConnector', 'topics.regex': 'a' },
    ...{ 'connection.url': 'jdbc:postgresql://h/d', 'connection.username': 'u' },
  }
  for (const [key, value] of [
    ['insert.mode', 'sometimes'],
    ['primary.key.mode', 'maybe'],
    ['schema.evolution', 'full'],
    ['errors.tolerance', 'some'],
    ['delete.enabled', 'perhaps'],
  ] as const) {
    const [error] = errorsOf(() => parseSinkConfig({ ...raw, [key]: value }, { runtime: 'connect' }))
    assert.match(error ?? '', new RegExp(`^CDC-C06 .*${key}`))
  }
})

test('what only Kafka Connect requires is asked for', () => {
  assert.deepEqual(
    errorsOf(() => forKafkaConnect('source', { name: 'x' }, { where: (key) => `f:${key.length}` })),
    [
      'CDC-C07 f:35: schema.history.internal.kafka.topic: Kafka Connect requires it',
      'CDC-C07 f:47: schema.history.internal.kafka.bootstrap.servers: Kafka Connect requires it',
    ],
  )
})

test('plugins are found by their names and short names', () => {
  for (const name of ['io.debezium.connector.mariadb.MariaDbConnector', 'MariaDbConnector', 'MariaDb']) {
    assert.equal(findPlugin(name)?.kind, 'source')
  }
  assert.equal(findPlugin('JdbcSink')?.kind, 'sink')
  assert.equal(findPlugin('Nope'), undefined)
})

test('references to config providers are filled in for the embedded runtime', () => {
  using project = temporaryProject({ 'secrets.properties': '# c\nuser=u\npassword = p:$x\\\\y\n', pw: 'from file' })
  const raw = {
    a: '${env:PW}',
    b: `\${file:${project.directory}/secrets.properties:password}`,
    c: `\${dir:${project.directory}:pw}`,
    d: 'mp_cdc.${source.table} ${topic}',
  }
  assert.deepEqual(resolveProviders(raw, { PW: 'e' }), { a: 'e', b: 'p:$x\\y', c: 'from file', d: raw.d })
  assert.deepEqual(
    errorsOf(() => resolveProviders({ name: 'x', p: '${env:NONE}', q: '${file:/nowhere:k}' }, {})),
    ['CDC-C03 x: p: ${env:NONE} leads nowhere', 'CDC-C03 x: q: ${file:/nowhere:k} leads nowhere'],
  )
})

test('a value that is kept elsewhere is not checked before it is resolved', () => {
  const config = parseSinkConfig({
    name: 'x',
    'connector.class': 'JdbcSink',
    topics: 'a',
    'connection.url': '${env:URL}',
    'apply.batch.rows': '${env:ROWS}',
  })
  assert.equal(config.postgres.host, '')
  assert.match(
    errorsOf(() =>
      parseSinkConfig(resolveProviders({ ...config.raw }, { URL: 'jdbc:postgresql://h/d?user=u', ROWS: 'x' })),
    )[0] ?? '',
    /apply\.batch\.rows: An integer is expected/,
  )
})
