import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeCondition } from '../../src/migrate/key-ranges.ts'

test('a range without ends is everything', () => {
  assert.equal(rangeCondition(['`a`'], { from: null, to: null }), '1')
})

test('a range lies after its start and reaches its end', () => {
  assert.equal(rangeCondition(['`a`'], { from: ['3'], to: ['7'] }), '`a` > 3 AND `a` <= 7')
})

/** The condition as JavaScript, to try it on every pair. */
function admits(condition: string, a: number, b: number): boolean {
  const js = condition
    .replaceAll('`a`', String(a))
    .replaceAll('`b`', String(b))
    .replaceAll('AND', '&&')
    .replaceAll('OR', '||')
    .replaceAll(/ = /g, ' === ')
  return new Function(`return ${js}`)() as boolean
}

test('ranges of a composite key that follow each other hold every pair exactly once', () => {
  const boundaries = [null, ['2', '1'], ['2', '3'], ['4', '0'], null]
  const conditions = boundaries
    .slice(1)
    .map((to, i) => rangeCondition(['`a`', '`b`'], { from: boundaries[i] ?? null, to }))
  for (let a = 0; a < 7; a++) {
    for (let b = -1; b < 5; b++) {
      const holders = conditions.filter((condition) => admits(condition, a, b))
      assert.equal(holders.length, 1, `(${a}, ${b}) lies in ${holders.join(' and ')}`)
    }
  }
  assert.ok(admits(conditions[1] ?? '', 2, 2))
  assert.ok(admits(conditions[0] ?? '', 2, 1))
})
