import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { formatPosition, parsePosition, reaches } from '../../src/core/gtid.ts'
import { connectPostgres } from '../../src/postgres/connection.ts'
import { clearHold, freezeSink, setHold } from '../../src/state/hold.ts'
import { waitFor } from '../harness/wait-for.ts'
import { openPipeline } from './pipeline.ts'

const connector = 'postgres-sink-shop'

test('a sink that was collecting changes when it was frozen stops at the hold, and nowhere behind it', async () => {
  await using pipeline = await openPipeline()
  const { mariadb, postgres, relay } = pipeline
  await pipeline.run('CREATE TABLE T_DEAL (id int PRIMARY KEY, v int)', 'INSERT INTO T_DEAL VALUES (1, 1)')
  await pipeline.settle()
  await using control = await connectPostgres(postgres.settings, { applicationName: 'test', where: 'test' })
  const applied = async (): Promise<unknown> => await postgres.query('SELECT position FROM cdc.position')
  const ids = async (): Promise<unknown> => await postgres.query('SELECT id FROM mp_cdc.t_deal ORDER BY id')

  const between: readonly (readonly string[])[] = [
    ['INSERT INTO T_DEAL VALUES (2, 2)', 'INSERT INTO T_DEAL VALUES (3, 3)'],
    ['XA START "a"', 'INSERT INTO T_DEAL VALUES (4, 4)', 'XA END "a"', 'XA PREPARE "a"', 'XA COMMIT "a"'],
    ['ALTER TABLE T_DEAL ADD COLUMN w int'],
    ['CREATE OR REPLACE TABLE elsewhere.t (id int PRIMARY KEY)', 'INSERT INTO elsewhere.t VALUES (1)'],
  ]
  for (const statements of between) {
    const before = await ids()
    assert.equal(await freezeSink(control, connector), true)
    // The hold is decided before these; but the sink has taken them up already when it hears of it.
    const hold = parsePosition(await mariadb.gtidPosition())
    await pipeline.run(...statements)
    const goal = parsePosition(await mariadb.gtidPosition())
    await waitFor(() => reaches(relay.position, goal), { what: 'the relay to have the changes' })
    await waitFor(
      async () => (await postgres.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).length > 0,
      { what: 'the sink to wait for its row' },
    )
    await setHold(control, connector, hold, 60)
    await control.query('COMMIT')
    await sleep(400)
    assert.deepEqual(await applied(), [{ position: formatPosition(hold) }], statements[0])
    assert.deepEqual(await ids(), before)
    await clearHold(control, connector)
    assert.deepEqual(await pipeline.compare('T_DEAL'), [], statements[0])
  }
})
