// Names of PostgreSQL types as people write them.

const aliases: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'smallint',
  int4: 'integer',
  int: 'integer',
  int8: 'bigint',
  decimal: 'numeric',
  float4: 'real',
  float8: 'double precision',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
}

export interface PostgresType {
  /** In lower case, without what stands in parentheses: `numeric`, `timestamptz`. */
  readonly name: string
  /** `20` of numeric(20), `10,2`; undefined: none. */
  readonly modifiers: string | undefined
}

/** `TIMESTAMP(3) WITH TIME ZONE` -> timestamptz, 3; `int4` -> integer. */
export function parsePostgresType(text: string): PostgresType {
  const modifiers = /\(([^)]*)\)/.exec(text)?.[1]?.replaceAll(/\s/g, '')
  const name = text
    .replace(/\([^)]*\)/, ' ')
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
  return { name: aliases[name] ?? name, modifiers }
}
