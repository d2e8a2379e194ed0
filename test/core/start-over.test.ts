import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startOver, startSinkOver } from '../../src/core/start-over.ts'

test('the commands for connectors of our names can be pasted', () => {
  assert.equal(
    startOver('mariadb-live-connector'),
    'cdc offsets reset mariadb-live-connector --confirm=mariadb-live-connector && cdc resume mariadb-live-connector && ' +
      'cdc offsets reset postgres-sink-live --confirm=postgres-sink-live && ' +
      'cdc migrate --database live --tables all --replace && cdc resume postgres-sink-live',
  )
  assert.equal(startOver('mariadb-live-connector').endsWith(startSinkOver('postgres-sink-live')), true)
})

test('for other names it is said in words', () => {
  assert.doesNotMatch(startOver('mine') + startSinkOver('mine'), /cdc |undefined/)
})
