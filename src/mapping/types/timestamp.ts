import { dateLiteral, missingDateWriter, writeInt8 } from '../calendar.ts'
import type { ColumnType, Encoder, EncoderContext } from '../column-type.ts'
import { int32, uint32BigEndian } from '../source-bytes.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { refuseOldFraction, resultSetDatetime } from './datetime.ts'
import { fractionBytes, fractionMicros, packedFraction } from './packed-fraction.ts'

/** Seconds from 1970 to 2000. */
const epoch = 946_684_800

/** Seconds since 1970 in UTC, unsigned (to 2106), big endian; then the fraction. All zero: the zero date. */
function rowImageEncoder(context: EncoderContext, fraction: number): Encoder {
  const writeMissing = missingDateWriter(context)
  const bytes = fractionBytes(fraction)
  const factor = fractionMicros[bytes] as number
  return (source, at, out) => {
    const seconds = uint32BigEndian(source, at)
    const micros = packedFraction(source, at + 4, bytes) * factor
    if (seconds === 0 && micros === 0) writeMissing(out)
    else writeInt8((seconds - epoch) * 1_000_000 + micros, out)
    return at + 4 + bytes
  }
}

/** The format before MariaDB 10.1: the seconds little endian. */
function oldRowImageEncoder(context: EncoderContext): Encoder {
  const writeMissing = missingDateWriter(context)
  return (source, at, out) => {
    const seconds = int32(source, at) >>> 0
    if (seconds === 0) writeMissing(out)
    else writeInt8((seconds - epoch) * 1_000_000, out)
    return at + 4
  }
}

export const timestampType: ColumnType = {
  id: 'timestamp',
  matches: (column) => column.type === 'timestamp',
  postgresType: (column) => `timestamptz(${column.fraction})`,
  binlogEncoder: (context) => {
    const { source } = context.column
    expectWireType(context, wireTypes.timestamp, wireTypes.oldTimestamp)
    if (context.wire.type === wireTypes.oldTimestamp) {
      refuseOldFraction(context.where, source)
      return oldRowImageEncoder(context)
    }
    expectWireMeta(context, source.fraction)
    return rowImageEncoder(context, source.fraction)
  },
  resultSetEncoder: resultSetDatetime,
  // Seconds since 1970 do not depend on the time zone of either session. 0 is the zero date.
  mariadbText: (expression) => `CAST(CAST(NULLIF(UNIX_TIMESTAMP(${expression}), 0) AS DECIMAL(20,6)) AS CHAR)`,
  postgresText: (expression) => `extract(epoch from ${expression})::numeric(20,6)::text`,
  freeText: false,
  defaultLiteral: (text) => dateLiteral(text, /^(\d{4})-(\d\d)-(\d\d)( \d\d:\d\d:\d\d(\.\d{1,6})?)?$/, '+00'),
  implicitDefault: () => 'NULL',
}
