import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSecretKey, mask, maskConfig, unmaskAgainst } from '../../src/config/mask.ts'
import { optionsOf } from '../../src/config/examine.ts'
import { passwords } from './temporary-project.ts'

const raw = {
  'database.hostname': 'h',
  'database.password': 'hunter2',
  'connection.url': 'jdbc:postgresql://h/d?user=u&password=hunter2&sslmode=require',
  other: 'postgresql://u:hunter2@h/d',
  'schema.history.internal.consumer.sasl.jaas.config': 'x required username="u" password="hunter2";',
  login: 'x required username="u" password="hunter2";',
  'primary.key.mode': 'record_key',
  'key.converter': 'org.X',
  'message.key.columns': 'a:b',
  'database.ssl.keystore': '/x.jks',
  'some.api.key': 'hunter2',
  'ref.password': '${file:/x:password}',
  empty: '',
}

test('no secret is left, and the rest stays readable', () => {
  const masked = maskConfig(raw)
  assert.equal(JSON.stringify(masked).includes('hunter2'), false)
  assert.deepEqual(masked, {
    ...raw,
    'database.password': mask,
    'connection.url': `jdbc:postgresql://h/d?user=u&password=${mask}&sslmode=require`,
    other: `postgresql://u:${mask}@h/d`,
    'schema.history.internal.consumer.sasl.jaas.config': mask,
    login: `x required username="u" password="${mask}";`,
    'some.api.key': mask,
  })
})

test('every option of type PASSWORD is secret, and no other option is', () => {
  for (const kind of ['source', 'sink'] as const) {
    for (const { name, type } of optionsOf(kind).options) assert.equal(isSecretKey(name), type === 'PASSWORD', name)
  }
})

test('a masked configuration that is sent back keeps what is stored', () => {
  assert.deepEqual(unmaskAgainst(raw, maskConfig(raw)), raw)
  const changed = {
    ...maskConfig(raw),
    'connection.url': `jdbc:postgresql://other/d?password=${mask}`,
    'database.password': 'new',
  }
  assert.deepEqual(unmaskAgainst(raw, changed), {
    ...raw,
    'connection.url': 'jdbc:postgresql://other/d?password=hunter2',
    'database.password': 'new',
  })
  assert.deepEqual(unmaskAgainst({}, { 'database.password': mask }), { 'database.password': mask })
})

test('no password survives masking, and every one survives the way back', () => {
  for (const password of passwords(500)) {
    const encoded = encodeURIComponent(password)
    const config = {
      'connection.password': password,
      'connection.url': `jdbc:postgresql://h/d?password=${encoded}&a=b`,
      other: `postgresql://u:${encoded}@h/d`,
    }
    const masked = maskConfig(config)
    const reference = /^\$\{[\w.-]+:[^}]*\}$/.test(password)
    if (!reference) assert.equal(masked['connection.password'], mask)
    assert.equal(masked['connection.url'], `jdbc:postgresql://h/d?password=${mask}&a=b`)
    assert.equal(masked['other'], `postgresql://u:${mask}@h/d`)
    assert.deepEqual(unmaskAgainst(config, masked), config)
  }
})
