import type { SourceTable, TableName } from '../../core/table.ts'
import type { ColumnClause } from './column-definition.ts'
import { canonicalCharset, charsetOfCollationName, describeColumn, readColumn } from './column-definition.ts'
import { isText } from './column-text-type.ts'
import type { KeyClause } from './key-definition.ts'
import { readKeyOrCheck } from './key-definition.ts'
import { cascadingKey } from './references.ts'
import { chooseKey, describeIndexes, findColumn } from './table-keys.ts'
import { readTableOptions } from './table-options.ts'
import type { TokenReader } from './token-reader.ts'
import { Unreadable } from './token-reader.ts'

export interface CreateTableContext {
  readonly sqlMode: bigint | null
  /** Default character set of the table's database; null: not known. */
  readonly databaseCharset: string | null
  /** Session option explicit_defaults_for_timestamp; null: not known. */
  readonly explicitTimestamps: boolean | null
}

export interface TableBody {
  readonly asSelect: boolean
  readonly definition: SourceTable | null
  /** Why `definition` is null. */
  readonly unreadable: string | null
}

/** Reads what follows the table's name in CREATE TABLE (not LIKE). Never throws. */
export function readTableBody(reader: TokenReader, name: TableName, context: CreateTableContext): TableBody {
  let asSelect = false
  try {
    const { columns, keys } = readElements(reader, context)
    const options = readTableOptions(reader)
    asSelect = options.asSelect
    if (asSelect) throw new Unreadable('columns that come from a SELECT')
    if (options.versioned) throw new Unreadable('a system-versioned table')
    if (columns.length === 0) throw new Unreadable('no columns')
    const ofCollation = options.collation === null ? undefined : charsetOfCollationName(options.collation)
    const ofTable = (options.charset === null ? undefined : canonicalCharset(options.charset)) ?? ofCollation
    const charset = ofTable ?? context.databaseCharset
    const definition = describeTable(name, { ...options, columns, keys, charset }, context)
    return { asSelect, definition, unreadable: null }
  } catch (thrown) {
    const why = thrown instanceof Unreadable ? thrown.message : String(thrown)
    return { asSelect, definition: null, unreadable: why }
  }
}

function readElements(
  reader: TokenReader,
  context: CreateTableContext,
): { columns: ColumnClause[]; keys: KeyClause[] } {
  const columns: ColumnClause[] = []
  const keys: KeyClause[] = []
  if (!reader.seesSymbol('(') || startsSelect(reader.peek(1)?.upper)) return { columns, keys }
  reader.expectSymbol('(')
  do {
    const element = readKeyOrCheck(reader)
    if (element === 'check') continue
    if (element !== undefined) {
      keys.push(element)
      continue
    }
    const column = readColumn(reader, context.sqlMode)
    columns.push(column)
    if (column.key !== null) keys.push(inlineKey(column.name, column.key))
    const { references } = column
    if (references !== null) keys.push({ ...inlineKey(column.name, 'foreign'), generated: true, references })
  } while (reader.takeSymbol(','))
  reader.expectSymbol(')')
  return { columns, keys }
}

function startsSelect(word: string | undefined): boolean {
  return word === 'SELECT' || word === 'WITH' || word === 'VALUES'
}

function inlineKey(column: string, kind: KeyClause['kind']): KeyClause {
  return {
    kind,
    name: null,
    columns: [{ name: column, prefix: null, descending: false }],
    method: 'BTREE',
    generated: false,
  }
}

interface TableParts {
  readonly columns: readonly ColumnClause[]
  readonly keys: readonly KeyClause[]
  readonly charset: string | null
  readonly collation: string | null
  readonly engine: string
  readonly comment: string
}

function describeTable(name: TableName, parts: TableParts, context: CreateTableContext): SourceTable {
  const primary = parts.keys.find((key) => key.kind === 'primary')
  const inPrimary = new Set(primary?.columns.map((column) => column.name.toLowerCase()))
  const clauses = withImplicitTimestamps(parts.columns, context.explicitTimestamps)
  const columns = clauses.map((column) => {
    const inKey = inPrimary.has(column.name.toLowerCase())
    const nullable = !inKey && !column.autoIncrement && (column.nullable ?? true)
    const described = describeColumn(column, { charset: parts.charset, collation: parts.collation, nullable })
    if (isText(described.type) && described.charset === null) {
      throw new Unreadable(`the default character set of database ${name.database} is not known`)
    }
    return described
  })
  const indexes = describeIndexes(parts.keys, columns)
  const { key, from } = chooseKey(indexes, columns)
  const cascades = parts.keys.flatMap(({ name: constraint, columns: parts, references }) => {
    const names = parts.map((part) => findColumn(part.name, columns)?.name ?? part.name)
    return references === undefined ? [] : (cascadingKey(name, names, { name: constraint, references }) ?? [])
  })
  return {
    ...name,
    engine: parts.engine,
    columns,
    key,
    ...(from === undefined ? {} : { keyIndex: from.name }),
    indexes: indexes.filter((index) => index !== from),
    ...(cascades.length === 0 ? {} : { cascades }),
    comment: parts.comment,
  }
}

/**
 * With explicit_defaults_for_timestamp=OFF a TIMESTAMP that says nothing is NOT NULL; the first one follows the clock,
 * the others begin at zero.
 */
function withImplicitTimestamps(columns: readonly ColumnClause[], explicit: boolean | null): readonly ColumnClause[] {
  let first = true
  return columns.map((column) => {
    if (column.clause.type !== 'timestamp' || column.generated !== null) return column
    if (explicit === null && column.nullable === null) {
      throw new Unreadable('explicit_defaults_for_timestamp is not known, on which a TIMESTAMP column depends')
    }
    if (explicit !== false) return column
    const clock = first && !column.onUpdate
    first = false
    const nullable = column.nullable ?? false
    if (nullable || (column.default !== null && column.default.kind !== 'null')) return { ...column, nullable }
    const { fraction } = column.clause
    const now = fraction === 0 ? 'current_timestamp()' : `current_timestamp(${fraction})`
    return { ...column, nullable, default: clock ? { kind: 'now', text: now } : { kind: 'number', text: '0' } }
  })
}
