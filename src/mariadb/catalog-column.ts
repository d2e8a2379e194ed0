import type { SourceColumn } from '../core/table.ts'

/** A row of information_schema.COLUMNS; numbers wider than 32 bits come as text. */
export interface ColumnRow {
  readonly TABLE_NAME: string
  readonly COLUMN_NAME: string
  readonly DATA_TYPE: string
  readonly COLUMN_TYPE: string
  readonly CHARACTER_MAXIMUM_LENGTH: string | null
  readonly NUMERIC_PRECISION: string | null
  readonly NUMERIC_SCALE: string | null
  readonly DATETIME_PRECISION: string | null
  readonly CHARACTER_SET_NAME: string | null
  readonly COLLATION_NAME: string | null
  readonly COLUMN_DEFAULT: string | null
  readonly IS_NULLABLE: string
  readonly EXTRA: string
  readonly COLUMN_COMMENT: string
}

const withLength = new Set(['char', 'varchar', 'binary', 'varbinary'])
const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint'])

/** `isJson`: a check constraint demands json_valid of it. */
export function readColumn(row: ColumnRow, isJson: boolean): SourceColumn {
  const declared = row.DATA_TYPE.toLowerCase()
  const type = declared === 'longtext' && isJson ? 'json' : declared
  const scaled = type === 'decimal' || row.NUMERIC_SCALE !== null
  const fractional = scaled && !integers.has(type) && type !== 'bit'
  return {
    name: row.COLUMN_NAME,
    type,
    columnType: row.COLUMN_TYPE,
    unsigned: /\bunsigned\b/i.test(typeWords(row.COLUMN_TYPE)),
    length: columnLength(row, type),
    precision: fractional ? numberOrNull(row.NUMERIC_PRECISION) : null,
    scale: fractional ? numberOrNull(row.NUMERIC_SCALE) : null,
    fraction: Number(row.DATETIME_PRECISION ?? 0),
    charset: row.CHARACTER_SET_NAME,
    collation: row.COLLATION_NAME,
    members: type === 'enum' || type === 'set' ? readMembers(row.COLUMN_TYPE) : [],
    nullable: row.IS_NULLABLE === 'YES',
    defaultExpression: row.COLUMN_DEFAULT,
    generated: /\bVIRTUAL\b/.test(row.EXTRA) ? 'virtual' : /\bSTORED GENERATED\b/.test(row.EXTRA) ? 'stored' : null,
    comment: row.COLUMN_COMMENT,
  }
}

function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text)
}

/** A member of an enum may well be called "unsigned". */
function typeWords(columnType: string): string {
  return columnType.replaceAll(/'(?:[^'\\]|''|\\.)*'/g, '')
}

function columnLength(row: ColumnRow, type: string): number | null {
  if (withLength.has(type)) return numberOrNull(row.CHARACTER_MAXIMUM_LENGTH)
  if (type === 'bit') return numberOrNull(row.NUMERIC_PRECISION)
  const width = integers.has(type) ? /\((\d+)\)/.exec(row.COLUMN_TYPE)?.[1] : undefined
  return width === undefined ? null : Number(width)
}

const escapes: Readonly<Record<string, string>> = { '0': '\0', n: '\n', r: '\r', t: '\t', Z: '\x1a' }

/** The members of `enum('A','it''s','a\\b')`. */
export function readMembers(columnType: string): readonly string[] {
  const members = columnType.matchAll(/'((?:[^'\\]|''|\\.)*)'/gs)
  return [...members].map((member) =>
    (member[1] ?? '').replaceAll(/''|\\(.)/gs, (_whole: string, escaped: string | undefined) =>
      escaped === undefined ? "'" : (escapes[escaped] ?? escaped),
    ),
  )
}
