import type { SourceColumn } from '../core/table.ts'
import type { ColumnType } from './column-type.ts'
import { bigintUnsignedType } from './types/bigint-unsigned.ts'
import { binaryType } from './types/binary.ts'
import { bitType } from './types/bit.ts'
import { blobType } from './types/blob.ts'
import { charType, varcharType } from './types/character.ts'
import { dateType } from './types/date.ts'
import { datetimeType } from './types/datetime.ts'
import { decimalType } from './types/decimal.ts'
import { enumType } from './types/enum.ts'
import { doubleType, floatType } from './types/floating.ts'
import { inet4Type, inet6Type } from './types/inet.ts'
import { integerTypes } from './types/integer.ts'
import { jsonType } from './types/json.ts'
import { setType } from './types/set.ts'
import { textType } from './types/text.ts'
import { timeType } from './types/time.ts'
import { timestampType } from './types/timestamp.ts'
import { booleanType, tinyintType } from './types/tinyint.ts'
import { uuidType } from './types/uuid.ts'
import { varbinaryType } from './types/varbinary.ts'
import { yearType } from './types/year.ts'

/** Every MariaDB type that is known. The first that matches a column counts: tinyint(1) before tinyint. */
export const columnTypes: readonly ColumnType[] = [
  booleanType,
  tinyintType,
  ...integerTypes,
  bigintUnsignedType,
  decimalType,
  floatType,
  doubleType,
  bitType,
  yearType,
  dateType,
  datetimeType,
  timestampType,
  timeType,
  charType,
  varcharType,
  textType,
  enumType,
  setType,
  jsonType,
  binaryType,
  varbinaryType,
  blobType,
  uuidType,
  inet4Type,
  inet6Type,
]

/** The type of a column; undefined: not supported. */
export function columnTypeOf(column: SourceColumn): ColumnType | undefined {
  return columnTypes.find((type) => type.matches(column))
}
