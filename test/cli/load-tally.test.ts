import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLoadTally } from '../../src/cli/load-tally.ts'
import { createLoadEnds, formatLoadEnds } from '../../src/cli/load-ends.ts'
import { eventLine, lossNotes, progressLine } from '../../src/cli/load-text.ts'
import { CdcError } from '../../src/core/errors.ts'
import { emptyPosition, parsePosition } from '../../src/core/gtid.ts'
import type { LoadedTableReport, LoadEvent } from '../../src/migrate/progress.ts'

const plan: LoadEvent = {
  kind: 'plan',
  notCopied: [],
  tables: [
    { table: 'd.big', target: 'mp_cdc.big', rows: 1000, bytes: 50_000 },
    { table: 'd.small', target: 'mp_cdc.small', rows: 10, bytes: 500 },
  ],
}
const done = (table: string, rows: number): LoadEvent => ({
  ...{ kind: 'table-done', table, rows, bytes: rows * 10, copySeconds: 2, indexSeconds: 1 },
  ...{ low: emptyPosition, high: emptyPosition, changed: { losses: [], choices: {}, asked: {} } },
})

test('speed and expectation follow the events', () => {
  let time = 0
  const tally = createLoadTally(() => time)
  tally.add(plan)
  tally.add({ kind: 'table-start', table: 'd.big' })
  time = 1000
  tally.add({ kind: 'rows', table: 'd.big', rows: 200, bytes: 2000 })
  assert.equal(tally.total().rowsPerSecond, 200)
  assert.equal(
    progressLine(tally),
    '0/2 tables, 200 of about 1,010 rows, 200 rows/s, 2.0 kB/s, ETA 4.0s; now d.big (copy)',
  )
  time = 6000
  tally.add({ kind: 'rows', table: 'd.big', rows: 200, bytes: 2000 })
  // Half of the first second is forgotten by then: 100 rows in 5.5 seconds.
  assert.equal(Math.round(tally.tables.get('d.big')?.rowsPerSecond ?? 0), 18)
})

test('what is left to come is reckoned by all tables, also between two of them', () => {
  let time = 0
  const tally = createLoadTally(() => time)
  tally.add(plan)
  tally.add({ kind: 'table-start', table: 'd.small' })
  time = 1000
  tally.add(done('d.small', 10))
  assert.equal(tally.total().rowsPerSecond, 10)
  tally.add({ kind: 'table-start', table: 'd.big' })
  assert.match(progressLine(tally), /10 rows\/s, 100 B\/s, ETA 1m40s/)
})

test('statistics that were too low do not let a load pass its end', () => {
  const tally = createLoadTally(() => 0)
  tally.add(plan)
  tally.add({ kind: 'table-start', table: 'd.small' })
  tally.add({ kind: 'rows', table: 'd.small', rows: 70, bytes: 1 })
  assert.equal(tally.total().expected, 1070)
  tally.add(done('d.small', 80))
  assert.equal(tally.total().expected, 1080)
  assert.equal(tally.finished(), 1)
})

test('a table that is started over counts from zero', () => {
  const tally = createLoadTally(() => 0)
  tally.add(plan)
  tally.add({ kind: 'table-start', table: 'd.big' })
  tally.add({ kind: 'rows', table: 'd.big', rows: 500, bytes: 1 })
  tally.add({ kind: 'table-start', table: 'd.big' })
  assert.equal(tally.total().rows, 0)
})

test('skipped and failed tables are over and expect nothing', () => {
  const tally = createLoadTally(() => 0)
  tally.add(plan)
  const error = new CdcError('CDC-T01', { where: 'd.big', what: 'no such type' })
  tally.add({ kind: 'table-failed', table: 'd.big', error })
  tally.add({ kind: 'table-skipped', table: 'd.small', why: 'loaded already' })
  assert.equal(tally.finished(), 2)
  assert.equal(tally.total().expected, 0)
  assert.equal(eventLine({ kind: 'table-failed', table: 'd.big', error }), 'd.big: failed, CDC-T01 no such type')
})

test('a finished table is a line', () => {
  assert.equal(eventLine(done('d.big', 1000)), 'd.big: 1,000 rows, 10.0 kB in 2.0s, 500 rows/s, indexes 1.0s')
})

const report: LoadedTableReport = {
  ...{ table: 'd.big', target: 'mp_cdc.big', state: 'loaded', why: undefined, rows: 5, bytes: 10 },
  ...{ low: parsePosition('0-1-4'), high: parsePosition('0-1-4') },
  losses: [{ column: 'at', zeroDates: 3, nulCharacters: 0 }],
  choices: { flag: 'smallint', doc: 'text' },
  asked: { doc: 'text' },
}

test('at the end each table has its times, or why it has none', () => {
  const ends = createLoadEnds()
  ends.add(plan)
  ends.add({ kind: 'table-skipped', table: 'd.small', why: 'already loaded' })
  ends.add(done('d.big', 1000))
  const text = formatLoadEnds(ends.list())
  assert.match(text, /d\.big +mp_cdc\.big +1,000 +10\.0 kB +2\.0s +1\.0s +500/)
  assert.match(text, /d\.small +mp_cdc\.small +- .* skipped: already loaded/)
  const error = new CdcError('CDC-T01', { where: 'd.big', what: 'no such type' })
  ends.add({ kind: 'table-failed', table: 'd.big', error })
  assert.match(formatLoadEnds(ends.list()), /d\.big .* failed: CDC-T01 no such type/)
})

test('what was changed is noted per column', () => {
  assert.deepEqual(lossNotes(report), [
    'd.big.flag: smallint, because of the values it holds',
    'd.big.doc: text, as connectors/casts.json asks',
    'd.big.at: 3 zero or partial dates became NULL',
  ])
})
