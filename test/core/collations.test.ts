import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charsetOfCollation } from '../../src/core/collations.ts'

test('collation numbers name their character set', () => {
  const expected: Readonly<Record<number, string | undefined>> = {
    8: 'latin1',
    28: 'gbk',
    33: 'utf8mb3',
    45: 'utf8mb4',
    63: 'binary',
    1071: 'latin1',
    2048: 'utf8mb3',
    2307: 'utf8mb4',
    2560: 'ucs2',
    2816: 'utf16',
    3271: 'utf32',
    608: 'utf8mb4',
  }
  for (const [id, charset] of Object.entries(expected)) assert.equal(charsetOfCollation(Number(id)), charset, id)
})

test('numbers that no server has are not guessed', () => {
  for (const id of [0, 76, 1023, 1024, 3328, 65535, -1]) assert.equal(charsetOfCollation(id), undefined, String(id))
})
