// MariaDB logs nothing of what a foreign key's ON DELETE or ON UPDATE does to other tables: InnoDB does it below the
// binary log, and expects a replica's InnoDB to do the same. So it is done here: behind a delete or a change of referenced
// columns, the rows that refer to them are deleted or changed too, level by level, before anything that follows.
import { must } from '../core/assert.ts'
import type { SinkConfig } from '../config/sink-config.ts'
import { CdcError } from '../core/errors.ts'
import { formatGtid } from '../core/gtid.ts'
import type { Gtid } from '../core/gtid.ts'
import { quotePostgres } from '../core/quote.ts'
import type { CascadingKey, TableName } from '../core/table.ts'
import { formatTable } from '../core/table.ts'
import type { MappedColumn } from '../mapping/column-type.ts'
import { CopyWriter } from '../mapping/copy-writer.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import type { BinlogRowEncoder } from '../mapping/row-encoder.ts'
import { encodeAfter, type RowInWriter } from './after-image.ts'
import type { ApplySession } from './apply-session.ts'
import { rowsFlags } from '../mariadb/events/rows.ts'
import type { RowsEvent } from '../mariadb/events/rows.ts'
import type { WireTable } from '../core/wire.ts'
import { reload, TableLoading } from './statement-context.ts'
import type { Reference, TableRegistry } from './table-registry.ts'
import type { TargetTable } from './target-table.ts'
import { tupleFields } from './tuple-fields.ts'

export interface CascadeContext {
  readonly session: ApplySession
  readonly gtid: Gtid
  readonly registry: Pick<TableRegistry, 'referencesTo'>
}

/** A row that went (`after` null) or changed: texts of its columns, in PostgreSQL's form. */
export interface GoneRow {
  readonly before: readonly (string | null)[]
  readonly after: readonly (string | null)[] | null
}

/** No schema that InnoDB accepts goes deeper. */
const deepest = 15

/**
 * The foreign keys by which that event may change rows of written tables. None where the session had switched them off.
 * @throws TableLoading
 */
export function cascadingReferences(
  event: RowsEvent,
  parent: WireTable,
  { gtid, registry }: Pick<CascadeContext, 'gtid' | 'registry'>,
): readonly Reference[] {
  if (event.kind === 'insert' || (event.flags & rowsFlags.noForeignKeys) !== 0) return []
  return registry.referencesTo(parent).filter(({ child, key }) => {
    if ((event.kind === 'delete' ? key.onDelete : key.onUpdate) === null) return false
    if (child === 'loading') throw new TableLoading()
    return !child.contains(gtid)
  })
}

/** The stop where a table that is not copied changes rows of one that is. */
export function unfollowedParent(
  parent: TableName,
  references: readonly Reference[],
  { gtid, sink }: { readonly gtid: Gtid; readonly sink: SinkConfig },
): CdcError {
  const children = references.flatMap(({ child }) => (child === 'loading' ? [] : child.loaded))
  return new CdcError('CDC-S05', {
    where: formatTable(parent),
    what: `a change may have changed rows of ${children.map(formatTable).join(', ')} by a foreign key`,
    why: 'the binary log does not say what foreign keys do, and the table they refer to is not copied',
    fix: `put ${formatTable(parent)} on the list of tables; then ${reload([parent, ...children], sink)}`,
    details: [`gtid: ${formatGtid(gtid)}`],
  })
}

/** A row as COPY fields of the columns that others refer to; the rest is null. */
export interface ReferencedRow {
  readonly before: readonly (Buffer | null)[]
  readonly after: readonly (Buffer | null)[] | null
}

