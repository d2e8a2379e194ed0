import type { SourceColumn } from '../../core/table.ts'
import {
  dateLiteral,
  daysSince2000,
  isRealDate,
  missingDateWriter,
  onlyRealDates,
  withYearZero,
  writeTimestamp,
} from '../calendar.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { int32, uint16, uint24BigEndian, uint8 } from '../source-bytes.ts'
import { expectWireMeta, expectWireType, wireMismatch } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { fractionBytes, fractionMicros, packedFraction } from './packed-fraction.ts'

/**
 * Five bytes, big endian: a bit that is always set, (year * 13 + month) in 17 bits, day in 5, hour in 5, minute in 6,
 * second in 6; then the fraction.
 */
function rowImageEncoder(context: EncoderContext, fraction: number): Encoder {
  const writeMissing = missingDateWriter(context)
  const bytes = fractionBytes(fraction)
  const factor = fractionMicros[bytes] as number
  return (source, at, out) => {
    const top = uint24BigEndian(source, at)
    const fourth = uint8(source, at + 3)
    const fifth = uint8(source, at + 4)
    const yearMonth = (top >> 6) & 0x1ffff
    const year = (yearMonth / 13) | 0
    const month = yearMonth - year * 13
    const day = (top >> 1) & 31
    if (isRealDate(year, month, day)) {
      const hour = ((top & 1) << 4) | (fourth >> 4)
      const minute = ((fourth & 15) << 2) | (fifth >> 6)
      const seconds = (hour * 60 + minute) * 60 + (fifth & 63)
      const micros = packedFraction(source, at + 5, bytes) * factor
      writeTimestamp(daysSince2000(year, month, day), seconds * 1_000_000 + micros, out)
    } else {
      writeMissing(out)
    }
    return at + 5 + bytes
  }
}

/** The format before MariaDB 10.1: a number like 20261122060001 in eight bytes, little endian. */
function oldRowImageEncoder(context: EncoderContext): Encoder {
  const writeMissing = missingDateWriter(context)
  return (source, at, out) => {
    const value = (int32(source, at) >>> 0) + (int32(source, at + 4) >>> 0) * 4_294_967_296
    const date = Math.floor(value / 1_000_000)
    const time = value - date * 1_000_000
    const year = (date / 10_000) | 0
    const month = ((date / 100) | 0) % 100
    const day = date % 100
    if (isRealDate(year, month, day)) {
      const hour = (time / 10_000) | 0
      const minute = ((time / 100) | 0) % 100
      const seconds = (hour * 60 + minute) * 60 + (time % 100)
      writeTimestamp(daysSince2000(year, month, day), seconds * 1_000_000, out)
    } else {
      writeMissing(out)
    }
    return at + 8
  }
}

/**
 * A length of 0, 4, 7 or 11, then as far as it goes: year u16, month, day, hour, minute, second, microseconds u32.
 * The same for DATETIME and, in a session in UTC, TIMESTAMP.
 */
export function resultSetDatetime(context: EncoderContext): Encoder {
  const writeMissing = missingDateWriter(context)
  return (source, at, out) => {
    const length = uint8(source, at)
    const end = at + 1 + length
    const year = length === 0 ? 0 : uint16(source, at + 1)
    const month = length === 0 ? 0 : uint8(source, at + 3)
    const day = length === 0 ? 0 : uint8(source, at + 4)
    if (!isRealDate(year, month, day)) {
      writeMissing(out)
      return end
    }
    let micros = 0
    if (length > 4) {
      const seconds = (uint8(source, at + 5) * 60 + uint8(source, at + 6)) * 60 + uint8(source, at + 7)
      micros = seconds * 1_000_000 + (length > 7 ? int32(source, at + 8) : 0)
    }
    writeTimestamp(daysSince2000(year, month, day), micros, out)
    return end
  }
}

/** Columns of the old format carry no fraction digits in the binary log, so only those without any can be read. */
export function refuseOldFraction(where: string, column: SourceColumn): void {
  if (column.fraction === 0) return
  throw wireMismatch(
    where,
    `${column.columnType} is stored in the old format, whose fraction the binary log does not tell`,
  )
}

/** What the clock shows, without a time zone; as a timestamptz it is taken to be UTC. */
export const datetimeType: ColumnType = {
  id: 'datetime',
  matches: (column) => column.type === 'datetime',
  casts: () => ['timestamp', 'timestamptz'],
  postgresType: (column, choice) => `${choice ?? 'timestamp'}(${column.fraction})`,
  binlogEncoder: (context) => {
    const { source } = context.column
    expectWireType(context, wireTypes.datetime, wireTypes.oldDatetime)
    if (context.wire.type === wireTypes.oldDatetime) {
      refuseOldFraction(context.where, source)
      return oldRowImageEncoder(context)
    }
    expectWireMeta(context, source.fraction)
    return rowImageEncoder(context, source.fraction)
  },
  resultSetEncoder: resultSetDatetime,
  mariadbText: (expression) => onlyRealDates(expression, `DATE_FORMAT(${expression}, '%Y-%m-%d %H:%i:%s.%f')`),
  postgresText: (expression, { choice }) => {
    const inUtc = choice === 'timestamptz' ? `(${expression} AT TIME ZONE 'UTC')` : expression
    return withYearZero(inUtc, `to_char(${inUtc}, 'YYYY-MM-DD HH24:MI:SS.US')`)
  },
  freeText: false,
  defaultLiteral: (text, { choice }) => {
    const pattern = /^(\d{4})-(\d\d)-(\d\d)( \d\d:\d\d:\d\d(\.\d{1,6})?)?$/
    return dateLiteral(text, pattern, choice === 'timestamptz' ? '+00' : '')
  },
  implicitDefault: () => 'NULL',
}
