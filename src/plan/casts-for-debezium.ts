// The options by which Debezium's source sends columns so that its JDBC sink writes the types that the bulk load makes.
import { formatTable } from '../core/table.ts'
import type { MappedTable } from '../mapping/mapped-table.ts'
import { booleanConverters } from './debezium-sends.ts'

type Config = Readonly<Record<string, string>>

const converterClass = 'io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter'

/**
 * The source's options with what the columns of its tables need: TINYINT(1) is sent as a boolean unless the target column
 * is another type (also those that come later), other TINYINTs where a boolean is asked for, BIT(1) with its own type
 * where it stays a bit. What is written down for a converter's selector stays as it is.
 */
export function castsForDebezium(config: Config, tables: readonly MappedTable[]): Config {
  const named = tables.flatMap(({ source, columns }) =>
    columns.map((column) => ({ ...column, name: `${formatTable(source)}.${column.source.name}` })),
  )
  const tinyints = named.filter(({ source }) => source.type === 'tinyint')
  const numbers = tinyints.filter(({ source, postgresType }) => source.length === 1 && postgresType !== 'boolean')
  const wideBooleans = tinyints.filter(({ source, postgresType }) => source.length !== 1 && postgresType === 'boolean')
  const bits = named.filter(({ source, postgresType }) => source.type === 'bit' && postgresType === 'bit(1)')

  // The adjuster makes 2001 of the year 1.
  const changed: Record<string, string> = { 'enable.time.adjuster': 'false', ...config }
  const ownSelector = booleanConverters(config).some((name) => config[`${name}.selector`] !== undefined)
  if (!ownSelector) {
    const [narrow = addConverter(changed, 'tinyint1')] = booleanConverters(config)
    if (numbers.length > 0) changed[`${narrow}.selector`] = `(?!(?:${listOf(numbers, '|')})$).*`
    if (wideBooleans.length > 0) {
      const wide = addConverter(changed, 'tinyintcast')
      changed[`${wide}.selector`] = listOf(wideBooleans, ',')
      changed[`${wide}.length.checker`] = 'false'
    }
  }
  if (bits.length > 0) {
    const written = config['column.propagate.source.type']
    changed['column.propagate.source.type'] = [...(written === undefined ? [] : [written]), listOf(bits, ',')].join(',')
  }
  return changed
}

function addConverter(config: Record<string, string>, name: string): string {
  config['converters'] = [config['converters'] ?? '', name].filter((part) => part.trim() !== '').join(',')
  config[`${name}.type`] = converterClass
  return name
}

/** Names as Java's regular expressions; commas are escaped for Debezium's lists. */
function listOf(columns: readonly { readonly name: string }[], separator: string): string {
  return columns
    .map(({ name }) => name.replaceAll(/[\\^$.*+?()[\]{}|,]/g, String.raw`\$&`))
    .sort()
    .join(separator)
}
