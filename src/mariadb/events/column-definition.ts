import { charsetOfCollation } from '../../core/collations.ts'
import type { SourceColumn } from '../../core/table.ts'
import { isText, settleTextType } from './column-text-type.ts'
import { columnTypeText, displayWidth } from './column-type-text.ts'
import { defaultText } from './default-text.ts'
import type { DefaultClause } from './default-value.ts'
import { readDefault, readNow } from './default-value.ts'
import type { References } from './references.ts'
import { readReferences } from './references.ts'
import type { TokenReader } from './token-reader.ts'
import { Unreadable } from './token-reader.ts'
import type { TypeClause } from './type-clause.ts'
import { readTypeClause } from './type-clause.ts'

/** One column of CREATE TABLE or ADD COLUMN as it was written; `describeColumn` makes a SourceColumn of it. */
export interface ColumnClause {
  readonly name: string
  readonly clause: TypeClause
  readonly nullable: boolean | null
  readonly default: DefaultClause | null
  readonly onUpdate: boolean
  readonly autoIncrement: boolean
  readonly key: 'primary' | 'unique' | null
  readonly unsigned: boolean
  readonly zerofill: boolean
  readonly compressed: boolean
  readonly charset: string | null
  readonly collation: string | null
  /** The BINARY attribute: the character set's _bin collation. */
  readonly binaryCollation: boolean
  readonly generated: 'stored' | 'virtual' | null
  readonly comment: string
  readonly checksJson: boolean
  /** Of an inline REFERENCES, which makes an index. */
  readonly references: References | null
}

type Draft = { -readonly [K in keyof ColumnClause]: ColumnClause[K] }

/** The charset of a collation's name: `latin1_bin` -> `latin1`; undefined for the short UCA names. */
export function charsetOfCollationName(collation: string): string | undefined {
  const name = collation.toLowerCase()
  if (name === 'binary') return 'binary'
  const prefix = name.split('_')[0] ?? ''
  return prefix === 'uca1400' ? undefined : canonicalCharset(prefix)
}

/** @throws Unreadable for a name that is no character set of MariaDB */
export function canonicalCharset(charset: string): string {
  const name = charset.toLowerCase()
  if (name === 'utf8') return 'utf8mb3'
  if (!knownCharsets.has(name)) throw new Unreadable(`the character set ${charset}`)
  return name
}

const knownCharsets: ReadonlySet<string | undefined> = new Set(
  Array.from({ length: 256 }, (_, id) => charsetOfCollation(id)),
)

/** Reads `name type attributes…` up to a comma, the end, FIRST or AFTER. @throws Unreadable */
export function readColumn(reader: TokenReader, sqlMode: bigint | null): ColumnClause {
  const name = reader.name()
  const clause = readTypeClause(reader, sqlMode)
  const draft: Draft = {
    name,
    clause,
    nullable: clause.serial ? false : null,
    default: null,
    onUpdate: false,
    autoIncrement: clause.serial,
    key: clause.serial ? 'unique' : null,
    unsigned: clause.serial,
    zerofill: false,
    compressed: false,
    charset: clause.charset,
    collation: null,
    binaryCollation: false,
    generated: null,
    comment: '',
    checksJson: false,
    references: null,
  }
  while (!reader.atClauseEnd && !reader.sees('FIRST') && !reader.sees('AFTER')) readAttribute(reader, draft)
  return draft
}

function readAttribute(reader: TokenReader, draft: Draft): void {
  if (reader.take('NOT', 'NULL')) draft.nullable = false
  else if (reader.take('NULL')) draft.nullable = true
  else if (reader.take('UNSIGNED')) draft.unsigned = true
  else if (reader.take('SIGNED') || reader.take('INVISIBLE')) return
  else if (reader.take('ZEROFILL')) {
    draft.unsigned = true
    draft.zerofill = true
  } else if (reader.take('AUTO_INCREMENT')) draft.autoIncrement = true
  else if (reader.take('SERIAL', 'DEFAULT', 'VALUE')) {
    draft.autoIncrement = true
    draft.nullable = false
    draft.key ??= 'unique'
  } else if (reader.take('PRIMARY', 'KEY') || reader.take('PRIMARY') || reader.take('KEY')) draft.key = 'primary'
  else if (reader.take('UNIQUE')) {
    reader.take('KEY')
    draft.key ??= 'unique'
  } else if (reader.take('COMMENT')) draft.comment = reader.string()
  else if (reader.take('DEFAULT')) draft.default = readDefault(reader)
  else if (reader.take('ON', 'UPDATE')) {
    if (readNow(reader) === undefined) throw reader.unexpected('CURRENT_TIMESTAMP')
    draft.onUpdate = true
  } else if (reader.take('COMPRESSED')) {
    if (reader.takeSymbol('=')) reader.next()
    draft.compressed = true
  } else if (!readCharsetAttribute(reader, draft)) readConstraintAttribute(reader, draft)
}

