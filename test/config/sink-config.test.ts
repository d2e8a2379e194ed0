import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSinkConfig } from '../../src/config/sink-config.ts'
import type { TargetName } from '../../src/config/sink-config.ts'
import { errorsOf, passwords, temporaryProject, thrownBy } from './temporary-project.ts'

const good = {
  name: 'postgres-sink-trading',
  'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
  'topics.regex': String.raw`xchange_trading\.xchange_trading\..*`,
  'connection.url': 'jdbc:postgresql://pg.example:5499/analytics',
  'connection.username': 'sink',
  'connection.password': 'secret',
  'collection.name.format': 'mp_cdc.${source.table}',
  'insert.mode': 'upsert',
  'primary.key.mode': 'record_key',
}
const without = (...keys: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(good).filter(([key]) => !keys.includes(key)))
const errors = (changes: Readonly<Record<string, string>>): readonly string[] =>
  errorsOf(() => parseSinkConfig({ ...good, ...changes }))
const target = (changes: Readonly<Record<string, string>>, topic = 'p.shop.T_DEAL'): TargetName =>
  parseSinkConfig({ ...good, ...changes }).targetName('shop', 'T_DEAL', topic)

test('a good configuration is resolved, with our defaults', () => {
  const config = parseSinkConfig(good)
  assert.deepEqual(config.postgres, {
    host: 'pg.example',
    port: 5499,
    database: 'analytics',
    user: 'sink',
    password: 'secret',
    ssl: { mode: 'prefer', ca: undefined },
    connectTimeoutMs: 10_000,
  })
  assert.equal(config.matchesTopic('xchange_trading.xchange_trading.T_DEAL'), true)
  assert.equal(config.matchesTopic('xchange_trading'), false)
  const { quoteIdentifiers, deleteEnabled, truncateEnabled, schemaEvolution, batchRows, notices } = config
  assert.deepEqual(
    { quoteIdentifiers, deleteEnabled, truncateEnabled, schemaEvolution, batchRows, notices },
    {
      quoteIdentifiers: false,
      deleteEnabled: true,
      truncateEnabled: true,
      schemaEvolution: 'basic',
      batchRows: 20_000,
      notices: [],
    },
  )
  const off = parseSinkConfig({
    ...good,
    'delete.enabled': 'false',
    'truncate.enabled': 'FALSE',
    'schema.evolution': 'none',
  })
  assert.deepEqual([off.deleteEnabled, off.truncateEnabled, off.schemaEvolution], [false, false, 'none'])
})

test('names follow the format, and are folded unless they are quoted', () => {
  assert.deepEqual(target({}), { schema: 'mp_cdc', table: 't_deal' })
  assert.deepEqual(target({ 'quote.identifiers': 'true', 'collection.name.format': 'MP."X"_${source.table}' }), {
    schema: 'MP',
    table: 'X_T_DEAL',
  })
  assert.deepEqual(target({ 'collection.name.format': '${source.db}.${source.table}_copy' }), {
    schema: 'shop',
    table: 't_deal_copy',
  })
  assert.deepEqual(parseSinkConfig(good).targetName('a', 'x.y', 'p.a.x.y'), { schema: 'mp_cdc', table: 'x.y' })
})

test("Debezium's default is the topic with underscores, in the connection's schema", () => {
  const config = parseSinkConfig(without('collection.name.format'))
  assert.deepEqual(config.targetName('shop', 'T_DEAL', 'p.shop.T_DEAL'), { schema: 'public', table: 'p_shop_t_deal' })
  const url = 'jdbc:postgresql://h/db?currentSchema=mp_cdc,public'
  assert.deepEqual(target({ 'collection.name.format': '${topic}', 'connection.url': url }), {
    schema: 'mp_cdc',
    table: 'p_shop_t_deal',
  })
})

test('a RegexRouter is applied to the topic before it becomes a name, not before it is matched', () => {
  const routed = {
    transforms: 'route,castBits',
    'transforms.route.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.route.regex': String.raw`p\.shop\.(.*)`,
    'transforms.route.replacement': '$1',
    'transforms.castBits.type': 'org.apache.kafka.connect.transforms.Cast$Value',
    'transforms.castBits.spec': 'active:boolean',
    'collection.name.format': 'mp_cdc.${topic}',
  }
  assert.deepEqual(target(routed), { schema: 'mp_cdc', table: 't_deal' })
  assert.deepEqual(target(routed, 'other.topic'), { schema: 'mp_cdc', table: 'other_topic' })
  const { notices } = parseSinkConfig({ ...good, ...routed })
  assert.deepEqual(
    notices.map(({ key }) => key),
    ['transforms.castBits.type'],
  )
  assert.match(notices[0]?.text ?? '', /no effect/)
})

