/** One column as a TABLE_MAP event describes it (the physical shape of the rows that follow). */
export interface WireColumn {
  /** MYSQL_TYPE_* number; for a STRING that really is an ENUM or SET: 247 or 248, already resolved. */
  readonly type: number
  /** Type-dependent: byte length, bits, fraction digits; for DECIMAL `precision << 8 | scale`; for BIT `bytes << 8 | rest bits`. */
  readonly meta: number
  readonly nullable: boolean
  /** null: the server did not say (binlog_row_metadata is NO_LOG). */
  readonly unsigned: boolean | null
  /** Collation number of a text column; 63 is binary; null: not said, or not a text column. */
  readonly collation: number | null
  /** null without binlog_row_metadata=FULL. */
  readonly name: string | null
  /** Members of an ENUM or SET as bytes in the column's charset; null: not said. */
  readonly members: readonly Buffer[] | null
}

/** A TABLE_MAP event: the table that the row events with this id are about, until the end of the statement. */
export interface WireTable {
  readonly tableId: number
  readonly database: string
  readonly table: string
  readonly columns: readonly WireColumn[]
  /** Ordinals of the primary key's columns; null without FULL metadata. */
  readonly keyOrdinals: readonly number[] | null
  /** All bytes after the table id as latin1: equal texts mean equal shapes. A cache key. */
  readonly fingerprint: string
}
