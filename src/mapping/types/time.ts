import { CdcError } from '../../core/errors.ts'
import { writeInt8 } from '../calendar.ts'
import { doesNotFitCast } from '../cast-misfit.ts'
import type { ColumnType, EncoderContext, Encoder } from '../column-type.ts'
import { type CopyWriter, putInt32 } from '../copy-writer.ts'
import { int32, uint24, uint24BigEndian, uint8 } from '../source-bytes.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'
import { refuseOldFraction } from './datetime.ts'
import { fractionBytes, fractionMicros, packedFraction } from './packed-fraction.ts'

const microsPerDay = 86_400_000_000

/** Writes microseconds, which may be negative or beyond a day: -838:59:59.999999 to 838:59:59.999999. */
type MicrosWriter = (micros: number, out: CopyWriter) => void

function microsWriter({ column, where }: EncoderContext): MicrosWriter {
  if (column.choice === 'interval') return writeInterval
  return (micros, out) => {
    if (micros < 0 || micros >= microsPerDay) {
      if (column.choice === 'time')
        throw doesNotFitCast(where, 'a negative time or 24 hours or more', 'time', 'interval')
      throw new CdcError('CDC-T02', {
        where,
        what: 'a TIME is negative or not below 24 hours, but the target column is time',
        fix: 'load the table again with cdc migrate … --replace; the column is then made an interval',
      })
    }
    writeInt8(micros, out)
  }
}

/** Microseconds, days and months; the whole is kept in the first. */
function writeInterval(micros: number, out: CopyWriter): void {
  out.reserve(20)
  writeInt8(micros, out)
  // The length that was just written becomes that of an interval.
  putInt32(out.buffer, out.position - 12, 16)
  putInt32(out.buffer, out.position, 0)
  putInt32(out.buffer, out.position + 4, 0)
  out.position += 8
}

/** 3 + n bytes big endian, offset by 0x800000 << 8n; then the magnitude: hour << 12 | minute << 6 | second, fraction. */
function rowImageEncoder(context: EncoderContext, fraction: number): Encoder {
  const write = microsWriter(context)
  const bytes = fractionBytes(fraction)
  const scale = 256 ** bytes
  const factor = fractionMicros[bytes] as number
  return (source, at, out) => {
    const packed = (uint24BigEndian(source, at) - 0x800000) * scale + packedFraction(source, at + 3, bytes)
    const magnitude = Math.abs(packed)
    const whole = Math.floor(magnitude / scale)
    const seconds = ((whole >> 12) * 60 + ((whole >> 6) & 63)) * 60 + (whole & 63)
    const micros = seconds * 1_000_000 + (magnitude - whole * scale) * factor
    write(packed < 0 ? -micros : micros, out)
    return at + 3 + bytes
  }
}

/** The format before MariaDB 10.1: a signed number like -8385959 in three bytes, little endian. */
function oldRowImageEncoder(context: EncoderContext): Encoder {
  const write = microsWriter(context)
  return (source, at, out) => {
    const value = (uint24(source, at) << 8) >> 8
    const magnitude = Math.abs(value)
    const hour = (magnitude / 10_000) | 0
    const minute = ((magnitude / 100) | 0) % 100
    const micros = ((hour * 60 + minute) * 60 + (magnitude % 100)) * 1_000_000
    write(value < 0 ? -micros : micros, out)
    return at + 3
  }
}

/** A length of 0, 8 or 12, then: 1 for negative, days u32, hours, minutes, seconds, microseconds u32. */
function resultSetEncoder(context: EncoderContext): Encoder {
  const write = microsWriter(context)
  return (source, at, out) => {
    const length = uint8(source, at)
    if (length === 0) {
      write(0, out)
      return at + 1
    }
    const hours = int32(source, at + 2) * 24 + uint8(source, at + 6)
    const seconds = (hours * 60 + uint8(source, at + 7)) * 60 + uint8(source, at + 8)
    const micros = seconds * 1_000_000 + (length > 8 ? int32(source, at + 9) : 0)
    write(uint8(source, at + 1) === 1 ? -micros : micros, out)
    return at + 1 + length
  }
}

/** TIME is a duration to MariaDB: a time of day where all values are such, else an interval. */
export const timeType: ColumnType = {
  id: 'time',
  matches: (column) => column.type === 'time',
  casts: () => ['time', 'interval'],
  postgresType: (column, choice) => `${choice === 'interval' ? 'interval' : 'time'}(${column.fraction})`,
  binlogEncoder: (context) => {
    const { source } = context.column
    expectWireType(context, wireTypes.time, wireTypes.oldTime)
    if (context.wire.type === wireTypes.oldTime) {
      refuseOldFraction(context.where, source)
      return oldRowImageEncoder(context)
    }
    expectWireMeta(context, source.fraction)
    return rowImageEncoder(context, source.fraction)
  },
  resultSetEncoder,
  mariadbText: (expression) => `CAST(CAST(TIME_TO_SEC(${expression}) AS DECIMAL(20,6)) AS CHAR)`,
  postgresText: (expression) => `extract(epoch from ${expression})::numeric(20,6)::text`,
  freeText: false,
  defaultLiteral: (text, column) => {
    const parts = /^(-?)(\d{2,3}):\d\d:\d\d(\.\d{1,6})?$/.exec(text)
    if (parts === null) return undefined
    const ofDay = parts[1] === '' && Number(parts[2]) < 24
    return ofDay || column.choice === 'interval' ? `'${text}'` : undefined
  },
  implicitDefault: () => "'00:00:00'",
  misfits: (_column, choice) =>
    choice === 'interval' ? undefined : (expression) => `(${expression} < '00:00:00' OR ${expression} >= '24:00:00')`,
  roomier: 'interval',
}
