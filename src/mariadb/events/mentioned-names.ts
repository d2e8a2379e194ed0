import type { TableName } from '../../core/table.ts'
import type { Token } from './sql-tokens.ts'
import type { TokenReader } from './token-reader.ts'

/** Words of statements that are no names unless quoted; only to keep the list short. */
const keywords: ReadonlySet<string> = new Set(
  (
    'ALL AND AS ASC BETWEEN BY CALL CASE CONCURRENT CROSS DATA DEFAULT DELAYED DELETE DESC DISTINCT DO DUPLICATE ELSE ' +
    'END ESCAPED EXISTS FALSE FIELDS FOR FROM GROUP HAVING HIGH_PRIORITY IF IGNORE IN INFILE INNER INSERT INTERVAL INTO ' +
    'IS JOIN KEY LEFT LIKE LIMIT LINES LOAD LOCAL LOW_PRIORITY NATURAL NOT NULL OFFSET ON OR ORDER OUTER PARTITION QUICK ' +
    'REPLACE RETURNING RIGHT SELECT SET STRAIGHT_JOIN TABLE TERMINATED THEN TRUE UNION UPDATE USING VALUE VALUES WHEN ' +
    'WHERE WITH'
  ).split(' '),
)

/**
 * Every name in the rest of a statement that may be a table's: too many (columns and aliases among them) rather than too
 * few, for a reader that must not miss a change. Moves to the end.
 */
export function mentionedNames(reader: TokenReader, database: string): TableName[] {
  const found = new Map<string, TableName>()
  const add = (name: TableName): unknown => found.set(`${name.database}\0${name.table}`, name)
  for (; !reader.done; reader.at++) {
    const token = reader.peek()
    if (!isName(token) || isPoint(reader.peek(-1))) continue
    const second = isPoint(reader.peek(1)) ? reader.peek(2) : undefined
    if (isIdentifier(second)) add({ database: token.text, table: second.text })
    else if (reader.peek(1)?.text !== '=') add({ database, table: token.text })
  }
  return [...found.values()]
}

function isIdentifier(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'quoted'
}

function isName(token: Token | undefined): token is Token {
  return isIdentifier(token) && !keywords.has(token.upper)
}

function isPoint(token: Token | undefined): boolean {
  return token?.kind === 'symbol' && token.text === '.'
}
