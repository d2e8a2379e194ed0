// Debezium is the oracle: the same workload goes through both runtimes into two schemas, and these differ in nothing but
// what differences.ts says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '../harness/wait-for.ts'
import { sourceSchema, startBothRuntimes } from './both-runtimes.ts'
import { compareSchemas } from './compare-schemas.ts'
import type { Difference } from './compare-schemas.ts'
import { comparedDifferences } from './differences.ts'
import { before, changes, refusedColumns } from './workload.ts'

test('both runtimes end in the same tables, but for the documented differences', async () => {
  await using both = await startBothRuntimes({ embedded: ['t_.*'], debezium: ['.*'] })
  await both.source(before)
  await both.cdc('embedded', 'up', 'embedded')
  const env = { DEBEZIUM_URL: both.url('debezium') }
  const refused = await both.project.cdc(['register', 'source', 'debezium'], { env, timeoutMs: 120_000 })
  for (const column of refusedColumns) {
    assert.match(refused.stderr, new RegExp(String.raw`CDC-T13\S* ${sourceSchema}\.r_refused\.${column}\b`))
  }
  // Off the list is not enough: Debezium reads the definitions of all tables of the database, and stops at INET6.
  await both.source('DROP TABLE r_refused')
  both.project.setEnv({ DEBEZIUM_TABLE_ALLOWLIST: both.project.env('EMBEDDED_TABLE_ALLOWLIST') ?? '' })
  await both.cdc('debezium', 'up', 'debezium')
  await both.source(changes)
  await both.cdc('embedded', 'wait', 'embedded', '--for', 'caught-up')

  const documented = comparedDifferences.flatMap(({ places }) => places).sort()
  const client = await both.postgres.connect()
  let found: readonly Difference[] = []
  try {
    // Debezium's sink does not say when it is done: until then there are more differences, or others.
    await waitFor(
      async () => {
        found = await compareSchemas(client, 'embedded', 'debezium')
        return JSON.stringify(found.map(({ place }) => place).sort()) === JSON.stringify(documented)
      },
      { timeoutMs: 120_000, everyMs: 500, what: 'the schemas to differ as documented' },
    ).catch(() => undefined)
  } finally {
    await client.end()
  }
  const places = found.map(({ place }) => place).sort()
  const examples = found.map(({ place, example }) => `${place}: ${example}`).join('\n')
  const states = (await both.cdc('debezium', 'connectors')).stdout
  assert.deepEqual(places, documented, `${examples}\n${states}`)
})
