// Whether Debezium's JDBC sink can write the columns that the bulk load has made, and would write the same into them.
import { CdcError } from '../core/errors.ts'
import { parsePostgresType } from '../core/postgres-type.ts'
import { formatTable } from '../core/table.ts'
import type { SourceColumn, SourceTable } from '../core/table.ts'
import { canWrite, sentBy } from './debezium-sends.ts'

type Config = Readonly<Record<string, string>>

/** A table with what its columns are in the target, or will be. */
export interface DebeziumTable {
  readonly source: SourceTable
  /** Source column -> SQL type; a column that is left out is not looked at. */
  readonly types: Readonly<Record<string, string>>
  /** What the load could not take over as it was, per source column. */
  readonly losses?: Readonly<Record<string, { readonly zeroDates: number; readonly nulCharacters: number }>>
}

export interface DebeziumColumns {
  readonly errors: readonly CdcError[]
  /** What will differ in single values. */
  readonly notes: readonly string[]
}

interface Problem {
  readonly what: string
  readonly why?: string
  readonly fix: string
}

interface Column {
  readonly source: SourceColumn
  /** database.table.column */
  readonly name: string
  readonly table: string
  readonly target: string
}

/**
 * Compares, column by column, what a source with this configuration sends with what the target holds.
 * @param config of the source as it runs on Kafka Connect
 * @param database what the user calls it, for commands
 */
export function checkDebeziumColumns(
  tables: readonly DebeziumTable[],
  config: Config,
  database: string,
): DebeziumColumns {
  const errors: CdcError[] = []
  const notes: string[] = []
  for (const { source, types, losses = {} } of tables) {
    const table = formatTable(source)
    for (const column of source.columns) {
      const target = types[column.name]
      if (target === undefined) continue
      const name = `${table}.${column.name}`
      if (column.type === 'datetime' && parsePostgresType(target).name === 'timestamptz') {
        notes.push(
          `${name}: Debezium's sink writes it by the time zone of its Java process, which must be UTC (TZ=UTC)`,
        )
      }
      const problem = problemOf({ source: column, name, table, target }, config, database)
      if (problem !== undefined) errors.push(new CdcError('CDC-T13', { where: name, ...problem }))
      const lost = losses[column.name]
      if (lost !== undefined && lost.nulCharacters > 0) {
        notes.push(
          `${name}: the load removed NUL characters; Debezium's sink stops at such a text (invalid byte sequence)`,
        )
      }
      if (lost !== undefined && lost.zeroDates > 0 && (!column.nullable || column.type === 'timestamp')) {
        notes.push(`${name}: the load made NULL of zero dates; Debezium writes 1970-01-01 when such a row changes`)
      }
    }
  }
  return { errors, notes }
}

function problemOf(column: Column, config: Config, database: string): Problem | undefined {
  const { source, name, table, target } = column
  const leaveOut = `leave ${table} out of table.include.list, or use the embedded runtime for this database`
  const sent = sentBy(config, source, name)
  const type = parsePostgresType(target)
  if (sent === 'none') {
    return {
      what: `Debezium cannot read a table with a column of type ${source.columnType}`,
      why: 'its parser does not know the type, and the connector fails at the CREATE TABLE',
      fix: leaveOut,
    }
  }
  if (source.members.length === 0 && /\bcompressed\b/i.test(source.columnType)) {
    return {
      what: 'Debezium cannot read a COMPRESSED column',
      why: 'its reader of the binary log does not know the type, and the connector fails at the first row',
      fix: leaveOut,
    }
  }
  const garbled = garbledBy(source)
  if (garbled !== undefined) return { what: garbled, why: 'nothing fails, the rows are just wrong', fix: leaveOut }
  if (source.type === 'time' && type.name === 'interval') {
    return {
      what: `Debezium's sink cannot write a TIME into an interval`,
      why: 'it sends a time of day, and stops at negative ones and at more than 24 hours',
      fix: `"${name}": "time" in connectors/casts.json if all values are times of day, then cdc migrate ${database} --tables ${table} --replace; else ${leaveOut}`,
    }
  }
  return wrongMode(column, config) ?? (canWrite(sent, type.name) ? undefined : unwritable(column, sent, database))
}

/** What Debezium 3.5 itself gets wrong, whatever is configured. */
function garbledBy({ type, length, members }: SourceColumn): string | undefined {
  if (type === 'uuid') return 'Debezium shifts the bytes of UUIDs that end in a zero byte, one in 256'
  if (type === 'bit' && length !== null && length >= 8) {
    return `Debezium's sink turns round the bytes of a BIT(${length}), and stops at a set first bit`
  }
  const comma = type === 'enum' ? members.find((member) => member.includes(',')) : undefined
  return comma === undefined ? undefined : `Debezium puts a backslash before the comma in the ENUM's member '${comma}'`
}

/** Options that make Debezium send another value than the one that is stored. */
function wrongMode({ source }: Column, config: Config): Problem | undefined {
  const line = (key: string, value: string): string => `"${key}": "${value}" in the source's file`
  const is = (key: string, usual: string): string => (config[key] ?? usual).trim().toLowerCase()
  if (source.type === 'bigint' && source.unsigned && is('bigint.unsigned.handling.mode', 'long') === 'long') {
    const what = 'Debezium would send numbers over 9223372036854775807 as negative ones'
    return { what, fix: line('bigint.unsigned.handling.mode', 'precise') }
  }
  if (source.type === 'decimal' && is('decimal.handling.mode', 'precise') !== 'precise') {
    const what = `Debezium would send a DECIMAL as ${is('decimal.handling.mode', 'precise')}`
    return { what, fix: line('decimal.handling.mode', 'precise') }
  }
  const precision = is('time.precision.mode', 'adaptive_time_microseconds')
  if (temporal.has(source.type) && precision !== 'adaptive_time_microseconds' && precision !== 'microseconds') {
    const what = `Debezium would send it by time.precision.mode ${precision}, which its sink writes differently or not at all`
    return { what, fix: line('time.precision.mode', 'adaptive_time_microseconds') }
  }
  return undefined
}

const temporal: ReadonlySet<string> = new Set(['date', 'time', 'datetime'])

function unwritable({ source, name, table, target }: Column, sent: string, database: string): Problem {
  const what = `Debezium sends ${source.columnType} as ${sent}, which its sink cannot write into ${target}`
  const restart = `cdc restart source ${database}`
  const reload = `cdc migrate ${database} --tables ${table} --replace`
  if (source.type === 'tinyint' || source.type === 'bit') {
    return {
      what,
      why: `the source that runs was registered for another type of this column`,
      fix: `"${name}": "${target}" in connectors/casts.json, then ${restart}, then ${reload}`,
    }
  }
  return { what, fix: `load the table again as what Debezium writes: ${reload}; or leave ${table} out` }
}
