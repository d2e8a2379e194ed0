import { quoteMariadb, quotePostgres } from '../core/quote.ts'
import type { MappedColumn } from './column-type.ts'
import type { MappedTable } from './mapped-table.ts'

// The hash of a row is the md5 of its columns' canonical texts, each behind the other. Character 1 marks what lies
// between: `\1;` ends a column, `\1N` is NULL, and in a text that itself holds character 1 it stands twice. So different
// rows never give the same text.

/** PostgreSQL allows 100 arguments to a function. */
const mostArguments = 90

/** MariaDB's SQL for the hash of a row: 32 hexadecimal digits. `alias`: the table's name or alias in the query. */
export function mariadbRowHash(table: MappedTable, alias?: string): string {
  const mark = 'CHAR(1 USING utf8mb4)'
  const texts = table.columns.map((column) => {
    const text = mariadbColumnText(column, alias)
    const escaped = column.type.freeText ? `REPLACE(${text}, ${mark}, CONCAT(${mark}, ${mark}))` : text
    return `COALESCE(${escaped}, CONCAT(${mark}, 'N'))`
  })
  return `MD5(CONCAT_WS(CONCAT(${mark}, ';'), ${texts.join(', ')}))`
}

/** PostgreSQL's SQL for the same hash of the row in the target. */
export function postgresRowHash(table: MappedTable, alias?: string): string {
  const mark = 'chr(1)'
  const texts = table.columns.map((column) => {
    const text = postgresColumnText(column, alias)
    const escaped = column.type.freeText ? `replace(${text}, ${mark}, ${mark} || ${mark})` : text
    return `coalesce(${escaped}, ${mark} || 'N')`
  })
  return `md5(${joined(texts, `${mark} || ';'`)})`
}

/** Joining joined parts gives the same text as joining all at once. */
function joined(texts: readonly string[], separator: string): string {
  const join = (parts: readonly string[]): string => `concat_ws(${separator}, ${parts.join(', ')})`
  if (texts.length <= mostArguments) return join(texts)
  const parts: string[] = []
  for (let start = 0; start < texts.length; start += mostArguments) {
    parts.push(join(texts.slice(start, start + mostArguments)))
  }
  return joined(parts, separator)
}

/** MariaDB's SQL for one column's canonical text. */
export function mariadbColumnText(column: MappedColumn, alias?: string): string {
  const path = alias === undefined ? [column.source.name] : [alias, column.source.name]
  return column.type.mariadbText(quoteMariadb(...path), column)
}

/** PostgreSQL's SQL for the same text. */
export function postgresColumnText(column: MappedColumn, alias?: string): string {
  const path = alias === undefined ? [column.name] : [alias, column.name]
  return column.type.postgresText(quotePostgres(...path), column)
}