test('transforms that change rows are refused, and incomplete ones are explained', () => {
  const where = 'CDC-C06 postgres-sink-trading:'
  assert.deepEqual(
    errors({ transforms: 'm', 'transforms.m.type': 'org.apache.kafka.connect.transforms.MaskField$Value' }),
    [
      `${where} transforms.m.type: the embedded runtime cannot apply org.apache.kafka.connect.transforms.MaskField$Value`,
    ],
  )
  assert.deepEqual(errors({ transforms: 'm' }), [`${where} transforms: transform m has no "transforms.m.type"`])
  const type = 'org.apache.kafka.connect.transforms.RegexRouter'
  assert.deepEqual(errors({ transforms: 'r', 'transforms.r.type': type, 'transforms.r.regex': 'a' }), [
    `${where} transforms.r.type: RegexRouter r needs "transforms.r.replacement"`,
  ])
  assert.deepEqual(
    errors({ transforms: 'r', 'transforms.r.type': type, 'transforms.r.regex': 'a(', 'transforms.r.replacement': '' }),
    [`${where} transforms.r.regex: the regular expression has unterminated group at character 2`],
  )
})

test('only upserts by the record key are accepted, with the fix', () => {
  for (const mode of ['insert', 'update', 'sometimes']) {
    const [error] = thrownBy(() => parseSinkConfig({ ...good, 'insert.mode': mode }))
    assert.equal(error?.message, 'CDC-C06 postgres-sink-trading: insert.mode: Value must be one of upsert')
    assert.equal(error?.fix, '"insert.mode": "upsert"')
  }
  const [error] = thrownBy(() => parseSinkConfig({ ...good, 'primary.key.mode': 'kafka' }))
  assert.equal(error?.fix, '"primary.key.mode": "record_key"')
  assert.equal(parseSinkConfig(without('insert.mode', 'primary.key.mode')).deleteEnabled, true)
})

test('topics or topics.regex, not both, not neither', () => {
  assert.deepEqual(
    errorsOf(() => parseSinkConfig(without('topics.regex'))),
    ['CDC-C07 postgres-sink-trading: topics.regex: Must configure one of topics or topics.regex'],
  )
  assert.match(errors({ topics: 'a' })[0] ?? '', /^CDC-C06 .*mutually exclusive/)
  const config = parseSinkConfig({ ...without('topics.regex'), topics: 'a.b.c, d.e.f' })
  assert.deepEqual([config.matchesTopic('d.e.f'), config.matchesTopic('d.e.g')], [true, false])
  assert.match(errors({ 'topics.regex': 'a(' })[0] ?? '', /unterminated group at character 2/)
})

test('unescaped dots are a notice with the better line', () => {
  const { notices } = parseSinkConfig({ ...good, 'topics.regex': String.raw`a.b\..*` })
  assert.deepEqual(
    notices.map(({ replacement }) => replacement),
    [String.raw`"topics.regex": "a\\.b\\..*"`],
  )
})

test('missing keys, former names and wrong values', () => {
  assert.deepEqual(
    errorsOf(() => parseSinkConfig(without('connection.url', 'connection.username'))),
    [
      'CDC-C07 postgres-sink-trading: connection.url: A value is required',
      'CDC-C07 postgres-sink-trading: connection.username: A value is required',
    ],
  )
  const former = {
    ...without('connection.username', 'collection.name.format'),
    'connection.user': 'old',
    'table.name.format': 'x.${source.table}',
  }
  const config = parseSinkConfig(former)
  assert.equal(config.postgres.user, 'old')
  assert.deepEqual(config.targetName('a', 'b', 'c'), { schema: 'x', table: 'b' })
  assert.deepEqual(
    config.notices.map(({ key, replacement }) => `${key} -> ${replacement ?? ''}`),
    [
      'connection.user -> "connection.username": "old"',
      'table.name.format -> "collection.name.format": "x.${source.table}"',
    ],
  )
  assert.match(errors({ 'collection.name.format': 'a.b.c' })[0] ?? '', /At most a schema and a table/)
  assert.match(errors({ 'collection.name.format': 'a.${source.x}' })[0] ?? '', /\$\{source\.x\} is not known here/)
  assert.match(errors({ 'collection.name.format': 'a.' })[0] ?? '', /A name is missing/)
  assert.match(errors({ 'field.exclude.list': 'x' })[0] ?? '', /copies every column/)
  assert.match(errors({ 'conection.url': 'x' })[0] ?? '', /^CDC-C05/)
})

