// collection.name.format: which schema and table the rows of a source table go to, by the rules of Debezium's JDBC sink.

export interface CollectionName {
  /** undefined: the connection's own schema. */
  readonly schema: string | undefined
  readonly table: string
}

export interface CollectionNameValues {
  readonly database: string
  readonly table: string
  /** After the sink's transforms. */
  readonly topic: string
}

const placeholder = /\$\{([^}]*)\}/g
const known = new Set(['topic', 'source.db', 'source.table', 'source.schema'])

/** What is wrong with a format; undefined: nothing. */
export function findPlaceholderError(format: string): string | undefined {
  for (const [whole, name] of format.matchAll(placeholder)) {
    if (!known.has(name ?? '')) return `${whole} is not known here; \${topic}, \${source.db} and \${source.table} are`
  }
  const parts = splitFormat(format)
  if (parts.length > 2) return 'At most a schema and a table are accepted: schema.table'
  if (parts.some((part) => part === '')) return 'A name is missing before or after the dot'
  return undefined
}

/** Splits at the dots of the format itself, not at those of what is filled in: a MariaDB table may be called `a.b`. */
function splitFormat(format: string): readonly string[] {
  const parts = ['']
  for (const piece of format.match(/\$\{[^}]*\}|"[^"]*"|[^]/g) ?? []) {
    if (piece === '.') parts.push('')
    else parts[parts.length - 1] += piece.length > 1 && piece.startsWith('"') ? piece.slice(1, -1) : piece
  }
  return parts
}

/** Fills a format that has no error. */
export function fillCollectionName(format: string, values: CollectionNameValues): CollectionName {
  const filled = splitFormat(format).map((part) =>
    part.replace(placeholder, (whole, name: string) => {
      switch (name) {
        case 'topic':
          return values.topic.replaceAll('.', '_')
        case 'source.db':
        case 'source.schema':
          return values.database
        case 'source.table':
          return values.table
        default:
          return whole
      }
    }),
  )
  const [first = '', second] = filled
  return second === undefined ? { schema: undefined, table: first } : { schema: first, table: second }
}
