import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSourceConfig } from '../../src/config/source-config.ts'
import type { ParseOptions } from '../../src/config/source-config.ts'
import { errorsOf, temporaryProject, thrownBy } from './temporary-project.ts'

const good = {
  name: 'mariadb-trading-connector',
  'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
  'database.hostname': 'db.example',
  'database.user': 'cdc',
  'database.password': ' p$w ',
  'database.server.id': '5401',
  'topic.prefix': 'xchange_trading',
  'database.include.list': 'xchange_trading',
  'table.include.list': 'xchange_trading.T_DEAL,xchange_trading.T_LOG_.*',
  'snapshot.mode': 'no_data',
}
const errors = (changes: Readonly<Record<string, string>>, options: ParseOptions = {}): readonly string[] =>
  errorsOf(() => parseSourceConfig({ ...good, ...changes }, options))
const notices = (changes: Readonly<Record<string, string>>): readonly string[] =>
  parseSourceConfig({ ...good, ...changes }).notices.map(({ key, replacement }) => `${key} -> ${replacement ?? ''}`)

test('a good configuration is resolved, with defaults', () => {
  const config = parseSourceConfig(good)
  assert.deepEqual(
    {
      name: config.name,
      connectorClass: config.connectorClass,
      host: config.host,
      port: config.port,
      user: config.user,
      password: config.password,
      ssl: config.ssl,
      connectTimeoutMs: config.connectTimeoutMs,
      serverId: config.serverId,
      topicPrefix: config.topicPrefix,
      databaseInclude: config.databaseInclude,
      tableInclude: config.tableInclude,
      snapshotMode: config.snapshotMode,
      heartbeatMs: config.heartbeatMs,
      relayMaxBytes: config.relayMaxBytes,
      notices: config.notices,
    },
    {
      name: 'mariadb-trading-connector',
      connectorClass: 'io.debezium.connector.mariadb.MariaDbConnector',
      host: 'db.example',
      port: 3306,
      user: 'cdc',
      password: ' p$w ',
      ssl: { mode: 'disable', ca: undefined },
      connectTimeoutMs: 30_000,
      serverId: 5401,
      topicPrefix: 'xchange_trading',
      databaseInclude: ['xchange_trading'],
      tableInclude: ['xchange_trading.T_DEAL', 'xchange_trading.T_LOG_.*'],
      snapshotMode: 'no_data',
      heartbeatMs: 10_000,
      relayMaxBytes: 10_737_418_240,
      notices: [],
    },
  )
})

test('tables are captured by both lists, whatever their case', () => {
  const config = parseSourceConfig(good)
  assert.equal(config.capturesTable('xchange_trading', 'T_DEAL'), true)
  assert.equal(config.capturesTable('XCHANGE_TRADING', 't_log_2'), true)
  assert.equal(config.capturesTable('xchange_trading', 'T_DEALER'), false)
  assert.equal(config.capturesTable('other', 'T_DEAL'), false)
  assert.equal(config.capturesDatabase('xchange_trading'), true)
  assert.equal(config.capturesDatabase('other'), false)
})

test('exclude lists leave out, and system databases are never captured', () => {
  const { 'database.include.list': _a, 'table.include.list': _b, ...rest } = good
  const config = parseSourceConfig({ ...rest, 'database.exclude.list': 'log.*', 'table.exclude.list': 'shop.secret' })
  assert.equal(config.capturesTable('shop', 'deal'), true)
  assert.equal(config.capturesTable('shop', 'secret'), false)
  assert.equal(config.capturesTable('logs', 'deal'), false)
  assert.equal(config.capturesTable('mysql', 'user'), false)
})

test('topic names are spelt as Debezium spells them', () => {
  assert.equal(parseSourceConfig(good).topicName('a b', 'T$X'), 'xchange_trading.a_b.T_X')
  const routed = parseSourceConfig({
    ...good,
    transforms: 'r',
    'transforms.r.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.r.regex': String.raw`xchange_trading\.(.*)`,
    'transforms.r.replacement': 'x.$1',
  })
  assert.equal(routed.topicName('a', 'b'), 'x.a.b')
})

test('missing keys are all named, in the words of Debezium', () => {
  assert.deepEqual(
    errorsOf(() => parseSourceConfig({ name: 'x', 'connector.class': 'MariaDb' })),
    [
      'CDC-C07 x: topic.prefix: A value is required',
      'CDC-C07 x: database.hostname: A value is required',
      'CDC-C07 x: database.user: A value is required',
      'CDC-C07 x: database.server.id: A value is required',
    ],
  )
  assert.deepEqual(errors({ 'database.hostname': ' ' }, { where: (key) => `f.json:${key.length}` }), [
    'CDC-C07 f.json:17: database.hostname: A value is required',
  ])
})

