import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPosition, parsePosition } from '../../src/core/gtid.ts'
import { recordedSince, withFormerLists } from '../../src/worker/recorded.ts'
import type { FormerLists } from '../../src/worker/recorded.ts'

const lists = (include: string): Record<string, string> => ({ 'database.include.list': include })
const change = (former: readonly FormerLists[], from: string, to: string, at: string): readonly FormerLists[] =>
  withFormerLists(former, { from: lists(from), to: lists(to), at: parsePosition(at) })
const since = (former: readonly FormerLists[], database: string): string | undefined => {
  const position = recordedSince(former, database)
  return position === undefined ? undefined : formatPosition(position)
}

test('a database that comes in is recorded from then on; the others always were', () => {
  const former = change([], 'a', 'a,b', '0-1-10')
  assert.equal(since(former, 'a'), undefined)
  assert.equal(since(former, 'b'), '0-1-10')
})

test('one that went and came back is recorded since it came back', () => {
  const former = change(change(change([], 'a,b', 'a', '0-1-10'), 'a', 'a,b', '0-1-20'), 'a,b', 'a,b,c', '0-1-30')
  assert.equal(since(former, 'b'), '0-1-20')
  assert.equal(since(former, 'c'), '0-1-30')
  assert.equal(since(former, 'a'), undefined)
})

test('other changes of a configuration, and lists that come and go, leave no growing history', () => {
  assert.equal(change([], 'a', 'a', '0-1-10').length, 0)
  let former: readonly FormerLists[] = []
  for (let round = 1; round < 50; round++) {
    former = change(former, 'a', 'a,b', `0-1-${round * 2}`)
    former = change(former, 'a,b', 'a', `0-1-${round * 2 + 1}`)
  }
  assert.equal(former.length, 2)
  assert.equal(since(former, 'b'), '0-1-98')
})
