import assert from 'node:assert/strict'
import { test } from 'node:test'
import { daysSince2000, isRealDate, writeTimestamp } from '../../src/mapping/calendar.ts'
import { CopyWriter } from '../../src/mapping/copy-writer.ts'

const millisPerDay = 86_400_000

test('every day from year 0 to 9999 has the number that JavaScript gives it', () => {
  const date = new Date('0000-01-01T00:00:00Z')
  const first = Math.round((date.getTime() - Date.parse('2000-01-01T00:00:00Z')) / millisPerDay)
  let days = first
  while (date.getUTCFullYear() < 10_000) {
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
    if (daysSince2000(year, month, day) !== days) assert.fail(date.toISOString())
    // To MariaDB year 0 is no leap year.
    if (isRealDate(year, month, day) !== !(year === 0 && month === 2 && day === 29)) assert.fail(date.toISOString())
    date.setTime(date.getTime() + millisPerDay)
    days++
  }
})

test('days that do not exist', () => {
  const impossible = [
    [2026, 2, 29],
    [2026, 4, 31],
    [2026, 0, 5],
    [2026, 5, 0],
    [0, 0, 0],
    [2026, 13, 1],
    [1900, 2, 29],
    [2026, 1, 32],
  ] as const
  for (const [year, month, day] of impossible) assert.equal(isRealDate(year, month, day), false)
})

test('timestamps are exact far beyond 2^53 microseconds', () => {
  const out = new CopyWriter()
  for (const days of [-730_485, -1, 0, 1, 2_921_939]) {
    for (const micros of [0, 1, 86_399_999_999]) {
      out.reset()
      writeTimestamp(days, micros, out)
      assert.equal(out.buffer.readBigInt64BE(4), BigInt(days) * 86_400_000_000n + BigInt(micros))
    }
  }
})
