import { hasSqlMode, sqlModes } from './sql-mode.ts'
import type { TokenReader } from './token-reader.ts'
import { Unreadable } from './token-reader.ts'

/** What a column definition's type says by itself, before its attributes. */
export interface TypeClause {
  /** As SourceColumn.type; text types for BLOB(n) and TEXT(n) are settled when the character set is known. */
  readonly type: string
  readonly length: number | null
  readonly precision: number | null
  readonly scale: number | null
  readonly fraction: number
  readonly members: readonly string[]
  /** Character set that the word itself implies: NCHAR, JSON. */
  readonly charset: string | null
  /** TEXT(n), BLOB(n): the type is the smallest that holds n characters. */
  readonly sized: number | null
  /** SERIAL: a unique auto-increment key. */
  readonly serial: boolean
}

const plain: TypeClause = {
  type: '',
  length: null,
  precision: null,
  scale: null,
  fraction: 0,
  members: [],
  charset: null,
  sized: null,
  serial: false,
}

const integers: Readonly<Record<string, string>> = {
  TINYINT: 'tinyint',
  INT1: 'tinyint',
  SMALLINT: 'smallint',
  INT2: 'smallint',
  MEDIUMINT: 'mediumint',
  MIDDLEINT: 'mediumint',
  INT3: 'mediumint',
  INT: 'int',
  INTEGER: 'int',
  INT4: 'int',
  BIGINT: 'bigint',
  INT8: 'bigint',
}

/** Words that are types without parameters. */
const bare: Readonly<Record<string, string>> = {
  DATE: 'date',
  TINYTEXT: 'tinytext',
  MEDIUMTEXT: 'mediumtext',
  LONGTEXT: 'longtext',
  TINYBLOB: 'tinyblob',
  MEDIUMBLOB: 'mediumblob',
  LONGBLOB: 'longblob',
  UUID: 'uuid',
  INET4: 'inet4',
  INET6: 'inet6',
  GEOMETRY: 'geometry',
  POINT: 'point',
  LINESTRING: 'linestring',
  POLYGON: 'polygon',
  MULTIPOINT: 'multipoint',
  MULTILINESTRING: 'multilinestring',
  MULTIPOLYGON: 'multipolygon',
  GEOMETRYCOLLECTION: 'geometrycollection',
}

/** Reads a data type. @throws Unreadable for one that is not known */
export function readTypeClause(reader: TokenReader, sqlMode: bigint | null): TypeClause {
  if (hasSqlMode(sqlMode, sqlModes.oracle) || hasSqlMode(sqlMode, sqlModes.maxdb)) {
    throw new Unreadable('types have other meanings under this sql_mode')
  }
  const token = reader.next()
  const word = token.upper
  const integer = integers[word]
  if (integer !== undefined) return { ...plain, type: integer, length: optionalLength(reader) }
  const type = bare[word]
  if (type !== undefined) return { ...plain, type }
  switch (word) {
    case 'BOOL':
    case 'BOOLEAN':
      return { ...plain, type: 'tinyint', length: 1 }
    case 'SERIAL':
      return { ...plain, type: 'bigint', serial: true }
    case 'DECIMAL':
    case 'DEC':
    case 'NUMERIC':
    case 'FIXED':
      return decimal(reader)
    case 'FLOAT':
    case 'FLOAT4':
    case 'FLOAT8':
    case 'DOUBLE':
    case 'REAL':
      return float(reader, word, hasSqlMode(sqlMode, sqlModes.realAsFloat))
    case 'BIT':
      return { ...plain, type: 'bit', length: optionalLength(reader) ?? 1 }
    case 'YEAR':
      return { ...plain, type: 'year', sized: optionalLength(reader) === 2 ? 2 : 4 }
    case 'TIME':
    case 'DATETIME':
    case 'TIMESTAMP':
      return { ...plain, type: word.toLowerCase(), fraction: optionalLength(reader) ?? 0 }
    case 'TEXT':
    case 'BLOB':
      return { ...plain, type: word.toLowerCase(), sized: optionalLength(reader) }
    case 'BINARY':
      return { ...plain, type: 'binary', length: optionalLength(reader) ?? 1 }
    case 'VARBINARY':
      return { ...plain, type: 'varbinary', length: requiredLength(reader) }
    case 'VECTOR':
      return { ...plain, type: 'vector', length: requiredLength(reader) }
    case 'JSON':
      return { ...plain, type: 'json', charset: 'utf8mb4' }
    case 'ENUM':
    case 'SET':
      return { ...plain, type: word.toLowerCase(), members: readMembers(reader) }
    case 'LONG':
      return long(reader)
    default:
      return character(reader, word, token.text)
  }
}

