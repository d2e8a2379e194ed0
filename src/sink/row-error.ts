import type { SinkConfig } from '../config/sink-config.ts'
import { CdcError } from '../core/errors.ts'
import { formatGtid } from '../core/gtid.ts'
import type { Gtid } from '../core/gtid.ts'
import type { WireTable } from '../core/wire.ts'
import type { RowsEvent } from '../mariadb/events/rows.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { isDataError } from '../postgres/error.ts'
import { reload } from './statement-context.ts'
import type { TargetTable } from './target-table.ts'
import { tupleFields } from './tuple-fields.ts'

export interface RowErrorContext {
  readonly table: TargetTable
  readonly gtid: Gtid
  readonly sink: SinkConfig
  readonly wire: WireTable
  readonly event: RowsEvent
  /** Where the row starts in the event. */
  readonly at: number
}

/** A row that cannot be applied. Its key is still in PostgreSQL's binary form; `explainRow` makes it readable. */
export class RowRefused extends Error {
  override readonly name = 'RowRefused'
  readonly error: CdcError
  readonly table: TargetTable
  readonly key: string | undefined

  constructor(error: CdcError, table: TargetTable, key: string | undefined) {
    super(error.message)
    this.error = error
    this.table = table
    this.key = key
  }
}

/**
 * An error met while a row was read or written, as RowRefused with the table and the transaction. Errors that say nothing
 * of the row (a lost connection) stay as they are.
 */
export function describeRowError(thrown: unknown, context: RowErrorContext): unknown {
  const { table, gtid, sink } = context
  const details = [`table: ${table.label}`, `gtid: ${formatGtid(gtid)}`]
  if (thrown instanceof RangeError) {
    return new CdcError('CDC-M10', { where: table.label, what: 'a row ends too early', details, cause: thrown })
  }
  if (!(thrown instanceof CdcError)) return thrown
  if (isDataError(thrown)) {
    const refused = new CdcError('CDC-S01', {
      where: table.label,
      what: thrown.what,
      why: 'PostgreSQL refused the row',
      fix: `correct the row or the target, then restart the sink; or: ${reload(table.loaded, sink)}`,
      details: [...details, ...thrown.details],
      cause: thrown.cause,
    })
    return new RowRefused(refused, table, keyOf(context))
  }
  if (!/^CDC-(T|D|S04)/.test(thrown.code)) return thrown
  const told = new CdcError(thrown.code, {
    where: thrown.where,
    what: thrown.what,
    why: thrown.why,
    fix: thrown.fix,
    details: [...details, ...thrown.details],
    cause: thrown.cause,
  })
  return new RowRefused(told, table, thrown.code.startsWith('CDC-D') ? undefined : keyOf(context))
}

function keyOf({ table, wire, event, at }: RowErrorContext): string | undefined {
  return 'images' in table.changes ? table.changes.keyOfRefused(event, at, table.encoderFor(wire)) : undefined
}

/** The error of a refused row with its key in readable form: PostgreSQL itself prints the values. */
export async function explainRow(refused: RowRefused, connection: PostgresConnection): Promise<CdcError> {
  const { error, table, key } = refused
  if (key === undefined) return error
  const columns = table.mapped.key.flatMap((index) => table.mapped.columns[index] ?? [])
  const casts = columns.map(({ postgresType }, i) => `($${i + 1}::${postgresType})::text AS k${i}`)
  const values = tupleFields(Buffer.from(key, 'latin1'), 0, columns.length)
  const { rows } = await connection.query(`SELECT ${casts.join(', ')}`, values)
  const texts = columns.map((column, i) => `${column.source.name}=${String(rows[0]?.[`k${i}`])}`)
  return new CdcError(error.code, {
    where: error.where,
    what: error.what,
    why: error.why,
    fix: error.fix,
    details: [`key: ${texts.join(', ')}`, ...error.details],
    cause: error.cause,
  })
}