test('real options of Debezium and Kafka Connect are accepted', () => {
  const accepted = {
    'consumer.override.metadata.max.age.ms': '2000',
    'errors.deadletterqueue.topic.name': 'dlq',
    'errors.tolerance': 'all',
    'batch.size': '500',
    'use.time.zone': 'UTC',
    'flush.max.retries': '5',
    'hibernate.connection.x': 'y',
    'dialect.postgres.unnest.insert.enabled': 'true',
    'connection.pool.min_size': '5',
    'value.converter': 'x',
  }
  assert.deepEqual(errors(accepted), [])
})

test('both spellings of an address, with their parameters', () => {
  const postgres = (url: string, rest: Readonly<Record<string, string>> = {}) =>
    parseSinkConfig({ ...good, ...rest, 'connection.url': url }).postgres
  const jdbc = postgres(
    'jdbc:postgresql://[::1]:6000/my%20db?sslmode=require&connectTimeout=3&ApplicationName=x&reWriteBatchedInserts=true&unknown=1',
  )
  assert.deepEqual(
    [jdbc.host, jdbc.port, jdbc.database, jdbc.ssl.mode, jdbc.connectTimeoutMs],
    ['::1', 6000, 'my db', 'require', 3000],
  )
  const libpq = postgres('postgresql://u%40x:p%3Aw@h/db?sslmode=verify-ca')
  assert.deepEqual(
    [libpq.user, libpq.password, libpq.host, libpq.port, libpq.ssl.mode],
    ['u@x', 'p:w', 'h', 5432, 'verify-ca'],
  )
  assert.equal(postgres('jdbc:postgresql:db').host, 'localhost')
  assert.equal(postgres('jdbc:postgresql://h/').database, 'sink')
  assert.equal(postgres('jdbc:postgresql://h/d?ssl=true').ssl.mode, 'verify-full')
  assert.equal(postgres('jdbc:postgresql://h/d?ssl=false').ssl.mode, 'disable')
  assert.equal(postgres('jdbc:postgresql://h/d?user=a&password=b').user, 'a')
  using project = temporaryProject({ 'ca.pem': 'PEM' })
  assert.equal(
    postgres(`jdbc:postgresql://h/d?sslmode=verify-ca&sslrootcert=${project.directory}/ca.pem`).ssl.ca,
    'PEM',
  )
})

test('an address that cannot be used says why, without showing itself', () => {
  const problem = (url: string): string => {
    const [error] = thrownBy(() => parseSinkConfig({ ...good, 'connection.url': url }))
    assert.equal(error?.code, 'CDC-C06', url)
    assert.equal(error.message.includes('hunter2'), false)
    return error.message
  }
  assert.match(problem('mysql://u:hunter2@h/d'), /must begin with jdbc:postgresql/)
  assert.match(problem('jdbc:postgresql://a:1,b:2/d?password=hunter2'), /Only one host/)
  assert.match(problem('jdbc:postgresql://u:hunter2@h/d'), /no user:password@ part/)
  assert.match(problem('postgresql://u:hun/ter2@h/d'), /The port must be a number/)
  assert.match(problem('postgresql://u:100%@h/d'), /percent sign/)
  assert.match(problem('jdbc:postgresql://h:99999/d'), /between 1 and 65535/)
  assert.match(problem('jdbc:postgresql://h/d?sslmode=maybe'), /sslmode must be one of/)
})

test('every password arrives, by key and by URL', () => {
  for (const password of passwords(300)) {
    assert.equal(parseSinkConfig({ ...good, 'connection.password': password }).postgres.password, password)
    const encoded = encodeURIComponent(password)
    for (const url of [`postgresql://u:${encoded}@h/d`, `jdbc:postgresql://h/d?password=${encoded}&sslmode=disable`]) {
      assert.equal(parseSinkConfig({ ...good, 'connection.url': url }).postgres.password, password)
    }
  }
})
