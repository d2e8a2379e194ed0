import type { CascadingKey, SourceColumn, SourceIndex, TableName } from '../../core/table.ts'
import { describeColumn, readColumn } from './column-definition.ts'
import type { ColumnClause } from './column-definition.ts'
import { isText } from './column-text-type.ts'
import { implicitDefault } from './default-text.ts'
import type { KeyClause } from './key-definition.ts'
import { readKeyOrCheck } from './key-definition.ts'
import { cascadingKey } from './references.ts'
import { engineName } from './table-options.ts'
import type { TokenReader } from './token-reader.ts'
import { Unreadable } from './token-reader.ts'

export interface AddColumn {
  readonly kind: 'add-column'
  /** `charset` is null when the column takes the table's: the statement does not say it. */
  readonly column: SourceColumn
  readonly position: 'last' | 'first' | { readonly after: string }
  /** Inline PRIMARY KEY, UNIQUE or AUTO_INCREMENT. */
  readonly alsoKey: boolean
  /** Existing rows get NULL or a constant; else what they get is in no statement and in no row event. */
  readonly repeatable: boolean
  /** What existing rows get, as an SQL constant in information_schema's form; null: not repeatable. */
  readonly existingRows: string | null
  /** A text column without a character set of its own: it has the table's default one. */
  readonly inheritsCharset: boolean
  /** Nothing happens when there is a column of that name. */
  readonly ifNotExists: boolean
}

/** One action of ALTER TABLE, as far as it concerns a copy of the table. */
export type AlterAction =
  | AddColumn
  | { readonly kind: 'drop-column'; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'rename-table'; readonly to: TableName }
  /** Nothing that is in rows or in their shape; `engine` when that changes. */
  | { readonly kind: 'no-effect'; readonly what: string; readonly engine?: string }
  /** Column names as written; `index.name` is '' when the server chooses it. */
  | { readonly kind: 'add-index'; readonly index: SourceIndex }
  /** The name may also be that of another constraint. */
  | { readonly kind: 'drop-index'; readonly name: string }
  /** A foreign key that changes rows. */
  | { readonly kind: 'add-cascade'; readonly cascade: CascadingKey }
  | { readonly kind: 'drop-foreign-key'; readonly name: string }
  | { readonly kind: 'refused'; readonly what: string }

export interface AlterContext {
  readonly database: string
  /** The table that is altered. */
  readonly table: TableName
  readonly sqlMode: bigint | null
  readonly explicitTimestamps: boolean | null
  readonly sqlIfExists: boolean | null
}

/** Reads the actions of ALTER TABLE, up to the end. Never throws: what cannot be read is refused. */
export function readAlterActions(reader: TokenReader, context: AlterContext, ignore: boolean): AlterAction[] {
  const actions: AlterAction[] = []
  while (!reader.done) {
    if (reader.takeSymbol(',') || reader.takeSymbol(';')) continue
    const start = reader.at
    try {
      const read = readAction(reader, context)
      if (!reader.atClauseEnd || reader.seesSymbol(')') || reader.at === start) throw reader.unexpected('an action')
      actions.push(...read.map((action) => (ignore && action.kind === 'add-index' ? ignoring(action.index) : action)))
    } catch (thrown) {
      reader.at = start
      while (!reader.done && !reader.seesSymbol(',')) skipSafely(reader)
      const why = thrown instanceof Unreadable ? `: ${thrown.message}` : ''
      actions.push({ kind: 'refused', what: `${shorten(reader.textFrom(start))}${why}` })
    }
  }
  return actions
}

/** ALTER IGNORE TABLE … ADD UNIQUE deletes rows without logging them. */
function ignoring(index: SourceIndex): AlterAction {
  if (!index.unique) return { kind: 'add-index', index }
  return { kind: 'refused', what: `IGNORE ADD UNIQUE ${index.name}: it deletes rows` }
}