function readCharsetAttribute(reader: TokenReader, draft: Draft): boolean {
  if (reader.take('CHARACTER', 'SET') || reader.take('CHAR', 'SET') || reader.take('CHARSET')) {
    draft.charset = canonicalCharset(reader.peek()?.kind === 'string' ? reader.string() : reader.name())
  } else if (reader.take('COLLATE')) {
    draft.collation = (reader.peek()?.kind === 'string' ? reader.string() : reader.name()).toLowerCase()
  } else if (reader.take('ASCII')) draft.charset = 'latin1'
  else if (reader.take('UNICODE')) draft.charset = 'ucs2'
  else if (reader.take('BYTE')) draft.charset = 'binary'
  else if (reader.take('BINARY')) draft.binaryCollation = true
  else return false
  return true
}

function readConstraintAttribute(reader: TokenReader, draft: Draft): void {
  if (reader.take('CONSTRAINT')) {
    if (!reader.sees('CHECK')) reader.name()
    if (!reader.sees('CHECK')) throw reader.unexpected('CHECK')
  }
  if (reader.take('CHECK')) {
    const column = draft.name.toLowerCase().replaceAll('`', '``')
    const check = reader.parentheses().toLowerCase().replaceAll(/\s/g, '')
    if (check === `json_valid(${column})` || check === `json_valid(\`${column}\`)`) draft.checksJson = true
  } else if (reader.take('REFERENCES')) {
    draft.references = readReferences(reader)
  } else if (reader.take('GENERATED', 'ALWAYS', 'AS') || reader.take('AS')) {
    if (!reader.seesSymbol('(')) throw new Unreadable('a system-versioned table')
    reader.parentheses()
    const word = reader.takeOne('VIRTUAL', 'PERSISTENT', 'STORED') ?? 'VIRTUAL'
    draft.generated = word === 'VIRTUAL' ? 'virtual' : 'stored'
  } else if (reader.take('WITH', 'SYSTEM', 'VERSIONING')) throw new Unreadable('a system-versioned table')
  else if (reader.take('WITHOUT', 'SYSTEM', 'VERSIONING')) return
  else if (reader.peek()?.kind !== 'symbol' && reader.peek(1)?.text === '=') {
    // Attributes of storage engines, `name = value`.
    reader.at += 2
    reader.next()
  } else throw reader.unexpected('an attribute of a column')
}

export interface ColumnSurroundings {
  /** Character set of columns that name none; null: not known. */
  readonly charset: string | null
  readonly collation: string | null
  readonly nullable: boolean
}

/** @throws Unreadable when the column cannot be described without guessing */
export function describeColumn(column: ColumnClause, around: ColumnSurroundings): SourceColumn {
  const { clause } = column
  const { charset, collation } = columnCharset(column, around)
  let type = settleTextType(clause, charset)
  if (type === 'longtext' && column.checksJson) type = 'json'
  const { unsigned, zerofill, compressed, generated, comment } = column
  const length = displayWidth(type, clause.length, unsigned) ?? clause.length
  const { precision, scale, fraction, members } = clause
  const nullable = around.nullable
  let defaultExpression = nullable ? 'NULL' : null
  if (column.default !== null) defaultExpression = defaultText(column.default, { type, scale, fraction, members })
  const textual = isText(type)
  return {
    name: column.name,
    type,
    columnType: columnTypeText({ type, clause, length, unsigned, zerofill, compressed }),
    unsigned,
    length,
    precision: type === 'decimal' ? precision : null,
    scale,
    fraction,
    charset: textual ? charset : null,
    collation: textual ? collation : null,
    members,
    nullable,
    defaultExpression,
    generated,
    comment,
  }
}

function columnCharset(
  column: ColumnClause,
  around: ColumnSurroundings,
): { charset: string | null; collation: string | null } {
  if (column.clause.type === 'json') return { charset: 'utf8mb4', collation: 'utf8mb4_bin' }
  const ofCollation = column.collation === null ? undefined : charsetOfCollationName(column.collation)
  const inherits = column.charset === null && ofCollation === undefined
  const charset = column.charset ?? ofCollation ?? (isText(column.clause.type) ? around.charset : null)
  let { collation } = column
  if (column.binaryCollation && charset !== null) collation ??= `${charset}_bin`
  if (inherits) collation ??= around.collation
  if (charset === 'binary') collation = 'binary'
  if (collation?.startsWith('utf8_') === true) collation = `utf8mb3_${collation.slice(5)}`
  if (collation?.startsWith('uca1400_') === true && charset !== null) collation = `${charset}_${collation}`
  return { charset, collation }
}
