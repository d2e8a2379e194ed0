import type { SourceColumn } from '../core/table.ts'
import type { WireColumn } from '../core/wire.ts'
import type { CopyWriter } from './copy-writer.ts'

/** Reads ONE value at `at`, writes ONE COPY field, returns the position after the value. NULLs never get here. */
export type Encoder = (source: Buffer, at: number, out: CopyWriter) => number

/** What a column lost on its way, counted so that it can be told. */
export interface Losses {
  /** Zero, partial and impossible dates, which became NULL. */
  zeroDates: number
  /** NUL characters removed from texts; PostgreSQL cannot store them. */
  nulCharacters: number
}

/** A column together with what it becomes in the target. */
export interface MappedColumn {
  readonly source: SourceColumn
  /** Its name in the target. */
  readonly name: string
  readonly type: ColumnType
  /** SQL, for instance `numeric(10,2)`. */
  readonly postgresType: string
  /** One of the type's casts, asked for or decided by looking at the data; undefined: the default. */
  readonly choice: string | undefined
  readonly inKey: boolean
  /** Whether the target column is declared NOT NULL. */
  readonly notNull: boolean
}

export interface EncoderContext {
  readonly column: MappedColumn
  readonly losses: Losses
  /** For errors: `database.table.column`. */
  readonly where: string
}

export interface BinlogEncoderContext extends EncoderContext {
  readonly wire: WireColumn
}

/** Everything the product knows of one MariaDB type. */
export interface ColumnType {
  readonly id: string
  matches(column: SourceColumn): boolean
  /**
   * What a column may become when the casts file says so, as PostgreSQL's names without what stands in parentheses; the
   * first is the default. Left out: only the default.
   */
  casts?(column: SourceColumn): readonly string[]
  /** The SQL type in the target; `choice`: one of `casts`, for instance `smallint` for a tinyint(1). */
  postgresType(column: SourceColumn, choice: string | undefined): string
  /** For a value as in a row image of the binary log. @throws CdcError CDC-D02 when the wire column is another type. */
  binlogEncoder(context: BinlogEncoderContext): Encoder
  /** For a value as in a binary-protocol result row (session: utf8mb4, time_zone +00:00, sql_mode ''). */
  resultSetEncoder(context: EncoderContext): Encoder
  /** The canonical text in MariaDB's SQL. What the target stores as NULL is NULL here too. */
  mariadbText(expression: string, column: MappedColumn): string
  /** The same text, computed by PostgreSQL from the target column. Long values: the md5 of their bytes. */
  postgresText(expression: string, column: MappedColumn): string
  /** Whether the canonical text can hold any character at all, so that it must be escaped where texts are joined. */
  readonly freeText: boolean
  /** PostgreSQL's literal for a constant default given as plain text; undefined: it has none. */
  defaultLiteral(text: string, column: MappedColumn): string | undefined
  /** What MariaDB puts into existing rows when a NOT NULL column without a default is added; a PostgreSQL literal. */
  implicitDefault(column: MappedColumn): string
  /** MariaDB's SQL, true for values that the target type does not hold; undefined: it holds all. */
  misfits?(column: SourceColumn, choice: string | undefined): ((expression: string) => string) | undefined
  /** The cast that is taken when the data does not fit the default and nothing was asked for. */
  readonly roomier?: string
}
