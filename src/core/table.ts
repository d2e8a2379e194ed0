/** A table by its names on the source, in the letter case that MariaDB reports. */
export interface TableName {
  readonly database: string
  readonly table: string
}

/** One column as MariaDB defines it. Plain data: it is stored as JSON. */
export interface SourceColumn {
  readonly name: string
  /**
   * Base type in lower case: tinyint smallint mediumint int bigint decimal float double bit year date time datetime
   * timestamp char varchar tinytext text mediumtext longtext enum set json binary varbinary tinyblob blob mediumblob
   * longblob uuid inet4 inet6 geometry … A LONGTEXT checked by json_valid is `json`.
   */
  readonly type: string
  /** As SHOW CREATE TABLE prints it, lower case except for members: `bigint(20) unsigned`, `enum('A','b')`. */
  readonly columnType: string
  readonly unsigned: boolean
  /**
   * char/varchar: characters; binary/varbinary: bytes; bit: bits; integers: display width (`1` in tinyint(1));
   * else null.
   */
  readonly length: number | null
  /** decimal: digits in all. */
  readonly precision: number | null
  /** decimal (and float(m,d)): digits after the point. */
  readonly scale: number | null
  /** time, datetime, timestamp: digits of a second's fraction, 0 to 6. */
  readonly fraction: number
  /** Text, enum and set columns: `utf8mb4`, `latin1`, … null for the others. */
  readonly charset: string | null
  readonly collation: string | null
  /** enum and set: the members in order, in UTF-8. */
  readonly members: readonly string[]
  readonly nullable: boolean
  /** The default as information_schema prints it (an SQL expression: `'x'`, `5`, `current_timestamp()`, `NULL`); null: none. */
  readonly defaultExpression: string | null
  readonly generated: 'stored' | 'virtual' | null
  readonly comment: string
}

export interface SourceIndexColumn {
  readonly name: string
  /** Characters or bytes of a prefix index; null: the whole column. */
  readonly prefix: number | null
  readonly descending: boolean
}

export interface SourceIndex {
  readonly name: string
  readonly unique: boolean
  readonly columns: readonly SourceIndexColumn[]
  /** BTREE, HASH, FULLTEXT, SPATIAL, … */
  readonly method: string
}

/** What happens to the rows that refer to a row which is deleted, or whose referenced columns change. */
export type ReferenceAction = 'cascade' | 'set-null'

/**
 * A foreign key by which the server changes this table's rows when the parent's change. The binary log says nothing of
 * these changes: a replica with the same foreign keys does them again.
 */
export interface CascadingKey {
  /** The constraint's name; null: the server chose it. */
  readonly name: string | null
  readonly columns: readonly string[]
  readonly parent: TableName
  /** In the order of `columns`. */
  readonly parentColumns: readonly string[]
  readonly onDelete: ReferenceAction | null
  readonly onUpdate: ReferenceAction | null
}

/** A base table of the source. Plain data: it is stored as JSON. */
export interface SourceTable extends TableName {
  /** InnoDB, MyISAM, Aria, … ; non-transactional engines ignore savepoints and snapshots. */
  readonly engine: string
  readonly columns: readonly SourceColumn[]
  /**
   * Columns by which a row is found: the primary key, else the first unique index whose columns are all NOT NULL and
   * whole; empty: the table has no key.
   */
  readonly key: readonly string[]
  /** The index that `key` came from, `PRIMARY` or a unique one; left out when there is none. */
  readonly keyIndex?: string
  /** Secondary indexes, without the one that `key` came from. */
  readonly indexes: readonly SourceIndex[]
  /** Foreign keys that change rows; left out when there are none. */
  readonly cascades?: readonly CascadingKey[]
  readonly comment: string
}

export function formatTable(name: TableName): string {
  return `${name.database}.${name.table}`
}

/** Transactional engines honour savepoints and consistent snapshots. */
export function isTransactional(engine: string): boolean {
  return ['innodb', 'rocksdb', 'tokudb', 'sequence'].includes(engine.toLowerCase())
}
