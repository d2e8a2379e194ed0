import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { formatPosition, parsePosition } from '../../src/core/gtid.ts'
import { connectPostgres } from '../../src/postgres/connection.ts'
import type { PostgresConnection } from '../../src/postgres/connection.ts'
import { clearHold, freezeSink, readSinkRow, setHold, sinkRow } from '../../src/state/hold.ts'
import { beat, claimSink, releaseSink, sinkApplicationName } from '../../src/state/owner.ts'
import { deletePositions, moveAppliedPosition, readPositions, writePosition } from '../../src/state/position.ts'
import { ensureState } from '../../src/state/schema.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'

describe('what is remembered in PostgreSQL', () => {
  let server: PostgresServer
  let one: PostgresConnection
  let two: PostgresConnection
  const connect = async (name: string): Promise<PostgresConnection> =>
    await connectPostgres(server.settings, { applicationName: name, where: name })

  before(async () => {
    server = await startPostgres()
    one = await connect('one')
    two = await connect('two')
  })
  after(async () => {
    await one[Symbol.asyncDispose]()
    await two[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  test('two processes make the state at the same time', async () => {
    await Promise.all([ensureState(one), ensureState(two)])
    await ensureState(one)
  })

  test('a state of a later version is refused', async () => {
    await one.query('UPDATE cdc.version SET version = version + 1')
    await assert.rejects(ensureState(one), { code: 'CDC-P08' })
    await one.query('UPDATE cdc.version SET version = version - 1')
  })

  test('the same worker takes over at once and ends what it left; another one only after a silence', async () => {
    const first = await claimSink(one, { connector: 'sink', owner: 'worker-a' })
    const left = await connect(sinkApplicationName('worker-a', 'sink'))
    await left.query('BEGIN')
    await left.query('SELECT * FROM cdc.sink FOR SHARE')
    const second = await claimSink(one, { connector: 'sink', owner: 'worker-a' })
    assert.equal(second, first + 1n)
    await assert.rejects(left.query('SELECT 1'), { code: 'CDC-P01' })
    await left[Symbol.asyncDispose]()

    const refused = claimSink(two, { connector: 'sink', owner: 'worker-b' })
    refused.catch(() => undefined)
    const beating = setInterval(() => void beat(one, 'sink', second), 100)
    await assert.rejects(refused, { code: 'CDC-S02' })
    clearInterval(beating)
    assert.ok(await beat(one, 'sink', second))
    await one.query(`UPDATE cdc.sink SET heartbeat_at = clock_timestamp() - interval '20 seconds'`)
    const third = await claimSink(two, { connector: 'sink', owner: 'worker-b' })
    assert.equal(third, second + 1n)
    assert.ok(!(await beat(one, 'sink', second)), 'the former owner is told')
    await releaseSink(two, 'sink', third)
    await claimSink(one, { connector: 'sink', owner: 'worker-a' })
  })

  test('an owner that is too busy for heartbeats lives by its commits', async () => {
    await one.query(`UPDATE cdc.sink SET heartbeat_at = clock_timestamp() - interval '1 minute', owner = 'worker-a'`)
    const commit = async (): Promise<void> => {
      const change = { connector: 'sink', source: 'busy', sourceSeconds: 1, transactions: 1, changes: 1 }
      const { text, values } = moveAppliedPosition({ ...change, position: parsePosition('0-1-1') })
      await one.query(text, values)
    }
    await commit()
    const refused = claimSink(two, { connector: 'sink', owner: 'worker-b' })
    refused.catch(() => undefined)
    const committing = setInterval(() => void commit(), 100)
    await assert.rejects(refused, { code: 'CDC-S02' })
    clearInterval(committing)
    await one.query(`DELETE FROM cdc.position WHERE source = 'busy'`)
  })

  test('a worker that went on meanwhile with a copy of the state is not thrown out again', async () => {
    const first = await claimSink(one, { connector: 'twin', owner: 'worker-a' })
    const again = await claimSink(one, { connector: 'twin', owner: 'worker-a', former: first })
    await claimSink(two, { connector: 'twin', owner: 'worker-a' })
    const lost = claimSink(one, { connector: 'twin', owner: 'worker-a', former: again })
    await assert.rejects(lost, { code: 'CDC-S02', message: /copy of this state directory/ })
  })

  test('an owner in the middle of a long transaction is not silent', async () => {
    await one.query(`UPDATE cdc.sink SET heartbeat_at = clock_timestamp() - interval '1 minute'`)
    await one.query('BEGIN')
    await one.query('SELECT * FROM cdc.sink FOR SHARE')
    await assert.rejects(claimSink(two, { connector: 'sink', owner: 'worker-b' }), { code: 'CDC-S02' })
    await one.query('ROLLBACK')
  })

  test('a hold is seen until it is cleared or has run out', async () => {
    const hold = async (): Promise<string | null> => {
      const row = sinkRow('sink', (await two.query(readSinkRow.text, ['sink'])).rows)
      return row.hold === null ? null : formatPosition(row.hold)
    }
    assert.ok(await freezeSink(one, 'sink'))
    await setHold(one, 'sink', parsePosition('0-1-9'), 60)
    await one.query('COMMIT')
    assert.equal(await hold(), '0-1-9')
    await clearHold(one, 'sink')
    assert.equal(await hold(), null)
    await setHold(one, 'sink', parsePosition('0-1-9'), -1)
    assert.equal(await hold(), null)
    assert.ok(!(await freezeSink(one, 'no such sink')))
    await one.query('ROLLBACK')
  })

  test('positions add up their counts and can be set and forgotten by hand', async () => {
    const move = { connector: 'sink', source: 'src', sourceSeconds: 1_700_000_000, transactions: 2, changes: 5 }
    for (const position of ['0-1-5', '0-1-7']) {
      const { text, values } = moveAppliedPosition({ ...move, position: parsePosition(position) })
      await one.query(text, values)
    }
    const [found] = await readPositions(one, 'sink')
    assert.ok(found !== undefined)
    assert.equal(formatPosition(found.position), '0-1-7')
    assert.deepEqual([found.transactions, found.changes], [4, 10])
    await writePosition(one, 'sink', 'src', parsePosition('0-1-6'))
    assert.equal(formatPosition((await readPositions(one, 'sink'))[0]?.position ?? new Map()), '0-1-6')
    await deletePositions(one, 'sink', 'other')
    assert.equal((await readPositions(one, 'sink')).length, 1)
    await deletePositions(one, 'sink')
    assert.deepEqual(await readPositions(one, 'sink'), [])
  })
})
