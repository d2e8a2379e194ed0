// Where the two runtimes do not end in the same tables. The conformance suite asserts exactly these; the page
// docs/reference/differences.md is generated from them.

export interface RuntimeDifference {
  readonly what: string
  readonly embedded: string
  readonly connect: string
  readonly right: 'embedded' | 'Connect' | 'both'
  readonly why: string
  /** What whoever meets it should do. */
  readonly remedy: string
}

export interface ComparedDifference extends RuntimeDifference {
  /** Where the suite meets it, as compareSchemas names places. */
  readonly places: readonly string[]
}

/** Both runtimes go on, and the tables differ. */
export const comparedDifferences: readonly ComparedDifference[] = [
  {
    what: 'foreign keys with ON DELETE or ON UPDATE CASCADE or SET NULL',
    embedded: 'the child rows change with their parent',
    connect: 'the child rows stay as they were',
    right: 'embedded',
    why: 'MariaDB does not log what a foreign key does to other rows; the embedded runtime does it again',
    remedy: 'leave both tables on the embedded runtime; `cdc move` refuses them',
    places: ['t_child rows', 't_child.parent value'],
  },
  {
    what: "zero and partial dates in a DATE or DATETIME that is NOT NULL ('0000-00-00', '2020-00-10')",
    embedded: 'NULL, counted',
    connect: '1970-01-01',
    right: 'embedded',
    why: '1970-01-01 is a date that somebody may have meant; Debezium knows no other value for NOT NULL columns',
    remedy: 'let the column be NULL on the source, or correct the rows',
    places: ['t_zero.day value', 't_zero.at value'],
  },
  {
    what: "zero TIMESTAMP ('0000-00-00 00:00:00'), also where NULL is allowed",
    embedded: 'NULL, counted',
    connect: '1970-01-01 00:00:00+00',
    right: 'embedded',
    why: 'in the binary log it is the second 0, and Debezium takes that for a time',
    remedy: 'correct the rows on the source',
    places: ['t_zero.ts value', 't_time.c9 value', 't_time.c12 value'],
  },
  {
    what: "dates in the year 0 ('0000-05-06')",
    embedded: '0001-05-06 BC, which is that day',
    connect: 'NULL',
    right: 'embedded',
    why: 'it is a real date; Debezium takes every date that begins with 0000 for a zero date',
    remedy: 'nothing, where nobody means such dates',
    places: ['t_time.c1 value', 't_time.c2 value', 't_time.c8 value'],
  },
  {
    what: 'latin1 text with the bytes 81, 8D, 8F, 90 or 9D',
    embedded: 'U+0081, U+008D, U+008F, U+0090, U+009D, as MariaDB itself converts them',
    connect: 'U+FFFD for each',
    right: 'embedded',
    why: "these bytes have no character in Java's windows-1252",
    remedy: 'nothing, where nobody means such characters',
    places: ['t_charset.c1 value'],
  },
  {
    what: 'euckr text with characters of its extension (first byte 81 to A0)',
    embedded: 'the character',
    connect: 'U+FFFD and a letter',
    right: 'embedded',
    why: "MariaDB's euckr is windows-949, Java decodes it as plain EUC-KR",
    remedy: 'convert the column to utf8mb4',
    places: ['t_charset.c18 value'],
  },
  {
    what: 'precision of DATETIME, TIMESTAMP and TIME columns that appear while streaming (CREATE TABLE, ADD COLUMN)',
    embedded: 'as on the source: timestamp(3), timestamptz(0), time(0)',
    connect: 'always 6 digits',
    right: 'embedded',
    why: "Debezium's events do not say the precision; the values are equal",
    remedy: 'nothing, or load the table with `cdc migrate`, which makes the columns exactly',
    places: ['t_added.at type', 't_created.at type', 't_created.ts type', 't_created.t type'],
  },
  {
    what: 'ALTER TABLE … DROP COLUMN',
    embedded: 'the column is dropped',
    connect: 'the column stays, NULL in new rows',
    right: 'both',
    why: 'the JDBC sink adds columns and never drops any; no value of a column that is left is lost',
    remedy: 'drop it on the target by hand',
    places: ['t_dropped_column.gone missing'],
  },
]

