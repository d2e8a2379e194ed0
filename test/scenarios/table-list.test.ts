// The list of tables is narrowed and widened, in every order that people do it: rows are never missing in silence.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { startPipeline } from '../harness/pipeline.ts'
import type { Pipeline } from '../harness/pipeline.ts'
import { waitFor } from '../harness/wait-for.ts'

const sql = `CREATE TABLE T_ONE (id INT PRIMARY KEY, v VARCHAR(40)); INSERT INTO T_ONE VALUES (1, 'a'), (2, 'b');
  CREATE TABLE T_TWO LIKE T_ONE; INSERT INTO T_TWO SELECT * FROM T_ONE;`

const setTables = (pipeline: Pipeline, ...tables: readonly string[]): void =>
  pipeline.project.setEnv({
    TRADING_TABLE_ALLOWLIST: tables.map((table) => `${pipeline.schema}.${table}`).join(','),
  })

const unloaded = async ({ project }: Pipeline): Promise<string> =>
  (await project.cdc(['status', 'trading', '-o', 'json'])).stdout

test('a table is loaded before the list of the running source is widened', { timeout: 120_000 }, async () => {
  await using pipeline = await startPipeline({ sql, tables: ['T_ONE'] })
  await pipeline.cdc('up', 'trading')
  setTables(pipeline, 'T_ONE', 'T_TWO')
  await pipeline.cdc('migrate', 'trading', '--tables', 'T_TWO')
  await pipeline.source("INSERT INTO T_TWO VALUES (3, 'between'); UPDATE T_TWO SET v = 'changed' WHERE id = 1")
  await pipeline.equal('T_TWO')
  await pipeline.make('restart-trading-source')
  await pipeline.make('restart-trading-sink')
  await pipeline.source("INSERT INTO T_TWO VALUES (4, 'after'); DELETE FROM T_TWO WHERE id = 2")
  await pipeline.equal('T_TWO')
})

test(
  'a table that left the list and changed must be loaded again when it comes back',
  { timeout: 120_000 },
  async () => {
    await using pipeline = await startPipeline({ sql, tables: ['T_ONE', 'T_TWO'] })
    await pipeline.cdc('up', 'trading')
    // Met while it is in the list: by a change, or by the look of an idle sink.
    await pipeline.source("INSERT INTO T_TWO VALUES (3, 'met')")
    await pipeline.equal('T_TWO')

    setTables(pipeline, 'T_ONE')
    await pipeline.make('restart-trading-source')
    setTables(pipeline, 'T_ONE', 'T_TWO')
    await pipeline.make('restart-trading-source')
    await pipeline.source("INSERT INTO T_TWO VALUES (4, 'nothing was missed')")
    await pipeline.equal('T_TWO')

    setTables(pipeline, 'T_ONE')
    await pipeline.make('restart-trading-source')
    await pipeline.source("INSERT INTO T_TWO VALUES (5, 'missed'); INSERT INTO T_ONE VALUES (5, 'not missed')")
    await pipeline.equal('T_ONE')
    setTables(pipeline, 'T_ONE', 'T_TWO')
    await pipeline.make('restart-trading-source')
    await pipeline.source("INSERT INTO T_TWO VALUES (6, 'back')")
    await waitFor(async () => /T_TWO/.test(await unloaded(pipeline)), { what: 'the status to name the table' })
    const refused = await pipeline.project.cdc(['migrate', 'trading', '--tables', 'T_TWO'])
    assert.match(refused.stderr, /fix: .*--replace/)
    await pipeline.cdc('migrate', 'trading', '--tables', 'T_TWO', '--replace')
    await pipeline.source("INSERT INTO T_TWO VALUES (7, 'again')")
    await pipeline.equal('T_TWO')
  },
)

test('a database that left the list has a gap; its tables say so', { timeout: 120_000 }, async () => {
  await using pipeline = await startPipeline({ sql, tables: ['T_ONE', 'T_TWO'] })
  await pipeline.cdc('up', 'trading')
  const path = pipeline.project.connectorPath('source', 'trading')
  const file = readFileSync(path, 'utf8')
  const line = `"database.include.list": "${pipeline.schema}"`
  assert.ok(file.includes(line))

  writeFileSync(path, file.replace(line, '"database.include.list": "elsewhere"'))
  await pipeline.make('restart-trading-source')
  // The sink has no source any more, though the one that it followed is there.
  assert.match(await pipeline.waitForState('postgres-sink-trading', 'FAILED'), /CDC-S03.*topics\.regex/s)
  await pipeline.source("INSERT INTO T_ONE VALUES (5, 'not recorded')")
  writeFileSync(path, file)
  await pipeline.make('restart-trading-source')
  const trace = await waitFor(
    async () => {
      const { trace: now } = await pipeline.state('postgres-sink-trading')
      return now.includes('CDC-R03') && now
    },
    { what: 'the sink to name the gap' },
  )
  assert.match(trace, /--tables T_ONE,T_TWO --replace && cdc restart sink trading/)
  await pipeline.cdc('migrate', '--database', 'trading', '--tables', 'T_ONE,T_TWO', '--replace')
  await pipeline.cdc('restart', 'sink', 'trading')
  await pipeline.source("INSERT INTO T_ONE VALUES (6, 'recorded')")
  await pipeline.equal('T_ONE')
})
