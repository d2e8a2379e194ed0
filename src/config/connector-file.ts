import type { Project } from './project.ts'

export type ConnectorKind = 'source' | 'sink'

/** One connector file, its variables filled in. */
export interface ConnectorFile {
  readonly kind: ConnectorKind
  /** The file's name without `.json`: what the user calls the database. */
  readonly database: string
  readonly name: string
  /** Filled in; without `name`. Holds secrets. */
  readonly config: Readonly<Record<string, string>>
  /** Absolute. */
  readonly path: string
  /** `connectors/…/x.json:line:column` of a key, relative to the project; of the file's start for a key that is not there. */
  where(key: string): string
}

export interface ConnectorFileName {
  readonly kind: ConnectorKind
  readonly database: string
  readonly path: string
}

/** `<project>/connectors/sources/mariadb/<database>.json` or `…/sinks/postgres/<database>.json`. */
export function connectorPath(_project: Project, _kind: ConnectorKind, _database: string): string {
  throw new Error('BUG: not written yet')
}

/** Every connector file there is, sources first, by name. */
export function listConnectorFiles(_project: Project): readonly ConnectorFileName[] {
  throw new Error('BUG: not written yet')
}

/**
 * Reads one file and fills in its variables.
 * @throws CdcErrors with every mistake at once: CDC-C04 JSON, CDC-C03 variables; CdcError CDC-C08 when there is no such file.
 */
export function loadConnectorFile(_project: Project, _kind: ConnectorKind, _database: string): ConnectorFile {
  throw new Error('BUG: not written yet')
}
