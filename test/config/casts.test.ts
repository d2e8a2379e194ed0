import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { castsOption, castsOptionError, createCasts, parseCastsOption } from '../../src/config/casts.ts'
import { castsPath, loadCasts } from '../../src/config/casts-file.ts'
import { CdcErrors } from '../../src/core/errors.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'

function project(text: string | undefined): { directory: string } & Disposable {
  const directory = temporaryFolder('casts')
  mkdirSync(join(directory, 'connectors'))
  if (text !== undefined) writeFileSync(castsPath({ directory }), text)
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) }
}

function mistakes(text: string): readonly string[] {
  using found = project(text)
  try {
    loadCasts(found)
    return []
  } catch (thrown) {
    assert.ok(thrown instanceof CdcErrors)
    return thrown.errors.map(({ code, where, what }) => `${code} ${where.replace(/^.*(casts\.json)/, '$1')} ${what}`)
  }
}

test('the file may be missing, and may have comments', () => {
  using none = project(undefined)
  assert.deepEqual(loadCasts(none).all, [])
  using some = project('// columns\n{ "d.T.ACTIVE": "smallint", // flag\n  "d.*.DELETED": "boolean" }')
  const casts = loadCasts(some)
  assert.deepEqual(
    casts.all.map(({ pattern, type }) => [pattern, type]),
    [
      ['d.T.ACTIVE', 'smallint'],
      ['d.*.DELETED', 'boolean'],
    ],
  )
  assert.match(casts.all[1]?.where ?? '', /connectors\/casts\.json:3:3$/)
})

test('every mistake is told with its line', () => {
  assert.deepEqual(mistakes('{\n "T.ACTIVE": "smallint",\n "d.T.A": 5,\n "d.T.B": "x",\n "d.T.B": "y" }'), [
    'CDC-C04 casts.json:5:2 "d.T.B" stands there twice',
    'CDC-C05 casts.json:2:2 "T.ACTIVE": database.table.column is expected',
    'CDC-C06 casts.json:3:11 the type of "d.T.A" must be a text',
  ])
  assert.deepEqual(mistakes('[]'), ['CDC-C04 casts.json:1:1 a JSON object is expected'])
})

const casts = (lines: Readonly<Record<string, string>>) =>
  createCasts(Object.entries(lines).map(([pattern, type], i) => ({ pattern, type, where: `line ${i}` })))

test('a name wins over patterns, and the very letter case over another', () => {
  const found = casts({
    'd.*.active': 'smallint',
    'd.T_DEAL.ACTIVE': 'boolean',
    'd.t_deal.ACTIVE': 'text',
    'd.?.x.y': 'uuid',
  })
  assert.equal(found.of('d', 'T_DEAL', 'ACTIVE')?.type, 'boolean')
  assert.equal(found.of('d', 't_deal', 'ACTIVE')?.type, 'text')
  assert.equal(found.of('D', 'T_OTHER', 'Active')?.type, 'smallint')
  assert.equal(found.of('d', 't.x', 'y')?.type, 'uuid')
  assert.equal(found.of('x', 'T_DEAL', 'ACTIVE'), undefined)
})

test('two patterns that want different types are an error; two spellings of one type are none', () => {
  const found = casts({
    'd.*.A': 'int',
    'd.?.A': 'integer',
    'd.T*.B': 'smallint',
    '*.*.B': 'boolean',
    'd.T1.B': 'text',
  })
  assert.equal(found.of('d', 'T', 'A')?.type, 'int')
  assert.equal(found.of('d', 'T1', 'B')?.type, 'text')
  assert.throws(() => found.of('d', 'T', 'B'), {
    code: 'CDC-T11',
    what: '"*.*.B" wants boolean for d.T.B, "d.T*.B" (line 2) wants smallint',
    fix: '"d.T.B": "smallint", or make the patterns narrower',
  })
})

test('the option of the sink carries the casts', () => {
  const text = castsOption(casts({ 'd.T.A': 'int' }).all)
  assert.equal(text, '{"d.T.A":"int"}')
  assert.equal(castsOptionError(text), undefined)
  assert.equal(parseCastsOption(text).of('d', 'T', 'A')?.where, 'column.casts "d.T.A"')
  assert.equal(castsOptionError('{}'), undefined)
  for (const wrong of ['x', '[]', '{"d.A":"int"}', '{"d.T.A":1}']) assert.notEqual(castsOptionError(wrong), undefined)
})