function optionalLength(reader: TokenReader): number | null {
  return reader.seesSymbol('(') ? requiredLength(reader) : null
}

function requiredLength(reader: TokenReader): number {
  reader.expectSymbol('(')
  const length = reader.integer()
  reader.expectSymbol(')')
  return length
}

function decimal(reader: TokenReader): TypeClause {
  const { digits, decimals } = digitsAndDecimals(reader)
  return { ...plain, type: 'decimal', precision: digits === null || digits === 0 ? 10 : digits, scale: decimals ?? 0 }
}

function float(reader: TokenReader, word: string, realIsFloat: boolean): TypeClause {
  if (word === 'DOUBLE') reader.take('PRECISION')
  const { digits, decimals } = digitsAndDecimals(reader)
  const single = word === 'FLOAT' || word === 'FLOAT4' || (word === 'REAL' && realIsFloat)
  if (decimals !== null) return { ...plain, type: single ? 'float' : 'double', precision: digits, scale: decimals }
  return { ...plain, type: single && (digits ?? 0) <= 24 ? 'float' : 'double' }
}

function digitsAndDecimals(reader: TokenReader): { digits: number | null; decimals: number | null } {
  if (!reader.takeSymbol('(')) return { digits: null, decimals: null }
  const digits = reader.integer()
  const decimals = reader.takeSymbol(',') ? reader.integer() : null
  reader.expectSymbol(')')
  return { digits, decimals }
}

function readMembers(reader: TokenReader): string[] {
  const members: string[] = []
  reader.expectSymbol('(')
  do {
    if (/^(N|_\w+)$/.test(reader.peek()?.upper ?? '')) throw new Unreadable('members in a character set of their own')
    const member = reader.string()
    if (member.includes('\ufffd')) throw new Unreadable('members in a character set that cannot be decoded')
    // The server cuts trailing spaces off.
    members.push(member.replace(/ +$/, ''))
  } while (reader.takeSymbol(','))
  reader.expectSymbol(')')
  return members
}

/** LONG, LONG VARCHAR, LONG CHAR VARYING, LONG VARBINARY */
function long(reader: TokenReader): TypeClause {
  if (reader.take('VARBINARY')) return { ...plain, type: 'mediumblob' }
  if (reader.take('VARCHAR') || reader.take('VARCHARACTER')) return { ...plain, type: 'mediumtext' }
  if (reader.take('CHAR') || reader.take('CHARACTER')) reader.expect('VARYING')
  return { ...plain, type: 'mediumtext' }
}

/** CHAR, VARCHAR, their long names, and their national (utf8mb3) forms. */
function character(reader: TokenReader, first: string, text: string): TypeClause {
  let word = first
  let charset: string | null = null
  if (word === 'NATIONAL') {
    charset = 'utf8mb3'
    word = reader.next().upper
  } else if (word === 'NCHAR') {
    charset = 'utf8mb3'
    word = reader.takeOne('VARCHAR', 'VARCHARACTER') ?? 'CHAR'
  } else if (word === 'NVARCHAR') {
    charset = 'utf8mb3'
    word = 'VARCHAR'
  }
  if (word === 'VARCHAR' || word === 'VARCHARACTER' || reader.take('VARYING')) {
    if (/CHAR/.test(word)) return { ...plain, type: 'varchar', length: requiredLength(reader), charset }
  } else if (word === 'CHAR' || word === 'CHARACTER') {
    return { ...plain, type: 'char', length: optionalLength(reader) ?? 1, charset }
  }
  throw new Unreadable(`the type ${text}`)
}
