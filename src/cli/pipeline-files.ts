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
import type { ParseOptions, SourceConfig } from '../config/source-config.ts'
import { CdcErrors } from '../core/errors.ts'
import type { CdcError } from '../core/errors.ts'
import { collecting } from './collecting.ts'
import type { CommandContext } from './context.ts'
import type { Output } from './output.ts'
import { castsOf, readCasts } from './pipeline-casts.ts'

/** What reading files needs of a command's context. */
export type Reading = Pick<CommandContext, 'project' | 'output' | 'runtime'>

/**
 * The connector's file as it is to be sent to the runtime: what is right for one may be wrong for the other.
 * @throws CdcErrors with every mistake of the file, each with its line
 */
export async function loadForRegistration(
  { project, output, runtime }: Reading,
  kind: ConnectorKind,
  database: string,
): Promise<ConnectorFile> {
  // A wrong name or a broken file is said before anybody asks whether a worker is there.
  const file = loadConnectorFile(await project(), kind, database)
  const options = { where: (key: string) => file.where(key), runtime: await runtime() }
  const raw = { ...file.config, name: file.name }
  const { notices } = kind === 'source' ? parseSourceConfig(raw, options) : parseSinkConfig(raw, options)
  if (options.runtime === 'embedded') {
    printNotices(file, notices, output)
    return file
  }
  // What Debezium makes of the mode is looked at before it is sent (src/plan).
  printNotices(
    file,
    notices.filter(({ key }) => key !== 'snapshot.mode'),
    output,
  )
  const sent = forKafkaConnect(kind, file.config, options)
  printNotices(file, sent.notices, output)
  return { ...file, config: sent.config }
}

/**
 * Both configurations of a database and its casts, for work that cdc does itself: references to secrets are followed too.
 * @throws CdcErrors with every mistake of the files at once
 */
export async function loadPipeline(
  { project, output, runtime }: Reading,
  database: string,
): Promise<{ source: SourceConfig; sink: SinkConfig }> {
  const found = await project()
  const errors: CdcError[] = []
  const sourceFile = collecting(errors, () => loadConnectorFile(found, 'source', database))
  const sinkFile = collecting(errors, () => loadConnectorFile(found, 'sink', database))
  if (sourceFile === undefined || sinkFile === undefined) throw new CdcErrors(errors)

  const asked = await runtime()
  const parse = <T extends { notices: readonly Notice[] }>(
    file: ConnectorFile,
    parseConfig: (raw: ConnectorFile['config'], options: ParseOptions) => T,
  ): T | undefined =>
    collecting(errors, () => {
      const raw = resolveProviders({ ...file.config, name: file.name }, found.environment.variables)
      const config = parseConfig(raw, { where: (key) => file.where(key), runtime: asked })
      // They are said when the file is registered there.
      if (asked === 'embedded') printNotices(file, config.notices, output)
      return config
    })
  const source = parse(sourceFile, parseSourceConfig)
  const sink = parse(sinkFile, parseSinkConfig)
  const casts = collecting(errors, () => readCasts(found))
  if (source === undefined || sink === undefined || casts === undefined) throw new CdcErrors(errors)
  return { source, sink: { ...sink, casts: castsOf(casts, source) } }
}

/** The databases that have a connector file, in the order of the files. */
export function listDatabases(project: Project): readonly string[] {
  return [...new Set(listConnectorFiles(project).map((file) => file.database))]
}

function printNotices(file: ConnectorFile, notices: readonly Notice[], output: Output): void {
  for (const notice of notices) output.note(formatNotice(file, notice))
}

export function formatNotice(file: ConnectorFile, { key, text, replacement }: Notice): string {
  return `${file.where(key)}: ${key}: ${text}${replacement === undefined ? '' : ` Write ${replacement}`}`
}
