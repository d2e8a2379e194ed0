/** How a PostgreSQL database is reached. Resolved: no defaults are left to fill in. */
export interface PostgresSettings {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  /** The words of libpq's `sslmode`. */
  readonly ssl: {
    readonly mode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'
    /** Certificate authorities as PEM text; undefined: those of the system. */
    readonly ca: string | undefined
  }
  readonly connectTimeoutMs: number
}
