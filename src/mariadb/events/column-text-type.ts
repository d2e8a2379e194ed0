import type { TypeClause } from './type-clause.ts'
import { Unreadable } from './token-reader.ts'

/** Most bytes of one character; one where it is not listed. */
const characterBytes: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf8mb3: 3,
  ucs2: 2,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  ujis: 3,
  eucjpms: 3,
  sjis: 2,
  cp932: 2,
  gbk: 2,
  gb2312: 2,
  big5: 2,
  euckr: 2,
}

const binaryTwin: Readonly<Record<string, string>> = {
  char: 'binary',
  varchar: 'varbinary',
  tinytext: 'tinyblob',
  text: 'blob',
  mediumtext: 'mediumblob',
  longtext: 'longblob',
}

const sizes = ['tiny', '', 'medium', 'long']

export function isText(type: string): boolean {
  return binaryTwin[type] !== undefined || type === 'json' || type === 'enum' || type === 'set'
}

/** The type of a text or binary column in its character set: TEXT(n) takes the size it needs, `binary` makes bytes. */
export function settleTextType(clause: TypeClause, charset: string | null): string {
  let { type } = clause
  const bytes = charset === null ? 1 : (characterBytes[charset] ?? 1)
  if (clause.sized !== null && clause.sized > 0 && (type === 'text' || type === 'blob')) {
    const needed = clause.sized * bytes
    const size = [0xff, 0xffff, 0xff_ffff, 0xffff_ffff].findIndex((most) => needed <= most)
    if (size < 0) throw new Unreadable(`${type}(${clause.sized})`)
    type = `${sizes[size] ?? ''}${type}`
  }
  // Outside strict mode the server makes a TEXT of what does not fit.
  if (type === 'varchar' && (clause.length ?? 0) * bytes > 65_532) throw new Unreadable(`varchar(${clause.length})`)
  if ((type === 'char' || type === 'binary') && (clause.length ?? 0) > 255) {
    throw new Unreadable(`${type}(${clause.length})`)
  }
  return charset === 'binary' ? (binaryTwin[type] ?? type) : type
}
