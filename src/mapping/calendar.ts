import { CdcError } from '../core/errors.ts'
import type { EncoderContext } from './column-type.ts'
import type { CopyWriter } from './copy-writer.ts'

const monthDays: readonly number[] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Whether the date exists. Zero dates (0000-00-00), partial ones (2026-05-00) and, under ALLOW_INVALID_DATES, ones like
 * 2026-02-31 are stored by MariaDB but by nobody else. Year 0 exists and, to MariaDB, is no leap year.
 */
export function isRealDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  if (day <= 28) return true
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) && year !== 0
  return day <= (monthDays[month] as number)
}

/** Days from 2000-01-01, PostgreSQL's epoch, to a date of the Gregorian calendar; year 0 is 1 BC. */
export function daysSince2000(year: number, month: number, day: number): number {
  // Counting years from March puts the leap day at a year's end, so that no case distinction is needed.
  const y = month > 2 ? year : year - 1
  const m = month > 2 ? month - 3 : month + 9
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  return 365 * y + leapDays + (((153 * m + 2) / 5) | 0) + day - 730_426
}

/** A timestamp field: microseconds since 2000-01-01, from days and the microseconds within the day. */
export function writeTimestamp(days: number, microsOfDay: number, out: CopyWriter): void {
  // days * 86 400 000 000 goes beyond 2^53. As 86 400 000 000 = 10 546 875 * 2^13, the product is put together from
  // two parts that both stay exact.
  const scaled = days * 10_546_875
  const high = Math.floor(scaled / 524_288)
  const low = (scaled - high * 524_288) * 8192 + microsOfDay
  const carry = Math.floor(low / 4_294_967_296)
  out.int8Field(high + carry, low - carry * 4_294_967_296)
}

/** An int8 field of a whole number below 2^53. */
export function writeInt8(value: number, out: CopyWriter): void {
  const high = Math.floor(value / 4_294_967_296)
  out.int8Field(high, value - high * 4_294_967_296)
}

/** What is done with a date that does not exist: NULL and counted; in a key, where it would void the key, a stop. */
export function missingDateWriter(context: EncoderContext): (out: CopyWriter) => void {
  const { column, losses, where } = context
  return (out) => {
    if (column.inKey) {
      throw new CdcError('CDC-T03', {
        where,
        what: 'a zero, partial or impossible date in a key column',
        why: 'PostgreSQL has no such date, and a key cannot be NULL',
      })
    }
    losses.zeroDates++
    out.nullField()
  }
}

/** MariaDB's SQL: the text if the date in `expression` exists, else NULL. LAST_DAY is NULL when the month is zero. */
export function onlyRealDates(expression: string, text: string): string {
  return `CASE WHEN DAYOFMONTH(${expression}) BETWEEN 1 AND DAYOFMONTH(LAST_DAY(${expression})) THEN ${text} END`
}

/** PostgreSQL's SQL: year 0 is printed as year 1 (of the other era); this puts the zero back. */
export function withYearZero(expression: string, text: string): string {
  return `CASE WHEN ${expression} >= '0001-01-01' THEN ${text} ELSE '0000' || substr(${text}, 5) END`
}

/** The literal of a constant date or datetime, unless the date does not exist (then the default is left out). */
export function dateLiteral(text: string, pattern: RegExp, suffix: string): string | undefined {
  const parts = pattern.exec(text)
  if (parts === null || Number(parts[1]) === 0) return undefined
  return isRealDate(Number(parts[1]), Number(parts[2]), Number(parts[3])) ? `'${text}${suffix}'` : undefined
}

/** Finds, on MariaDB, the dates that PostgreSQL cannot hold; NULL is none of them, also where `IS NULL` finds zero dates. */
export function noRealDate(expression: string): string {
  const real = `DAYOFMONTH(${expression}) BETWEEN 1 AND DAYOFMONTH(LAST_DAY(${expression}))`
  return `(NOT ${expression} <=> NULL AND NOT COALESCE(${real}, FALSE))`
}
