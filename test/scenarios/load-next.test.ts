// What a load says is to be done next depends on its sink; and it brings back a target that somebody has dropped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPipeline } from '../harness/pipeline.ts'

test('after a load the command is named that its sink needs', async () => {
  await using pipeline = await startPipeline({
    sql: 'CREATE TABLE T (id INT PRIMARY KEY); INSERT INTO T VALUES (1)',
    tables: ['T'],
  })
  const { cdc, postgres, source } = pipeline
  const sink = 'postgres-sink-trading'
  const next = async (): Promise<string> => /^next: (.*)$/m.exec((await cdc('migrate', 'trading')).stderr)?.[1] ?? ''
  await cdc('register', 'source', 'trading')
  assert.equal(await next(), 'cdc register sink trading')
  await cdc('register', 'sink', 'trading')
  assert.equal(await next(), 'cdc wait trading --for caught-up')
  await cdc('pause', sink)
  assert.equal(await next(), `cdc resume ${sink}`)
  await cdc('resume', sink)
  await pipeline.waitForState(sink, 'RUNNING')
  await postgres.query('DROP TABLE mp_cdc.t')
  await source('INSERT INTO T VALUES (2)')
  await pipeline.waitForState(sink, 'FAILED')
  assert.equal(await next(), 'cdc restart sink trading')
  await cdc('restart', 'sink', 'trading')
  await source('INSERT INTO T VALUES (3)')
  await pipeline.equal('T')
})