/** `cdc register`, `cdc up` and `cdc move` refuse to begin on Kafka Connect: CDC-T13 names the column. */
export const refusedDifferences: readonly RuntimeDifference[] = [
  {
    what: 'UUID columns',
    embedded: 'the UUID',
    connect:
      'of one that ends in 00 the zero bytes move from its end to its front: another UUID, without an error; as a key, another row',
    right: 'embedded',
    why: 'MariaDB cuts trailing zero bytes off in the binary log, and Debezium 3.5 puts them back at the wrong end',
    remedy: 'leave the table out, or keep the database on the embedded runtime',
  },
  {
    what: 'BIT(8) to BIT(64)',
    embedded: 'the bits',
    connect:
      'the bytes in reverse order, without an error; with the highest bit of a byte set the sink stops: "-" is not a valid binary digit',
    right: 'embedded',
    why: 'Debezium gives little-endian bytes, its JDBC sink 3.5 reads them as a big-endian signed number',
    remedy: 'make the column a BINARY or an integer, or leave the table out',
  },
  {
    what: 'an ENUM member with a comma in its name',
    embedded: '`x,y`',
    connect: '`x\\,y`',
    right: 'embedded',
    why: 'Debezium keeps the members as a list with commas, and leaves its own escapes in',
    remedy: 'rename the member, or leave the table out',
  },
  {
    what: 'COMPRESSED columns',
    embedded: 'the text or bytes',
    connect:
      'the source stops: NullPointerException at the first row; at CREATE TABLE already, "DDL statement couldn\'t be parsed"',
    right: 'embedded',
    why: "Debezium's binary log client does not know MariaDB's compressed types",
    remedy: 'ALTER TABLE … MODIFY without COMPRESSED, or leave the table out',
  },
  {
    what: 'INET4 and INET6 columns, in any table of a captured database',
    embedded: 'inet',
    connect: 'the source stops: "DDL statement couldn\'t be parsed"',
    right: 'embedded',
    why: "Debezium's grammar of MariaDB's DDL does not have these types, and it reads the tables that are not on the list too (only those on it are refused beforehand)",
    remedy:
      'use the embedded runtime; or, for tables that are not on the list, `schema.history.internal.skip.unparseable.ddl=true`, which also passes over an ALTER TABLE that Debezium cannot read',
  },
  {
    what: 'TIME below 0 or over 24 h',
    embedded: 'interval',
    connect: 'the sink stops: such a value has no time of day',
    right: 'embedded',
    why: 'Debezium 3.5 knows TIME only as a time of day',
    remedy: 'leave the table out',
  },
]

/** Debezium or its sink stops, and with it every table of the database: these tables are left out on Kafka Connect. */
export const stoppingDifferences: readonly RuntimeDifference[] = [
  {
    what: 'tables without a primary or NOT NULL unique key',
    embedded: 'kept equal, as multisets',
    connect: 'the sink stops: "primary key mode record_key cannot have null schema"',
    right: 'embedded',
    why: 'an upsert needs a key',
    remedy: 'give it a key, or leave it out of table.include.list; `cdc move` refuses it',
  },
  {
    what: 'system-versioned tables (WITH SYSTEM VERSIONING)',
    embedded: 'passed over',
    connect: 'the source stops: "internal schema size 2, but row size 4"',
    right: 'embedded',
    why: "the binary log has the invisible period columns, which the table's definition does not show",
    remedy: 'leave them out of table.include.list: a pattern such as `db\\..*` matches them too',
  },
  {
    what: 'NUL characters in text',
    embedded: 'removed, counted',
    connect: 'the sink stops: invalid byte sequence for encoding "UTF8": 0x00',
    right: 'embedded',
    why: 'PostgreSQL has no such character, and the sink sends it',
    remedy: "correct the row: REPLACE(column, CHAR(0), '')",
  },
  {
    what: 'a column whose name is a reserved word of PostgreSQL (`order`, `user`, `select`)',
    embedded: 'quoted where needed',
    connect: 'the sink stops: syntax error at or near "order"',
    right: 'embedded',
    why: 'without quote.identifiers the sink writes names as they are',
    remedy: 'quote.identifiers=true, which keeps the letter case of all names, or leave the table out',
  },
]
