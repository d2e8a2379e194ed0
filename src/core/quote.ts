// The only places where a name or a text becomes part of SQL.

/** A PostgreSQL identifier: always quoted, quotes doubled. */
export function quotePostgres(...path: readonly string[]): string {
  return path.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')
}

/** A PostgreSQL text literal; safe whatever standard_conforming_strings says. */
export function literalPostgres(text: string): string {
  const quoted = text.replaceAll("'", "''")
  return text.includes('\\') ? ` E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}

/** A MariaDB identifier: always quoted, backticks doubled. */
export function quoteMariadb(...path: readonly string[]): string {
  return path.map((name) => `\`${name.replaceAll('`', '``')}\``).join('.')
}

/** A MariaDB text literal for a session without NO_BACKSLASH_ESCAPES. */
export function literalMariadb(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '\\0')}'`
}
