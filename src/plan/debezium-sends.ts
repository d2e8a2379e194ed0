// What Debezium's MariaDB source makes of a column, as far as it decides what the JDBC sink can write, and which target
// columns take it. Seen with Debezium 3.5: docs/reference/differences.md.
import { regexListMatcher } from '../config/regex-list.ts'
import type { SourceColumn } from '../core/table.ts'

type Config = Readonly<Record<string, string>>

/** How the sink binds a value. */
export type Sent =
  | 'boolean'
  | 'bit'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'double'
  | 'text'
  | 'uuid'
  | 'bytes'
  | 'bits'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'instant'
  | 'iso-text'
  | 'none'

/** The target types that a bound value can be assigned to. PostgreSQL assigns anything to text. */
const takers: Readonly<Record<Sent, readonly string[]>> = {
  boolean: ['boolean', 'text'],
  bit: ['bit'],
  integer: ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'text'],
  decimal: ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'text'],
  float: ['real', 'double precision'],
  double: ['real', 'double precision'],
  text: ['text', 'character varying', 'json', 'jsonb', 'uuid'],
  uuid: ['uuid', 'text'],
  bytes: ['bytea'],
  bits: ['bit', 'bit varying'],
  date: ['date'],
  time: ['time'],
  timestamp: ['timestamp', 'timestamptz'],
  instant: ['timestamptz'],
  'iso-text': ['text'],
  none: [],
}

/** `target`: a type's name without what stands in parentheses. */
export function canWrite(sent: Sent, target: string): boolean {
  return takers[sent].includes(target)
}

/** `name`: database.table.column */
export function sentBy(config: Config, column: SourceColumn, name: string): Sent {
  switch (column.type) {
    case 'tinyint':
      return isConverted(config, column, name) ? 'boolean' : 'integer'
    case 'bit':
      if (column.length !== 1) return 'bits'
      return isPropagated(config, name) ? 'bit' : 'boolean'
    case 'bigint':
      return column.unsigned && config['bigint.unsigned.handling.mode'] === 'precise' ? 'decimal' : 'integer'
    case 'decimal':
      return decimalModes[config['decimal.handling.mode'] ?? 'precise'] ?? 'decimal'
    case 'float':
      return column.scale === null ? 'float' : 'double'
    case 'date':
    case 'time':
    case 'datetime':
      if (config['time.precision.mode'] === 'isostring') return 'iso-text'
      return column.type === 'datetime' ? 'timestamp' : column.type
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return (config['binary.handling.mode'] ?? 'bytes') === 'bytes' ? 'bytes' : 'iso-text'
    default:
      return plain[column.type] ?? 'text'
  }
}

const decimalModes: Readonly<Record<string, Sent>> = { precise: 'decimal', double: 'double', string: 'iso-text' }

const plain: Readonly<Record<string, Sent>> = {
  ...{ smallint: 'integer', mediumint: 'integer', int: 'integer', year: 'integer', double: 'double' },
  ...{ timestamp: 'instant', uuid: 'uuid', inet4: 'none', inet6: 'none' },
}

const converterClass = /(^|\.)TinyIntOneToBooleanConverter$/

/** The names under which converters that make booleans of TINYINTs are configured. */
export function booleanConverters(config: Config): readonly string[] {
  return (config['converters'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => converterClass.test(config[`${name}.type`]?.trim() ?? ''))
}

function isConverted(config: Config, column: SourceColumn, name: string): boolean {
  return booleanConverters(config).some((converter) => {
    const anyWidth = config[`${converter}.length.checker`]?.trim().toLowerCase() === 'false'
    const selector = config[`${converter}.selector`]?.trim() ?? ''
    return (anyWidth || column.length === 1) && (selector === '' || regexListMatcher(selector)(name))
  })
}

function isPropagated(config: Config, name: string): boolean {
  const list = config['column.propagate.source.type']?.trim() ?? ''
  return list !== '' && regexListMatcher(list)(name)
}
