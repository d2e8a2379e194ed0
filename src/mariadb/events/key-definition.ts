import type { SourceIndexColumn } from '../../core/table.ts'
import type { References } from './references.ts'
import { readReferences } from './references.ts'
import type { TokenReader } from './token-reader.ts'
import { Unreadable } from './token-reader.ts'

/** A key as CREATE TABLE, ALTER TABLE or CREATE INDEX writes it. */
export interface KeyClause {
  readonly kind: 'primary' | 'unique' | 'index' | 'foreign'
  readonly name: string | null
  readonly columns: readonly SourceIndexColumn[]
  /** BTREE, HASH, RTREE, FULLTEXT, SPATIAL, VECTOR */
  readonly method: string
  /** Made by the server for a foreign key; left out when another index begins with the same columns. */
  readonly generated: boolean
  /** Of a foreign key. */
  readonly references?: References
}

/**
 * Reads a table element that is not a column: a key, or a check or period ('check'). undefined: it is a column, nothing
 * was read.
 */
export function readKeyOrCheck(reader: TokenReader): KeyClause | 'check' | undefined {
  if (reader.take('CHECK')) {
    reader.parentheses()
    return 'check'
  }
  if (reader.take('PERIOD', 'FOR')) throw new Unreadable('a table with a period')
  if (!reader.take('CONSTRAINT')) return readKey(reader, null)
  const named = !/^(PRIMARY|UNIQUE|FOREIGN|CHECK)$/.test(reader.peek()?.upper ?? '')
  const constraint = named ? reader.name() : null
  if (reader.take('CHECK')) {
    reader.parentheses()
    return 'check'
  }
  const key = readKey(reader, constraint)
  if (key === undefined) throw reader.unexpected('a constraint')
  return key
}

function readKey(reader: TokenReader, constraint: string | null): KeyClause | undefined {
  if (reader.take('PRIMARY', 'KEY')) return { ...readKeyParts(reader, 'BTREE'), kind: 'primary', name: 'PRIMARY' }
  if (reader.take('UNIQUE')) {
    reader.takeOne('INDEX', 'KEY')
    const key = readKeyParts(reader, 'BTREE')
    return { ...key, kind: 'unique', name: key.name ?? constraint }
  }
  if (reader.take('FOREIGN', 'KEY')) {
    const key = readKeyParts(reader, 'BTREE')
    reader.expect('REFERENCES')
    const references = readReferences(reader)
    return { ...key, kind: 'foreign', name: constraint ?? key.name, generated: true, references }
  }
  const special = specialMethod(reader)
  if (special !== undefined) {
    reader.takeOne('INDEX', 'KEY')
    return { ...readKeyParts(reader, special), kind: 'index' }
  }
  if (reader.takeOne('INDEX', 'KEY') === undefined) return undefined
  return { ...readKeyParts(reader, 'BTREE'), kind: 'index' }
}

/** FULLTEXT and SPATIAL are reserved words; VECTOR may also be the name of a column. */
function specialMethod(reader: TokenReader): string | undefined {
  if (reader.sees('VECTOR', 'INDEX') || reader.sees('VECTOR', 'KEY')) return reader.takeOne('VECTOR')
  return reader.takeOne('FULLTEXT', 'SPATIAL')
}

/** `[IF NOT EXISTS] [name] [USING method] (columns) options` */
export function readKeyParts(reader: TokenReader, method: string): KeyClause {
  reader.take('IF', 'NOT', 'EXISTS')
  const named = !reader.seesSymbol('(') && !(reader.sees('USING') || reader.sees('TYPE'))
  const name = named ? reader.name() : null
  const using = readUsing(reader)
  const columns = readKeyColumns(reader)
  const usingLater = readKeyOptions(reader)
  return { kind: 'index', name, columns, method: using ?? usingLater ?? method, generated: false }
}

export function readUsing(reader: TokenReader): string | undefined {
  if (!reader.take('USING') && !reader.take('TYPE')) return undefined
  return reader.name().toUpperCase()
}

export function readKeyColumns(reader: TokenReader): SourceIndexColumn[] {
  const columns: SourceIndexColumn[] = []
  reader.expectSymbol('(')
  do {
    const name = reader.name()
    let prefix: number | null = null
    if (reader.takeSymbol('(')) {
      prefix = reader.integer()
      reader.expectSymbol(')')
    }
    const descending = reader.takeOne('ASC', 'DESC') === 'DESC'
    if (reader.sees('WITHOUT')) throw new Unreadable('a key over periods')
    columns.push({ name, prefix, descending })
  } while (reader.takeSymbol(','))
  reader.expectSymbol(')')
  return columns
}

/** USING, COMMENT, KEY_BLOCK_SIZE, … up to the end of the clause or REFERENCES. */
function readKeyOptions(reader: TokenReader): string | undefined {
  let method: string | undefined
  while (!reader.atClauseEnd && !reader.sees('REFERENCES')) {
    const using = readUsing(reader)
    if (using === undefined) reader.skipPart()
    else method = using
  }
  return method
}
