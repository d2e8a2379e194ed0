import type { MappedColumn } from '../column-type.ts'

/** MariaDB's SQL: a whole number as text. ZEROFILL pads it, which a cast to a plain integer takes away. */
export function wholeNumberText(expression: string, column: MappedColumn): string {
  const { columnType, unsigned } = column.source
  const plain = columnType.includes('zerofill')
    ? `CAST(${expression} AS ${unsigned ? 'UNSIGNED' : 'SIGNED'})`
    : expression
  return `CAST(${plain} AS CHAR)`
}