/** The rows of a delete or update whose referenced columns go or change. */
export function referencedRows(
  event: RowsEvent,
  parent: TargetTable,
  { encoder, references }: { readonly encoder: BinlogRowEncoder; readonly references: readonly Reference[] },
): readonly ReferencedRow[] {
  const columns = new Set(references.flatMap(({ key }) => key.parentColumns.map((name) => columnIndex(parent, name))))
  const width = parent.mapped.columns.length
  const [old, now] = [newRow(width), newRow(width)]
  const rows: ReferencedRow[] = []
  let at = event.rowsStart
  const referenced = ({ writer }: RowInWriter): readonly (Buffer | null)[] => {
    const fields = tupleFields(Buffer.from(writer.buffer.subarray(0, writer.position)), 2, width)
    return fields.map((field, i) => (columns.has(i) ? field : null))
  }
  while (at < event.rowsEnd) {
    old.writer.reset()
    now.writer.reset()
    at = encoder.encode(event.buffer, at, old.writer, old.offsets)
    if (event.kind === 'update') at = encodeAfter(event, at, { encoder, before: old, after: now })
    const before = referenced(old)
    const after = event.kind === 'update' ? referenced(now) : null
    const same = after?.every((field, i) => field?.toString('latin1') === before[i]?.toString('latin1'))
    if (same !== true) rows.push({ before, after })
  }
  return rows
}

function newRow(columns: number): RowInWriter {
  return { writer: new CopyWriter(1 << 12), offsets: new Int32Array(columns + 1) }
}

/** The same in PostgreSQL's own texts, which is what is compared and handed on. */
export async function asTexts(
  rows: readonly ReferencedRow[],
  parent: TargetTable,
  session: ApplySession,
): Promise<readonly GoneRow[]> {
  const values = parent.mapped.columns.map(({ postgresType }, i) => `($${i + 1}::${postgresType})::text`)
  const text = `SELECT to_json(ARRAY[${values.join(', ')}])::text AS texts`
  await session.settle()
  for (const { before, after } of rows) {
    session.queue({ text, values: [...before] })
    if (after !== null) session.queue({ text, values: [...after] })
  }
  const answers = (await session.settle()).map(({ rows: [row] }) => parseTexts((row as { texts: string }).texts))
  let i = 0
  const next = (): (string | null)[] => must(answers[i++], 'texts of a row')
  return rows.map(({ after }) => ({ before: next(), after: after === null ? null : next() }))
}

/** Does to the tables that refer to `parent` what the source has done to them. */
export async function cascade(
  parent: TargetTable,
  rows: readonly GoneRow[],
  context: CascadeContext,
  depth = 0,
): Promise<void> {
  if (rows.length === 0) return
  if (depth > deepest) throw new Error(`BUG: foreign keys of ${parent.label} lead on without an end`)
  for (const { child, key } of context.registry.referencesTo(parent.loaded)) {
    if (child === 'loading') throw new TableLoading()
    if (child.contains(context.gtid)) continue
    const positions = key.parentColumns.map((name) => columnIndex(parent, name))
    const part = (values: readonly (string | null)[]): (string | null)[] => positions.map((i) => values[i] ?? null)
    const changes = rows.flatMap(({ before, after }) => {
      const from = part(before)
      const to = after === null ? null : part(after)
      // A NULL refers to nothing; what has not changed changes nothing.
      if (from.includes(null) || (to !== null && from.every((value, i) => value === to[i]))) return []
      return [{ from, to }]
    })
    const gone = changes.filter(({ to }) => to === null)
    const changed = changes.filter(({ to }) => to !== null)
    await apply({ child, key, changes: gone, action: key.onDelete }, context, depth)
    await apply({ child, key, changes: changed, action: key.onUpdate }, context, depth)
  }
}

interface ChildChange {
  readonly child: TargetTable
  readonly key: CascadingKey
  readonly changes: readonly {
    readonly from: readonly (string | null)[]
    readonly to: readonly (string | null)[] | null
  }[]
  readonly action: CascadingKey['onDelete']
}

async function apply(change: ChildChange, context: CascadeContext, depth: number): Promise<void> {
  const { child, key, changes, action } = change
  if (action === null || changes.length === 0) return
  const columns = key.columns.map((name) => child.mapped.columns[columnIndex(child, name)] as MappedColumn)
  const deletes = action === 'cascade' && changes[0]?.to === null
  const withNew = action === 'cascade' && !deletes
  const values = columns.map((_, i) => changes.map(({ from }) => from[i] ?? null))
  if (withNew) values.push(...columns.map((_, i) => changes.map(({ to }) => to?.[i] ?? null)))
  const text = deletes ? deleteSql(child.mapped, columns) : updateSql(child.mapped, columns, withNew)
  const { rows } = await context.session.run({ text, values })
  if (rows.length === 0) return
  if (!deletes && child.loaded.definition.columns.some(({ generated }) => generated !== null)) {
    throw generatedColumns(change, context)
  }
  const next = rows.map((row: { before: string; after?: string }) => ({
    before: parseTexts(row.before),
    after: row.after === undefined ? null : parseTexts(row.after),
  }))
  await cascade(child, next, context, depth + 1)
}

