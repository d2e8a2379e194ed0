import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readKafkaSettings } from '../../src/config/kafka-settings.ts'
import { CdcErrors } from '../../src/core/errors.ts'

test('addresses are read as Kafka reads them; without a key the connection is plain', () => {
  assert.equal(readKafkaSettings({}), undefined)
  assert.equal(readKafkaSettings({ KAFKA_BOOTSTRAP_SERVERS: ' ' }), undefined)
  assert.deepEqual(readKafkaSettings({ KAFKA_BOOTSTRAP_SERVERS: 'SASL_SSL://a.example:9092, [::1]:9093' }), {
    bootstrap: [
      { host: 'a.example', port: 9092 },
      { host: '::1', port: 9093 },
    ],
    login: undefined,
    ca: undefined,
  })
})

test('every mistake is told at once, and no secret', () => {
  const variables = { KAFKA_BOOTSTRAP_SERVERS: 'a.example,b:99999', CONFLUENT_API_SECRET: 'hush', KAFKA_CA_FILE: '/x' }
  assert.throws(
    () => readKafkaSettings(variables),
    (thrown) => {
      assert.ok(thrown instanceof CdcErrors)
      const codes = thrown.errors.map(({ code, where }) => `${code} ${where}`)
      assert.deepEqual(codes, [
        'CDC-C06 KAFKA_BOOTSTRAP_SERVERS',
        'CDC-C06 KAFKA_BOOTSTRAP_SERVERS',
        'CDC-C07 CONFLUENT_API_KEY',
        'CDC-C06 KAFKA_CA_FILE',
      ])
      assert.doesNotMatch(thrown.message, /hush/)
      return true
    },
  )
})
