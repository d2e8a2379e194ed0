// The connector files of a database, read and checked, with what is worth a note said.
import { listConnectorFiles, loadConnectorFile } from '../config/connector-file.ts'
import type { ConnectorFile, ConnectorKind } from '../config/connector-file.ts'
import { forKafkaConnect } from '../config/kafka-connect.ts'
import type { Notice } from '../config/notice.ts'
import type { Project } from '../config/project.ts'
import { resolveProviders } from '../config/providers.ts'
import { parseSinkConfig } from '../config/sink-config.ts'
import type { SinkConfig } from '../config/sink-config.ts'
import { parseSourceConfig } from '../config/source-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import type { Runtime } from '../connect/runtime.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { Output } from './output.ts'

export interface Reading {
  readonly project: Project
  readonly output: Output
  /** What is right for one runtime may be wrong for the other. */
  readonly runtime: Runtime
}

/**
 * The connector's file as it is to be sent to the runtime.
 * @throws CdcErrors with every mistake of the file, each with its line
 */
export function loadForRegistration(
  { project, output, runtime }: Reading,
  kind: ConnectorKind,
  database: string,
): ConnectorFile {
  const file = loadConnectorFile(project, kind, database)
  const options = { where: (key: string) => file.where(key), runtime }
  const raw = { ...file.config, name: file.name }
  const { notices } = kind === 'source' ? parseSourceConfig(raw, options) : parseSinkConfig(raw, options)
  printNotices(file, notices, output)
  if (runtime === 'embedded') return file
  const sent = forKafkaConnect(kind, file.config, options)
  printNotices(file, sent.notices, output)
  return { ...file, config: sent.config }
}

/**
 * Both configurations of a database, for work that cdc does itself: references to secrets are followed too.
 * @throws CdcErrors with every mistake of both files at once
 */
export function loadPipeline(
  { project, output, runtime }: Reading,
  database: string,
): { source: SourceConfig; sink: SinkConfig } {
  const errors: CdcError[] = []
  const load = <T extends { notices: readonly Notice[] }>(
    kind: ConnectorKind,
    parse: (raw: ConnectorFile['config'], options: { where(key: string): string; runtime: Runtime }) => T,
  ): T | undefined =>
    collecting(errors, () => {
      const file = loadConnectorFile(project, kind, database)
      const raw = resolveProviders({ ...file.config, name: file.name }, project.environment.variables)
      const config = parse(raw, { where: (key: string) => file.where(key), runtime })
      printNotices(file, config.notices, output)
      return config
    })
  const source = load('source', parseSourceConfig)
  const sink = load('sink', parseSinkConfig)
  if (source === undefined || sink === undefined) throw new CdcErrors(errors)
  return { source, sink }
}

/** The databases that have a connector file, in the order of the files. */
export function listDatabases(project: Project): readonly string[] {
  return [...new Set(listConnectorFiles(project).map((file) => file.database))]
}

/** What `make` throws of errors with a code goes into `errors`. */
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
  for (const notice of notices) output.note(formatNotice(file, notice))
}

export function formatNotice(file: ConnectorFile, { key, text, replacement }: Notice): string {
  return `${file.where(key)}: ${key}: ${text}${replacement === undefined ? '' : ` Write ${replacement}`}`
}
