import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeFileName } from '../../src/worker/file-name.ts'

test('plain names stay readable', () => {
  assert.equal(encodeFileName('mariadb-trading-connector'), 'mariadb-trading-connector')
})

test('odd names become names a file system takes as one, and stay different', () => {
  const names = [
    '..',
    '.',
    '../x',
    'a/b',
    'a%2Fb',
    'a b',
    'ä',
    '*',
    '~',
    '.removed-x',
    'x'.repeat(500),
    `${'x'.repeat(499)}y`,
  ]
  const files = names.map(encodeFileName)
  assert.equal(new Set(files).size, names.length)
  for (const file of files) {
    assert.match(file, /^[A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*$/)
    assert.ok(file.length < 200)
  }
})