function deleteSql(table: MappedTable, columns: readonly MappedColumn[]): string {
  return `DELETE FROM ${quotePostgres(table.schema, table.name)} t USING ${listed(columns, false)}
    WHERE ${matches(columns)} RETURNING ${texts(table, 't')} AS before`
}

/** The rows as they were are read first: RETURNING gives them as they are now. */
function updateSql(table: MappedTable, columns: readonly MappedColumn[], withNew: boolean): string {
  const name = quotePostgres(table.schema, table.name)
  const set = columns.map((column, i) => {
    return `${quotePostgres(column.name)} = ${withNew ? `w.n${i}::${column.postgresType}` : 'NULL'}`
  })
  const news = withNew ? columns.map((_, i) => `, g.n${i}`).join('') : ''
  return `WITH w AS (SELECT t.ctid AS place, ${texts(table, 't')} AS before${news}
      FROM ${name} t JOIN ${listed(columns, withNew)} ON ${matches(columns)})
    UPDATE ${name} t SET ${set.join(', ')} FROM w WHERE t.ctid = w.place RETURNING w.before, ${texts(table, 't')} AS after`
}

function listed(columns: readonly MappedColumn[], withNew: boolean): string {
  const names = columns.map((_, i) => `o${i}`).concat(withNew ? columns.map((_, i) => `n${i}`) : [])
  return `unnest(${names.map((_, i) => `$${i + 1}::text[]`).join(', ')}) AS g(${names.join(', ')})`
}

/**
 * Texts refer to each other by their collation, which is taken to be blind to letter case and to trailing spaces unless
 * it is a binary one.
 */
function matches(columns: readonly MappedColumn[]): string {
  const conditions = columns.map((column, i) => {
    const name = `t.${quotePostgres(column.name)}`
    const { charset, collation } = column.source
    if (charset === null) return `${name} = g.o${i}::${column.postgresType}`
    const same = (text: string): string =>
      collation?.endsWith('_bin') === true ? `rtrim(${text})` : `lower(rtrim(${text}))`
    return `${same(name)} = ${same(`g.o${i}`)}`
  })
  return conditions.join(' AND ')
}

/** All columns as texts, which is what the next level takes its values from. */
function texts(table: MappedTable, alias: string): string {
  return `to_json(ARRAY[${table.columns.map(({ name }) => `${quotePostgres(alias, name)}::text`).join(', ')}])::text`
}

function parseTexts(json: string): (string | null)[] {
  return JSON.parse(json) as (string | null)[]
}

function columnIndex(table: TargetTable, name: string): number {
  const index = table.mapped.columns.findIndex(({ source }) => source.name.toLowerCase() === name.toLowerCase())
  if (index >= 0) return index
  throw new CdcError('CDC-D02', {
    where: table.label,
    what: `a foreign key names the column ${name}, which the table does not have`,
    fix: `load it and the tables that refer to it again: cdc migrate --tables all --replace`,
  })
}

/** Values that depend on the changed column are in no event and cannot be computed here. */
function generatedColumns({ child, key }: ChildChange, { gtid }: CascadeContext): CdcError {
  return new CdcError('CDC-S05', {
    where: child.label,
    what: `the foreign key on ${key.columns.join(', ')} changed rows of a table with generated columns`,
    why: 'the binary log does not say what became of the generated columns',
    fix: `load the table again: cdc migrate --tables ${child.loaded.table} --replace; then restart the sink`,
    details: [`parent: ${formatTable(key.parent)}`, `gtid: ${formatGtid(gtid)}`],
  })
}
