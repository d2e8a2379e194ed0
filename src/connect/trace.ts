/** Debezium's parser says which statement it gave up at; the exception inside says nothing. */
const unreadStatement = /ParsingException: DDL statement couldn't be parsed\..*? with the statement '([^]*?)'\r?\n/

const skipStatement = `if no captured table is meant: "schema.history.internal.skip.unparseable.ddl": "true" in the source's file, cdc restart, and when it runs take the line out again and restart once more
else: leave the table out of table.include.list, or use the embedded runtime for this database`

/**
 * The one line of a task's trace that says what is wrong: of a Java trace the innermost cause without its package (or the
 * statement that Debezium could not read), else the first line (the embedded worker's trace begins with
 * `error[CODE] where: what`).
 */
export function rootCause(trace: string): string {
  const statement = unreadStatement.exec(trace)?.[1]
  if (statement !== undefined) {
    const line = statement.replaceAll(/\s+/g, ' ').trim()
    return `Debezium cannot read this statement: ${line.length > 300 ? `${line.slice(0, 300)} …` : line}`
  }
  const lines = trace.split('\n')
  const innermost = lines.findLast((line) => line.startsWith('Caused by: '))
  const line = innermost?.slice('Caused by: '.length) ?? lines.find((text) => text.trim() !== '') ?? ''
  return line.trim().replace(/^(?:[a-z_][\w]*\.)+([A-Z][\w$]*(?:: |$))/, '$1')
}

/** The way out: that which the embedded worker's trace names, or a known one of Debezium's; else undefined. */
export function fixInTrace(trace: string): string | undefined {
  if (unreadStatement.test(trace)) return skipStatement
  const lines = trace.split('\n')
  const start = lines.findIndex((line) => line.startsWith('  fix: '))
  if (start === -1) return undefined
  const more = lines.slice(start + 1)
  const end = more.findIndex((line) => !line.startsWith('       '))
  const rest = end === -1 ? more : more.slice(0, end)
  return [lines[start]?.slice('  fix: '.length), ...rest.map((line) => line.trim())].join('\n')
}