function skipSafely(reader: TokenReader): void {
  try {
    reader.skipPart()
  } catch {
    reader.at = reader.tokens.length
  }
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

const noEffect = (what: string): AlterAction[] => [{ kind: 'no-effect', what }]

function readAction(reader: TokenReader, context: AlterContext): AlterAction[] {
  const partitions = readPartitionAction(reader)
  if (partitions !== undefined) return partitions
  if (reader.take('ADD')) return readAdd(reader, context)
  if (reader.take('DROP')) return [readDrop(reader, context)]
  if (reader.take('RENAME')) return readRename(reader, context)
  if (reader.take('ALTER')) return readAlter(reader)
  if (reader.take('ORDER', 'BY')) {
    reader.at = reader.tokens.length
    return noEffect('ORDER BY')
  }
  if (reader.take('FORCE')) return noEffect('FORCE')
  const keys = reader.takeOne('ENABLE', 'DISABLE')
  if (keys !== undefined) {
    reader.expect('KEYS')
    return noEffect(`${keys} KEYS`)
  }
  if (reader.takeOne('WITH', 'WITHOUT') !== undefined) {
    reader.expect('VALIDATION')
    return noEffect('VALIDATION')
  }
  return readOptions(reader)
}

/** PARTITION BY may follow other actions without a comma; actions on partitions run to the end of the statement. */
function readPartitionAction(reader: TokenReader): AlterAction[] | undefined {
  const kept = ['ADD', 'REORGANIZE', 'REBUILD', 'OPTIMIZE', 'ANALYZE', 'CHECK', 'REPAIR', 'COALESCE']
  const verb = reader.peek()?.upper ?? ''
  if (verb !== 'PARTITION' && reader.peek(1)?.upper !== 'PARTITION') {
    if (!reader.take('REMOVE', 'PARTITIONING')) return undefined
    return noEffect('REMOVE PARTITIONING')
  }
  // `partition` unquoted is a reserved word: no column is called so.
  if (!kept.includes(verb) && !reader.sees('PARTITION', 'BY')) throw new Unreadable('rows that go with their partition')
  const start = reader.at
  reader.at = reader.tokens.length
  return noEffect(shorten(reader.textFrom(start)))
}

function readAdd(reader: TokenReader, context: AlterContext): AlterAction[] {
  if (reader.sees('SYSTEM', 'VERSIONING')) throw new Unreadable('a system-versioned table')
  const key = readKeyOrCheck(reader)
  if (key === 'check') return noEffect('ADD CHECK')
  if (key !== undefined) return [addKey(key, context)]
  reader.take('COLUMN')
  const ifNotExists = reader.take('IF', 'NOT', 'EXISTS') || context.sqlIfExists === true
  const column = (): AlterAction => ({ ...readAddColumn(reader, context), ifNotExists })
  if (!reader.takeSymbol('(')) return [column()]
  const columns: AlterAction[] = []
  do {
    const inner = readKeyOrCheck(reader)
    if (inner === undefined) columns.push(column())
    else if (inner === 'check') columns.push(...noEffect('ADD CHECK'))
    else columns.push(addKey(inner, context))
  } while (reader.takeSymbol(','))
  reader.expectSymbol(')')
  return columns
}

function addKey(key: KeyClause, { table }: AlterContext): AlterAction {
  if (key.kind === 'primary') throw new Unreadable('the primary key changes')
  const { columns, method, references } = key
  if (references !== undefined) {
    const names = columns.map(({ name }) => name)
    const cascade = cascadingKey(table, names, { name: key.name, references })
    return cascade === undefined ? { kind: 'no-effect', what: 'ADD FOREIGN KEY' } : { kind: 'add-cascade', cascade }
  }
  return { kind: 'add-index', index: { name: key.name ?? '', unique: key.kind === 'unique', columns, method } }
}

function readAddColumn(reader: TokenReader, context: AlterContext): Omit<AddColumn, 'ifNotExists'> {
  const clause = readColumn(reader, context.sqlMode)
  let position: AddColumn['position'] = 'last'
  if (reader.take('FIRST')) position = 'first'
  else if (reader.take('AFTER')) position = { after: reader.name() }
  const implicit = clause.clause.type === 'timestamp' && clause.nullable === null && context.explicitTimestamps !== true
  if (implicit) throw new Unreadable('a TIMESTAMP column whose default depends on explicit_defaults_for_timestamp')
  if (clause.references !== null && (clause.references.onDelete ?? clause.references.onUpdate) !== null) {
    throw new Unreadable('a column that comes with a foreign key which changes rows')
  }
  const nullable = clause.key !== 'primary' && !clause.autoIncrement && (clause.nullable ?? true)
  const column = describeColumn(clause, { charset: null, collation: null, nullable })
  const alsoKey = clause.key !== null || clause.autoIncrement
  const existingRows = alsoKey ? null : valueOfExistingRows(clause, column)
  const inheritsCharset = isText(column.type) && column.charset === null
  // The size of TEXT(n) depends on the character set.
  if (inheritsCharset && (clause.clause.sized ?? 0) > 0)
    throw new Unreadable('a TEXT(n) column without a character set')
  return {
    kind: 'add-column',
    column,
    position,
    alsoKey,
    repeatable: existingRows !== null,
    existingRows,
    inheritsCharset,
  }
}

function valueOfExistingRows(clause: ColumnClause, column: SourceColumn): string | null {
  if (clause.generated !== null) return null
  const kind = clause.default?.kind
  if (kind === 'now' || kind === 'expression') return null
  if (kind !== undefined && kind !== 'null') return column.defaultExpression
  if (column.nullable) return 'NULL'
  try {
    return implicitDefault(column)
  } catch (thrown) {
    if (thrown instanceof Unreadable) return null
    throw thrown
  }
}

function readDrop(reader: TokenReader, { sqlIfExists }: AlterContext): AlterAction {
  if (reader.take('FOREIGN', 'KEY')) {
    reader.take('IF', 'EXISTS')
    return { kind: 'drop-foreign-key', name: reader.name() }
  }
  if (reader.take('PRIMARY', 'KEY')) throw new Unreadable('the primary key changes')
  if (reader.sees('SYSTEM', 'VERSIONING')) throw new Unreadable('a system-versioned table')
  if (reader.sees('PERIOD', 'FOR')) throw new Unreadable('a table with a period')
  if (reader.takeOne('INDEX', 'KEY', 'CONSTRAINT') !== undefined) {
    reader.take('IF', 'EXISTS')
    const name = reader.name()
    if (name.toUpperCase() === 'PRIMARY') throw new Unreadable('the primary key changes')
    return { kind: 'drop-index', name }
  }
  reader.take('COLUMN')
  const ifExists = reader.take('IF', 'EXISTS') || sqlIfExists === true
  const name = reader.name()
  reader.takeOne('RESTRICT', 'CASCADE')
  return { kind: 'drop-column', name, ifExists }
}

function readRename(reader: TokenReader, context: AlterContext): AlterAction[] {
  if (reader.takeOne('INDEX', 'KEY') !== undefined) {
    reader.take('IF', 'EXISTS')
    const from = reader.name()
    reader.expect('TO')
    return noEffect(`RENAME INDEX ${from} TO ${reader.name()}`)
  }
  if (reader.sees('COLUMN')) throw new Unreadable('a column gets another name')
  if (reader.takeOne('TO', 'AS') === undefined) reader.takeSymbol('=')
  return [{ kind: 'rename-table', to: reader.tableName(context.database) }]
}

/** `ALTER [COLUMN] c SET DEFAULT …`, `DROP DEFAULT`, `ALTER INDEX i [NOT] IGNORED`: rows do not change. */
function readAlter(reader: TokenReader): AlterAction[] {
  const start = reader.at
  if (reader.takeOne('INDEX', 'KEY') === undefined) {
    reader.take('COLUMN')
    reader.take('IF', 'EXISTS')
    reader.name()
    if (!reader.take('SET', 'DEFAULT') && !reader.take('DROP', 'DEFAULT')) throw reader.unexpected('SET DEFAULT')
  }
  reader.skipClause()
  return noEffect(`ALTER ${shorten(reader.textFrom(start))}`)
}

const harmlessOptions: ReadonlySet<string> = new Set(
  (
    'ALGORITHM LOCK COMMENT AUTO_INCREMENT ROW_FORMAT KEY_BLOCK_SIZE AVG_ROW_LENGTH MAX_ROWS MIN_ROWS PACK_KEYS CHECKSUM ' +
    'TABLE_CHECKSUM PAGE_CHECKSUM DELAY_KEY_WRITE STATS_PERSISTENT STATS_AUTO_RECALC STATS_SAMPLE_PAGES TRANSACTIONAL ' +
    'ENCRYPTED ENCRYPTION_KEY_ID PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL IETF_QUOTES CONNECTION PASSWORD INSERT_METHOD'
  ).split(' '),
)

/** Table options, one or several without commas between. */
function readOptions(reader: TokenReader): AlterAction[] {
  const actions: AlterAction[] = []
  while (!reader.atClauseEnd) {
    if (reader.sees('PARTITION', 'BY')) return [...actions, ...(readPartitionAction(reader) ?? [])]
    if (reader.take('ENGINE')) {
      const engine = engineName(optionValue(reader))
      actions.push({ kind: 'no-effect', what: `ENGINE=${engine}`, engine })
      continue
    }
    if (reader.take('DEFAULT') || reader.sees('CHARACTER') || reader.sees('CHARSET') || reader.sees('COLLATE')) {
      // Only columns that are added later take it.
      const word = reader.takeOne('CHARACTER', 'CHARSET', 'COLLATE')
      if (word === undefined) throw reader.unexpected('a character set')
      if (word === 'CHARACTER') reader.expect('SET')
      actions.push({ kind: 'no-effect', what: `default ${word} ${optionValue(reader)}` })
      continue
    }
    const option = reader.peek()?.upper ?? ''
    if (!harmlessOptions.has(option)) throw new Unreadable('it changes rows or columns, or is not known')
    reader.next()
    actions.push({ kind: 'no-effect', what: `${option} ${optionValue(reader)}` })
  }
  return actions
}

function optionValue(reader: TokenReader): string {
  reader.takeSymbol('=')
  return reader.next().text
}
