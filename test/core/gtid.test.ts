import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  advance,
  covers,
  formatPosition,
  furthest,
  nearest,
  parseGtid,
  parsePosition,
  reaches,
} from '../../src/core/gtid.ts'

test('positions are printed by domain, whatever order they came in', () => {
  assert.equal(formatPosition(parsePosition('3-7-9, 0-1-5')), '0-1-5,3-7-9')
  assert.equal(formatPosition(parsePosition('')), '')
})

test('of several servers in a domain the highest sequence counts', () => {
  assert.equal(formatPosition(parsePosition('0-1-5,0-2-9,0-3-7')), '0-2-9')
})

test('sequences beyond 2^53 are exact', () => {
  assert.equal(parseGtid('4294967295-4294967295-18446744073709551615').sequence, 18446744073709551615n)
})

test('what is not a GTID is refused with a code', () => {
  for (const text of ['', '0-1', '0-1-x', '-1-1-1', '0-1-5-6'])
    assert.throws(() => parseGtid(text), { code: 'CDC-C06' })
})

test('a position covers what lies at or before it, per domain', () => {
  const position = parsePosition('0-1-5,2-1-7')
  assert.ok(covers(position, parseGtid('0-9-5')))
  assert.ok(!covers(position, parseGtid('0-1-6')))
  assert.ok(!covers(position, parseGtid('1-1-1')))
  assert.ok(reaches(position, parsePosition('0-1-4')))
  assert.ok(!reaches(position, parsePosition('0-1-4,1-1-1')))
  assert.ok(reaches(position, parsePosition('')))
  assert.equal(formatPosition(advance(position, parseGtid('0-1-6'))), '0-1-6,2-1-7')
  assert.equal(formatPosition(furthest(position, parsePosition('0-1-9,1-1-1'))), '0-1-9,1-1-1,2-1-7')
  assert.equal(formatPosition(nearest(position, parsePosition('0-1-9,1-1-1'))), '0-1-5')
})
