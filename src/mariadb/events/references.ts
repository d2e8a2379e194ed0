import type { CascadingKey, ReferenceAction, TableName } from '../../core/table.ts'
import type { TokenReader } from './token-reader.ts'

/** What follows REFERENCES. */
export interface References {
  /** `database` is '' when the statement names none: then it is the database of the table that refers. */
  readonly parent: TableName
  readonly parentColumns: readonly string[]
  readonly onDelete: ReferenceAction | null
  readonly onUpdate: ReferenceAction | null
}

/** Reads `table [(columns)] [MATCH …] [ON DELETE …] [ON UPDATE …]`. @throws Unreadable */
export function readReferences(reader: TokenReader): References {
  const parent = reader.tableName('')
  const parentColumns = reader.seesSymbol('(') ? readColumnNames(reader) : []
  if (reader.take('MATCH')) reader.next()
  let onDelete: ReferenceAction | null = null
  let onUpdate: ReferenceAction | null = null
  for (;;) {
    if (reader.take('ON', 'DELETE')) onDelete = readAction(reader)
    else if (reader.sees('ON', 'UPDATE') && !isNow(reader) && reader.take('ON', 'UPDATE')) onUpdate = readAction(reader)
    else return { parent, parentColumns, onDelete, onUpdate }
  }
}

/** The foreign key, if its server changes rows by itself. */
export function cascadingKey(
  table: TableName,
  columns: readonly string[],
  { name, references }: { readonly name: string | null; readonly references: References },
): CascadingKey | undefined {
  const { parent, parentColumns, onDelete, onUpdate } = references
  if (onDelete === null && onUpdate === null) return undefined
  const database = parent.database === '' ? table.database : parent.database
  return { name, columns, parent: { ...parent, database }, parentColumns, onDelete, onUpdate }
}

function readColumnNames(reader: TokenReader): string[] {
  const names: string[] = []
  reader.expectSymbol('(')
  do {
    names.push(reader.name())
  } while (reader.takeSymbol(','))
  reader.expectSymbol(')')
  return names
}

/** RESTRICT, NO ACTION and SET DEFAULT (which InnoDB refuses) change no rows. */
function readAction(reader: TokenReader): ReferenceAction | null {
  if (reader.take('SET', 'NULL')) return 'set-null'
  if (reader.take('CASCADE')) return 'cascade'
  if (!reader.take('NO', 'ACTION') && !reader.take('SET', 'DEFAULT')) reader.next()
  return null
}

function isNow(reader: TokenReader): boolean {
  return /^(CURRENT_TIMESTAMP|NOW|LOCALTIME|LOCALTIMESTAMP)$/.test(reader.peek(2)?.upper ?? '')
}
