import type { ConnectorKind } from './connector-file.ts'

export interface Plugin {
  readonly class: string
  readonly kind: ConnectorKind
  /** The Debezium version whose options these are. */
  readonly version: string
}

/** The two plugins, in the order Connect lists them. */
export const plugins: readonly Plugin[] = [
  { class: 'io.debezium.connector.jdbc.JdbcSinkConnector', kind: 'sink', version: '3.5.0.Final' },
  { class: 'io.debezium.connector.mariadb.MariaDbConnector', kind: 'source', version: '3.5.0.Final' },
]

/** A plugin by its full class name, its simple name, or that without `Connector`, as Connect resolves them. */
export function findPlugin(name: string): Plugin | undefined {
  return plugins.find(({ class: full }) => {
    const simple = full.slice(full.lastIndexOf('.') + 1)
    return name === full || name === simple || name === simple.replace(/Connector$/, '')
  })
}
