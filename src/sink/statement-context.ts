import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError } from '../core/errors.ts'
import { formatGtid } from '../core/gtid.ts'
import type { Gtid, GtidPosition } from '../core/gtid.ts'
import { quotePostgres } from '../core/quote.ts'
import { formatTable } from '../core/table.ts'
import type { TableName } from '../core/table.ts'
import type { ApplySession } from './apply-session.ts'
import type { TableRegistry } from './table-registry.ts'
import type { TargetTable } from './target-table.ts'

/** Where a statement of the stream is applied. The session's transaction is open and nothing is unwritten. */
export interface StatementContext {
  readonly session: ApplySession
  readonly registry: TableRegistry
  readonly sink: SinkConfig
  readonly source: SourceConfig
  readonly gtid: Gtid
  /** The positions without and with this transaction. */
  readonly before: GtidPosition
  readonly position: GtidPosition
  /** The statement as the source logged it, for errors. */
  readonly sql: string
}

/** Thrown when a statement is about a table that is being loaded: the stream waits and comes back to it. */
export class TableLoading extends Error {
  override readonly name = 'TableLoading'
}

/** Whether a written table must follow the statement; a table being loaded makes the stream wait. */
export function writtenTable(context: StatementContext, name: TableName): TargetTable | undefined {
  const use = context.registry.use(name)
  if (use === 'loading') throw new TableLoading()
  return typeof use === 'string' || use.contains(context.gtid) ? undefined : use
}

/** The quoted name of a target. */
export function targetName(table: TargetTable): string {
  return quotePostgres(table.mapped.schema, table.mapped.name)
}

/** Runs SQL in the open transaction. */
export async function runSql({ session }: StatementContext, sql: string): Promise<void> {
  await session.run({ text: sql })
}

/** The stop for a change that is not applied: loading the table again starts after it. */
export function refused(context: StatementContext, table: TableName, why: string): CdcError {
  return new CdcError('CDC-D01', {
    where: formatTable(table),
    what: `this schema change is not applied by itself: ${excerpt(context.sql)}`,
    why,
    fix: reload(table, context.sink),
    details: [`gtid: ${formatGtid(context.gtid)}`],
  })
}

/** The commands that load a table again and let the sink go on behind it. */
export function reload(tables: TableName | readonly TableName[], sink: Pick<SinkConfig, 'name'>): string {
  const database = sink.name.replace(/^postgres-sink-/, '')
  const names = ('table' in tables ? [tables] : tables).map(({ table }) => table).join(',')
  return `cdc migrate --database ${database} --tables ${names} --replace && cdc restart sink ${database}`
}

/** A statement's beginning, in one line, for messages. */
export function excerpt(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)} …` : line
}
