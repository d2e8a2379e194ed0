import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeOptions, invalidConfigMessage, validateConfig } from '../../src/config/validate.ts'

// As a real Kafka Connect 4.1.1 with Debezium 3.5.0 was seen to answer.
const source = {
  'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
  'tasks.max': '1',
  'database.hostname': '127.0.0.1',
  'database.port': '3399',
  'database.user': 'cdc',
  'database.password': 'cdc',
  'database.server.id': '5077',
  'topic.prefix': 'rest',
  'database.include.list': 'rest',
  'table.include.list': 'rest.t',
  'snapshot.mode': 'no_data',
  'schema.history.internal.kafka.topic': 'rest.history',
  'schema.history.internal.kafka.bootstrap.servers': '127.0.0.1:19092',
}
const message = (lines: readonly string[]): string =>
  [
    `Connector configuration is invalid and contains the following ${lines.length} error(s):`,
    ...lines,
    'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  ].join('\n')

test('a good configuration has no errors', () => {
  const infos = validateConfig('source', { ...source, name: 'v' })
  assert.equal(infos.error_count, 0)
  assert.equal(infos.name, source['connector.class'])
  assert.equal(invalidConfigMessage(infos), undefined)
  assert.deepEqual(infos.configs[0], {
    definition: {
      name: 'name',
      type: 'STRING',
      required: true,
      default_value: null,
      importance: 'HIGH',
      documentation: 'Globally unique name to use for this connector.',
      group: 'Common',
      width: 'MEDIUM',
      display_name: 'Connector name',
      dependents: [],
      order: 1,
    },
    value: { name: 'name', value: 'v', recommended_values: [], errors: [], visible: true },
  })
})

test('what is required and missing is answered in the same words and order', () => {
  const infos = validateConfig('source', { name: 'x', 'connector.class': source['connector.class'] })
  assert.equal(
    invalidConfigMessage(infos),
    message([
      "The 'topic.prefix' value is invalid: A value is required",
      "The 'database.hostname' value is invalid: A value is required",
      "The 'database.user' value is invalid: A value is required",
      "The 'database.server.id' value is invalid: A value is required",
    ]),
  )
})

test('wrong values are answered in the same words', () => {
  const infos = validateConfig('source', { ...source, name: 'x', 'database.server.id': 'x', 'snapshot.mode': 'schema' })
  assert.equal(
    invalidConfigMessage(infos),
    message([
      "The 'database.server.id' value is invalid: A long value is expected",
      "The 'database.server.id' value is invalid: A positive, non-zero long value is expected",
      "The 'snapshot.mode' value is invalid: Value must be one of always, never, initial_only, configuration_based, when_needed, initial, custom, no_data, recovery, schema_only, schema_only_recovery",
    ]),
  )
})

test('a missing name has words of its own', () => {
  assert.equal(
    invalidConfigMessage(validateConfig('source', source)),
    message(['Invalid value  for configuration name: String may not be empty']),
  )
})

test('a misspelt key is an error without a definition', () => {
  const infos = validateConfig('source', { ...source, name: 'x', 'table.inclde.list': 'a' })
  assert.equal(infos.error_count, 1)
  const last = infos.configs.at(-1)
  assert.equal(last?.definition, null)
  assert.match(
    last?.value.errors[0] ?? '',
    /^Configuration is not defined: table\.inclde\.list \(did you mean "table\.include\.list"/,
  )
})

test('a value under a former name is shown at the present one', () => {
  const infos = validateConfig('sink', {
    name: 'x',
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    topics: 'a.b.c',
    'connection.url': 'jdbc:postgresql://h/d',
    'connection.user': 'u',
  })
  assert.equal(infos.error_count, 0)
  assert.equal(infos.configs.find(({ value }) => value.name === 'connection.username')?.value.value, 'u')
})

test('the options of a plugin are listed with their places in their groups', () => {
  for (const kind of ['source', 'sink'] as const) {
    const options = describeOptions(kind)
    assert.equal(new Set(options.map(({ name }) => name)).size, options.length)
    const { groups } = validateConfig(kind, {})
    for (const { name, group, documentation } of options) {
      assert.equal(groups.includes(group ?? ''), true, name)
      assert.notEqual(documentation, '')
    }
  }
  const url = describeOptions('sink').find(({ name }) => name === 'connection.pool.min_size')
  assert.deepEqual([url?.type, url?.default_value, url?.importance, url?.width], ['INT', '5', 'LOW', 'SHORT'])
})
