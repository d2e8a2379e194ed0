import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { checkProject } from '../../src/config/check-project.ts'
import { listConnectorFiles, loadConnectorFile } from '../../src/config/connector-file.ts'
import { parseEnvFile } from '../../src/config/env-file.ts'
import { forKafkaConnect } from '../../src/config/kafka-connect.ts'
import type { Project } from '../../src/config/project.ts'
import { parseSinkConfig } from '../../src/config/sink-config.ts'
import { parseSourceConfig } from '../../src/config/source-config.ts'
import { outdatedPages } from '../../scripts/generate-docs.ts'

const directory = resolve(import.meta.dirname, '../..')
const databases = [
  ['trading', 'xchange_trading', 'xchange_trading'],
  ['finance', 'xchange_finance', 'xchange_finance'],
  ['live', 'xchangelive', 'xchangelive'],
  ['chat', 'xchange_chat', 'xchange_chat'],
  ['performance', 'xchange_performance', 'xchange_performance'],
  ['concontrol', 'xchange_concontrol', 'xchange_concontrol_v4'],
  ['claim', 'xchange_claim', 'xchange_claim'],
  ['payment', 'xchange_payment', 'xchange_payment'],
] as const

/** The repository as a project whose .env is the example, filled in. Kafka is not configured unless asked for. */
const filledIn = (more: Readonly<Record<string, string>> = {}): Project => {
  const envPath = join(directory, '.env.example')
  const { variables, errors } = parseEnvFile(readFileSync(envPath, 'utf8'), envPath)
  assert.deepEqual(errors, [])
  const values = Object.fromEntries([...variables].map(([name, value]) => [name, value === '' ? 'filled-in' : value]))
  const environment = {
    envPath,
    variables: { ...values, SINK_DB_URL: 'jdbc:postgresql://h/d', ...more },
    settings: {
      home: undefined,
      workerUrl: '',
      listen: undefined,
      credentials: undefined,
      noColor: false,
      logLevel: undefined,
      failpoint: undefined,
    },
  }
  return { directory, stateDirectory: '', workerUrl: '', environment }
}

test('there are sixteen files, and they share nothing they may not', () => {
  const project = filledIn()
  const files = listConnectorFiles(project)
  assert.deepEqual(
    files.map(({ kind, database }) => `${kind} ${database}`).sort(),
    databases.flatMap(([name]) => [`sink ${name}`, `source ${name}`]).sort(),
  )
  assert.deepEqual(checkProject(files.map(({ kind, database }) => loadConnectorFile(project, kind, database))), [])
})

for (const [database, schema, prefix] of databases) {
  test(`${database}: source and sink fit together on the embedded runtime`, () => {
    const project = filledIn()
    const source = loadConnectorFile(project, 'source', database)
    const sink = loadConnectorFile(project, 'sink', database)
    assert.equal(source.name, `mariadb-${database}-connector`)
    assert.equal(sink.name, `postgres-sink-${database}`)
    const from = parseSourceConfig({ ...source.config, name: source.name })
    const to = parseSinkConfig({ ...sink.config, name: sink.name })
    assert.deepEqual([from.notices, to.notices], [[], []])
    assert.equal(from.topicPrefix, prefix)
    assert.deepEqual(from.databaseInclude, [schema])
    assert.equal(from.snapshotMode, 'no_data')
    assert.equal(from.capturesTable(schema, 'T_DEAL'), true)
    const topic = from.topicName(schema, 'T_DEAL')
    assert.equal(topic, `${prefix}.${schema}.T_DEAL`)
    assert.equal(to.matchesTopic(topic), true)
    assert.deepEqual(to.targetName(schema, 'T_DEAL', topic), { schema: 'mp_cdc', table: 't_deal' })
    for (const [other, otherSchema, otherPrefix] of databases) {
      assert.equal(to.matchesTopic(`${otherPrefix}.${otherSchema}.T_DEAL`), other === database, other)
    }
    for (const topic of [prefix, `${prefix}.transaction`, `__debezium-heartbeat.${prefix}`])
      assert.equal(to.matchesTopic(topic), false)
  })

  test(`${database}: the same files are complete for Kafka Connect`, () => {
    const login = { KAFKA_BOOTSTRAP_SERVERS: 'k:9092', CONFLUENT_API_KEY: 'key', CONFLUENT_API_SECRET: 'secret' }
    const with_ = forKafkaConnect('source', loadConnectorFile(filledIn(login), 'source', database).config)
    assert.deepEqual(with_.notices, [])
    assert.equal(with_.config['schema.history.internal.producer.security.protocol'], 'SASL_SSL')
    assert.equal(
      with_.config['schema.history.internal.consumer.sasl.jaas.config'],
      'org.apache.kafka.common.security.plain.PlainLoginModule required username="key" password="secret";',
    )
    const without = forKafkaConnect('source', loadConnectorFile(filledIn(), 'source', database).config).config
    assert.deepEqual(
      Object.keys(without).filter((key) => /security|sasl/.test(key)),
      [],
    )
    assert.equal(without['tasks.max'], '1')
    assert.equal(without['value.converter.replace.null.with.default'], 'false')
  })
}

test('without .env every missing variable is named once per place', () => {
  const project = { ...filledIn(), environment: { ...filledIn().environment, variables: {} } }
  assert.throws(
    () => loadConnectorFile(project, 'source', 'trading'),
    (error: Error) => {
      const names = [...error.message.matchAll(/: (\w+) is not defined/g)].map((match) => match[1])
      assert.deepEqual(names, ['TRADING_HOST', 'TRADING_USER', 'TRADING_PASS', 'TRADING_TABLE_ALLOWLIST'])
      return true
    },
  )
})

test('the reference pages are up to date (node scripts/generate-docs.ts)', () => {
  assert.deepEqual(
    outdatedPages().map(({ path }) => path),
    [],
  )
})
