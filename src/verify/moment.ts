import type { GtidPosition } from '../core/gtid.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import type { PostgresConnection } from '../postgres/connection.ts'

/** A snapshot on each side. Whether both are of the same source transactions is up to who opened it. */
export interface Moment extends AsyncDisposable {
  readonly mariadb: MariadbConnection
  readonly postgres: PostgresConnection
  /** Of the source's snapshot. */
  readonly position: GtidPosition
}
