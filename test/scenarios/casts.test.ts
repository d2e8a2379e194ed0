// Columns become what connectors/casts.json asks for: by the load, by the stream, for columns and tables that come later;
// what does not fit, or contradicts what is there, is refused with the row and the line.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startPipeline } from '../harness/pipeline.ts'
import { waitFor } from '../harness/wait-for.ts'

const columns = `flag TINYINT(1), tiny TINYINT, one BIT(1), n INT UNSIGNED, big BIGINT UNSIGNED, y YEAR, t TIME(3),
  doc JSON, d DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3), amount DECIMAL(12,0), usual TINYINT(1) NOT NULL DEFAULT 0`
const row = (id: number): string =>
  `(${id}, 1, 0, b'1', 7, 18, 2026, '10:00:00.5', '{"a":1}', '2026-01-02 03:04:05.006', -123456789012, 1)`
const casts: Readonly<Record<string, string>> = {
  'xchange_trading.T_*.FLAG': 'smallint',
  'xchange_trading.*.tiny': 'boolean',
  'xchange_trading.*.one': 'bit(1)',
  'xchange_trading.*.n': 'integer',
  'xchange_trading.*.big': 'bigint',
  'xchange_trading.*.y': 'smallint',
  'xchange_trading.*.t': 'interval',
  'xchange_trading.*.doc': 'text',
  'xchange_trading.*.d': 'timestamptz',
  'xchange_trading.*.amount': 'bigint',
  '*.*.later': 'boolean',
}

test('casts are followed by load, stream and verify, and refused where they cannot be', async () => {
  await using pipeline = await startPipeline({
    sql: `CREATE TABLE T_A (id INT PRIMARY KEY, ${columns}); INSERT INTO T_A VALUES ${row(1)}`,
    tables: ['T_.*'],
  })
  const { postgres, project } = pipeline
  const write = (lines: Readonly<Record<string, string>>): void =>
    writeFileSync(join(project.directory, 'connectors/casts.json'), JSON.stringify(lines, null, 2))
  const typesOf = async (table: string): Promise<Readonly<Record<string, string>>> => {
    const rows = await postgres.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
        WHERE attrelid = ('mp_cdc.' || $1)::regclass AND attnum > 1 AND NOT attisdropped`,
      [table],
    )
    return Object.fromEntries(rows.map(({ name, type }) => [name, type]))
  }
  const wanted = {
    ...{ flag: 'smallint', tiny: 'boolean', one: 'bit(1)', n: 'integer', big: 'bigint', y: 'smallint' },
    ...{ t: 'interval(3)', doc: 'text', d: 'timestamp(3) with time zone', amount: 'bigint', usual: 'boolean' },
  }

  // Mistakes that need no server, and one that does.
  write({ ...casts, 'xchange_trading.T_A.n': 'integr' })
  const checked = await project.cdc(['config', 'check'])
  assert.equal(checked.code, 78)
  assert.match(
    checked.stderr,
    /CDC-C06.*casts\.json:13:3.*integr is not a type[^]*fix: "xchange_trading\.T_A\.n": "integer"/,
  )
  write({ ...casts, 'xchange_trading.T_A.flags': 'smallint' })
  await pipeline.cdc('register', 'source', 'trading')
  const unknown = await project.cdc(['migrate', 'trading'])
  assert.match(unknown.stderr, /CDC-T09[^]*"xchange_trading\.T_A\.flag": "smallint"/)

  write(casts)
  await pipeline.cdc('up', 'trading')
  assert.deepEqual(await typesOf('t_a'), wanted)
  await pipeline.source(`INSERT INTO T_A VALUES ${row(2)}; UPDATE T_A SET flag = 3, n = 2147483647 WHERE id = 1`)
  await pipeline.source(`CREATE TABLE T_B (id INT PRIMARY KEY, ${columns}); INSERT INTO T_B VALUES ${row(1)}`)
  await pipeline.source(
    'ALTER TABLE T_A ADD COLUMN later TINYINT NOT NULL DEFAULT 1; UPDATE T_A SET later = 0 WHERE id = 2',
  )
  await pipeline.cdc('verify', 'trading')
  assert.deepEqual(await typesOf('t_a'), { ...wanted, later: 'boolean' })
  assert.deepEqual(await typesOf('t_b'), wanted)
  const [first] = await postgres.query('SELECT * FROM mp_cdc.t_a a JOIN mp_cdc.t_b b USING (id) WHERE a.later')
  assert.equal(first?.['flag'], 1)

  // Another type for what is loaded already.
  write({ ...casts, 'xchange_trading.*.big': 'numeric' })
  const contradiction = await project.cdc(['restart', 'sink', 'trading'])
  assert.equal(contradiction.code, 65)
  assert.match(contradiction.stderr, /CDC-T12.*casts\.json:6:3.*numeric\(20\) is asked for xchange_trading\.T_A\.big/)
  assert.match(contradiction.stderr, /fix: cdc migrate trading --tables xchange_trading\.T_A --replace/)
  write(casts)

  // A value that does not fit: in the stream, then in the load.
  await pipeline.source('INSERT INTO T_A (id, big) VALUES (9, 18446744073709551615)')
  const trace = await pipeline.waitForState('postgres-sink-trading', 'FAILED')
  assert.match(trace, /CDC-T08\] xchange_trading\.T_A\.big/)
  assert.match(trace, /key: id=9/)
  const misfit = await project.cdc(['migrate', 'trading', '--tables', 'T_A', '--replace'])
  assert.match(misfit.stderr, /CDC-T08[^]*"xchange_trading\.T_A\.big": "numeric\(20\)" in connectors\/casts\.json/)
  assert.match(misfit.stderr, /row: id=9, big=18446744073709551615/)

  write({ ...casts, 'xchange_trading.T_A.big': 'numeric(20)' })
  await pipeline.cdc('migrate', 'trading', '--tables', 'T_A', '--replace')
  await pipeline.cdc('restart', 'sink', 'trading')
  await pipeline.source(`INSERT INTO T_B VALUES ${row(3)}`)
  await waitFor(async () => (await postgres.query('SELECT 1 FROM mp_cdc.t_b')).length === 2)
  await pipeline.cdc('verify', 'trading')
  assert.equal((await typesOf('t_a'))['big'], 'numeric(20,0)')
})
