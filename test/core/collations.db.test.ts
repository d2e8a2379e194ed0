import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charsetOfCollation } from '../../src/core/collations.ts'
import { startMariadb } from '../harness/start-mariadb.ts'

test('every collation of the server has the character set that the server says', async () => {
  await using server = await startMariadb()
  const rows = await server.query<{ ID: number; CHARACTER_SET_NAME: string }>(
    'SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY',
  )
  assert.ok(rows.length > 300)
  for (const row of rows) assert.equal(charsetOfCollation(row.ID), row.CHARACTER_SET_NAME, String(row.ID))
})
