// The connector files of a database, read and checked, with what is worth a note said.
import { listConnectorFiles, loadConnectorFile } from '../config/connector-file.ts'
import type { ConnectorFile, ConnectorKind } from '../config/connector-file.ts'
import type { Notice } from '../config/notice.ts'
import type { Project } from '../config/project.ts'
import { parseSinkConfig } from '../config/sink-config.ts'
import type { SinkConfig } from '../config/sink-config.ts'
import { parseSourceConfig } from '../config/source-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { Output } from './output.ts'

export interface SourceFile {
  readonly file: ConnectorFile
  readonly config: SourceConfig
}

export interface SinkFile {
  readonly file: ConnectorFile
  readonly config: SinkConfig
}

/** @throws CdcErrors with every mistake of the file, each with its line */
export function loadSource(project: Project, database: string, output: Output): SourceFile {
  const file = loadConnectorFile(project, 'source', database)
  const config = parseSourceConfig({ ...file.config, name: file.name }, { where: file.where })
  printNotices(file, config.notices, output)
  return { file, config }
}

/** @throws CdcErrors with every mistake of the file, each with its line */
export function loadSink(project: Project, database: string, output: Output): SinkFile {
  const file = loadConnectorFile(project, 'sink', database)
  const config = parseSinkConfig({ ...file.config, name: file.name }, { where: file.where })
  printNotices(file, config.notices, output)
  return { file, config }
}

/** @throws CdcErrors with every mistake of both files at once */
export function loadPipeline(project: Project, database: string, output: Output): { source: SourceFile; sink: SinkFile } {
  const errors: CdcError[] = []
  const source = collecting(errors, () => loadSource(project, database, output))
  const sink = collecting(errors, () => loadSink(project, database, output))
  if (source === undefined || sink === undefined) throw new CdcErrors(errors)
  return { source, sink }
}

export function loadFile(project: Project, kind: ConnectorKind, database: string, output: Output): ConnectorFile {
  return (kind === 'source' ? loadSource : loadSink)(project, database, output).file
}

/** The databases that have a connector file, in the order of the files. */
export function listDatabases(project: Project): readonly string[] {
  return [...new Set(listConnectorFiles(project).map((file) => file.database))]
}

/** What `make` throws goes into `errors`. */
export function collecting<T>(errors: CdcError[], make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof CdcErrors) errors.push(...error.errors)
    else if (error instanceof CdcError) errors.push(error)
    else throw error
    return undefined
  }
}

function printNotices(file: ConnectorFile, notices: readonly Notice[], output: Output): void {
  for (const { key, text, replacement } of notices) {
    output.note(`${file.where(key)}: ${text}${replacement === undefined ? '' : ` Write ${replacement}`}`)
  }
}