test('wrong values name what is accepted', () => {
  const where = 'CDC-C06 mariadb-trading-connector:'
  assert.deepEqual(errors({ 'database.server.id': 'x' }), [
    `${where} database.server.id: A long value is expected`,
    `${where} database.server.id: A positive, non-zero long value is expected`,
  ])
  assert.deepEqual(errors({ 'database.server.id': '4294967296' }), [
    `${where} database.server.id: Value must be no more than 4294967295`,
  ])
  assert.deepEqual(errors({ 'database.port': '70000' }), [`${where} database.port: Value must be between 1 and 65535`])
  assert.deepEqual(errors({ 'database.ssl.mode': 'verify_full' }), [
    `${where} database.ssl.mode: Value must be one of disable, trust, verify-ca, verify-full`,
  ])
  assert.match(
    errors({ 'snapshot.mode': 'schema' })[0] ?? '',
    /Value must be one of always, never, .*no_data, recovery, schema_only/,
  )
  assert.equal(
    thrownBy(() => parseSourceConfig({ ...good, 'snapshot.mode': 'schema_onli' }))[0]?.fix,
    '"snapshot.mode": "schema_only"',
  )
  assert.deepEqual(errors({ 'tombstones.on.delete': 'yes' }), [
    `${where} tombstones.on.delete: Either 'true' or 'false' is expected`,
  ])
  assert.deepEqual(errors({ 'tasks.max': '2' }), [`${where} tasks.max: A MariaDB source has exactly one task`])
  assert.deepEqual(errors({ 'topic.prefix': 'a b' }), [
    `${where} topic.prefix: Only letters, digits, underscores, hyphens and dots are accepted`,
  ])
  assert.match(
    errors({ 'table.include.list': 'a.b,a.(c' })[0] ?? '',
    /CDC-C06 .*entry 2 "a\.\(c" has unterminated group at character 3/,
  )
  assert.deepEqual(errors({ 'table.exclude.list': 'a.b' }), [
    `${where} table.exclude.list: "table.include.list" is already specified`,
  ])
  assert.deepEqual(errors({ 'connector.class': 'io.debezium.connector.mysql.MySqlConnector' }), [
    `${where} connector.class: io.debezium.connector.mysql.MySqlConnector is not the class of a source connector here`,
  ])
  assert.deepEqual(errors({ 'database.ssl.ca': '/nowhere.pem' }), [
    'CDC-C09 mariadb-trading-connector: the certificate file /nowhere.pem cannot be read',
  ])
})

test('an unknown key is an error with a suggestion, within an open family too', () => {
  const fixOf = (key: string): string | undefined => {
    const [error] = thrownBy(() => parseSourceConfig({ ...good, [key]: 'x' }))
    assert.equal(error?.code, 'CDC-C05', key)
    return error?.fix
  }
  assert.match(fixOf('table.inclde.list') ?? '', /^did you mean "table\.include\.list"/)
  assert.match(fixOf('snapshot.mod') ?? '', /"snapshot\.mode"/)
  assert.match(fixOf('Topic.prefix') ?? '', /"topic\.prefix"/)
  assert.match(fixOf('connection.url') ?? '', /belongs into the sink connector/)
})

test('real options of Debezium and Kafka Connect are accepted', () => {
  const accepted = {
    'heartbeat.interval.ms': '5000',
    'heartbeat.action.query': 'SELECT 1',
    converters: 'bool,zero',
    'bool.type': 'x.Y',
    'bool.selector': '.*',
    'zero.type': 'x.Z',
    'schema.history.internal.kafka.topic': 'h',
    'schema.history.internal.consumer.sasl.jaas.config': 'x',
    'topic.creation.groups': 'g',
    'topic.creation.default.partitions': '1',
    'producer.override.compression.type': 'zstd',
    'value.converter.schemas.enable': 'true',
    'errors.max.retries': '-1',
    'errors.log.enable': 'true',
    predicates: 'p',
    'predicates.p.type': 'x',
    'snapshot.select.statement.overrides.a.b': 'SELECT 1',
    'signal.consumer.security.protocol': 'x',
    'column.propagate.source.type': '.*',
    'incremental.snapshot.chunk.size': '5',
    'driver.socketTimeout': '1',
    'internal.whatever': '1',
    'event.processing.failure.handling.mode': 'warn',
  }
  assert.deepEqual(errors(accepted), [])
})

test('old habits are accepted and explained', () => {
  assert.deepEqual(notices({ 'snapshot.mode': 'schema_only' }), ['snapshot.mode -> "snapshot.mode": "no_data"'])
  assert.deepEqual(notices({ 'snapshot.mode': 'recovery' }), ['snapshot.mode -> "snapshot.mode": "no_data"'])
  assert.deepEqual(notices({ 'snapshot.mode': 'schema_only_recovery' }), [
    'snapshot.mode -> "snapshot.mode": "no_data"',
  ])
  assert.deepEqual(notices({ 'snapshot.mode': 'initial' }), ['snapshot.mode -> "snapshot.mode": "no_data"'])
  assert.equal(parseSourceConfig({ ...good, 'snapshot.mode': 'schema_only' }).snapshotMode, 'schema_only')
})

test('what would change rows is refused by the embedded runtime and left to Kafka Connect', () => {
  for (const changes of [
    { 'column.exclude.list': 'a.b.c' },
    { 'column.mask.with.12.chars': 'a.b.c' },
    { 'skipped.operations': 'd' },
    { 'topic.naming.strategy': 'x.Mine' },
    { transforms: 'f', 'transforms.f.type': 'io.debezium.transforms.Filter' },
  ]) {
    assert.equal(errors(changes).length, 1, JSON.stringify(changes))
    assert.deepEqual(errors(changes, { runtime: 'connect' }), [], JSON.stringify(changes))
  }
})

test('an error never shows a secret', () => {
  const problems = thrownBy(() =>
    parseSourceConfig({ ...good, 'database.password': 'hunter2', 'database.port': 'x', zzz: 'hunter2' }),
  )
  assert.equal(problems.length, 3)
  assert.equal(
    JSON.stringify(problems.map((error) => [error.message, error.fix, error.details])).includes('hunter2'),
    false,
  )
})

test('a certificate file is read', () => {
  using project = temporaryProject({ 'ca.pem': 'PEM' })
  const config = parseSourceConfig({
    ...good,
    'database.ssl.mode': 'verify-full',
    'database.ssl.ca': `${project.directory}/ca.pem`,
  })
  assert.deepEqual(config.ssl, { mode: 'verify-full', ca: 'PEM' })
})
