import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../harness/wait-for.ts'
import { openPipeline } from './pipeline.ts'

test('a load that ends just before the first change of its table comes does not leave the sink waiting', async () => {
  await using pipeline = await openPipeline()
  const { postgres } = pipeline
  await pipeline.run('CREATE TABLE T_DEAL (id int PRIMARY KEY, v int)', 'INSERT INTO T_DEAL VALUES (1, 1)')
  await pipeline.settle()
  const mark = async (state: string): Promise<unknown> =>
    await postgres.query(
      `UPDATE cdc.tables SET state = '${state}'; UPDATE cdc.sink SET tables_version = tables_version + 1`,
    )
  for (let round = 1; round <= 3; round++) {
    await mark('loading')
    const [noticed] = await postgres.query('SELECT clock_timestamp() AS at')
    await waitFor(
      async () =>
        (await postgres.query('SELECT 1 FROM cdc.sink WHERE heartbeat_at > $1::timestamptz', [noticed?.['at']]))
          .length > 0,
      { what: 'the sink to look at its tables' },
    )
    // It has seen the load; of its end it hears when the change is there already.
    await sleep(300)
    await mark('loaded')
    await pipeline.run(`UPDATE T_DEAL SET v = v + 1`)
    assert.deepEqual(await pipeline.compare('T_DEAL'), [], `round ${round}`)
  }
})
