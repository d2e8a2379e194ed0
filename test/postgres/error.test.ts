import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postgresError } from '../../src/postgres/error.ts'

function refused(message: string): string {
  return postgresError(Object.assign(new Error(message), { code: '42501' }), 'sink', 'Cdc').fix
}

test('a missing privilege comes with the SQL that gives it', () => {
  assert.equal(
    refused('permission denied for schema cdc'),
    'GRANT USAGE, CREATE ON SCHEMA "cdc" TO "Cdc"; GRANT ALL ON ALL TABLES IN SCHEMA "cdc" TO "Cdc";',
  )
  assert.equal(refused('permission denied for table t_deal'), 'GRANT ALL ON "t_deal" TO "Cdc";')
  assert.equal(refused('permission denied for database warehouse'), 'GRANT CREATE ON DATABASE "warehouse" TO "Cdc";')
  assert.equal(refused('must be owner of table t_deal'), 'ALTER TABLE "t_deal" OWNER TO "Cdc";')
})
