import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { connectPostgres } from '../../src/postgres/connection.ts'
import type { PostgresConnection } from '../../src/postgres/connection.ts'
import { copyIn } from '../../src/postgres/copy-in.ts'
import { startPostgres } from '../harness/start-postgres.ts'
import type { PostgresServer } from '../harness/start-postgres.ts'

describe('COPY FROM STDIN', () => {
  let server: PostgresServer
  let connection: PostgresConnection

  before(async () => {
    server = await startPostgres()
    connection = await connectPostgres(server.settings, { applicationName: 'test', where: 'test' })
    await connection.query('CREATE TABLE public.t (id int PRIMARY KEY, v text)')
  })
  after(async () => {
    await connection[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  async function count(): Promise<string> {
    const { rows } = await connection.query<{ n: string }>('SELECT count(*) AS n FROM public.t')
    return rows[0]?.n ?? ''
  }

  /** Reuses one buffer, as the loads do. */
  function* lines(from: number, to: number): Iterable<Buffer> {
    const buffer = Buffer.alloc(1 << 16)
    for (let id = from; id < to; id += 100) {
      let end = 0
      for (let i = id; i < Math.min(id + 100, to); i++) end += buffer.write(`${i}\t${'x'.repeat(i % 300)}\n`, end)
      yield buffer.subarray(0, end)
    }
  }

  test('many chunks in reused memory arrive whole', async () => {
    assert.equal(await copyIn(connection, 'COPY public.t FROM STDIN', lines(0, 50_000)), 50_000)
    const { rows } = await connection.query<{ wrong: string }>(
      "SELECT count(*) AS wrong FROM public.t WHERE v <> repeat('x', id % 300)",
    )
    assert.equal(rows[0]?.wrong, '0')
  })

  test('what the server refuses ends the feeding; the session stays usable', async () => {
    const before = await count()
    await assert.rejects(copyIn(connection, 'COPY public.t FROM STDIN', lines(49_000, 2_000_000)), (error: unknown) => {
      assert.ok(error instanceof CdcError)
      assert.match(error.what, /duplicate key/)
      return true
    })
    assert.equal(await count(), before)
  })

  test('an error of the feeding side fails the COPY and comes back as it is', async () => {
    const before = await count()
    async function* broken(error: Error): AsyncIterable<Buffer> {
      yield Buffer.from('900000\tx\n')
      throw error
    }
    const own = new Error('the source broke off')
    await assert.rejects(copyIn(connection, 'COPY public.t FROM STDIN', broken(own)), (thrown) => thrown === own)
    assert.equal(await count(), before)
  })

  test('a session that is ended meanwhile is an error that is retried', async () => {
    const other = await connectPostgres(server.settings, { applicationName: 'test', where: 'other' })
    const { rows } = await other.query<{ pid: string }>('SELECT pg_backend_pid() AS pid')
    async function* slow(): AsyncIterable<Buffer> {
      yield Buffer.from('900001\tx\n')
      await connection.query(`SELECT pg_terminate_backend(${rows[0]?.pid ?? ''})`)
      yield* lines(1_000_000, 1_500_000)
    }
    await assert.rejects(copyIn(other, 'COPY public.t FROM STDIN', slow()), { code: 'CDC-P01' })
    await other[Symbol.asyncDispose]()
  })
})
