/** How a MariaDB server is reached. Resolved: no defaults are left to fill in. */
export interface MariadbSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** The words of Debezium's `database.ssl.mode`. `trust` encrypts without checking the certificate. */
  readonly ssl: {
    readonly mode: 'disable' | 'trust' | 'verify-ca' | 'verify-full'
    /** Certificate authorities as PEM text; undefined: those of the system. */
    readonly ca: string | undefined
  }
  readonly connectTimeoutMs: number
}
