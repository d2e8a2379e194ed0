// What connectors/casts.json means for a connector that is about to be registered.
import { castsOption } from '../config/casts.ts'
import type { Casts } from '../config/casts.ts'
import { loadConnectorFile } from '../config/connector-file.ts'
import type { ConnectorFile } from '../config/connector-file.ts'
import { parseSinkConfig } from '../config/sink-config.ts'
import { parseSourceConfig } from '../config/source-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { resolveProviders } from '../config/providers.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { CommandContext } from './context.ts'
import { castsOf, readCasts } from './pipeline-casts.ts'

/**
 * The file as it is to be sent: a sink of the embedded runtime takes its casts with it, so that its worker needs no file.
 * @throws CdcErrors CDC-T09 to CDC-T12: casts that mean no column, are impossible, disagree, or are not those of the load
 */
export async function withCasts(context: CommandContext, file: ConnectorFile): Promise<ConnectorFile> {
  const project = await context.project()
  const all = readCasts(project)
  if (file.kind !== 'sink' || all.all.length === 0 || (await context.runtime()) !== 'embedded') return file
  const { variables } = project.environment
  const sourceFile = loadConnectorFile(project, 'source', file.database)
  const source = parseSourceConfig(resolveProviders({ ...sourceFile.config, name: sourceFile.name }, variables), {
    where: (key) => sourceFile.where(key),
  })
  const casts = castsOf(all, source)
  if (casts.all.length === 0) return file
  if (file.config['column.casts'] !== undefined) {
    throw new CdcError('CDC-C06', {
      where: file.where('column.casts'),
      what: 'there are casts here and in connectors/casts.json',
      fix: 'move them into connectors/casts.json',
    })
  }
  await checkAgainstServers(context, { casts, source, file })
  return { ...file, config: { ...file.config, 'column.casts': castsOption(casts.all) } }
}

async function checkAgainstServers(
  { project, signal }: CommandContext,
  { casts, source, file }: { casts: Casts; source: SourceConfig; file: ConnectorFile },
): Promise<void> {
  const [{ connectMariadb }, { readCapturedTables }, { checkCasts }, { contradictedCasts, readLoadedTables }] =
    await Promise.all([
      import('../mariadb/connection.ts'),
      import('../mariadb/captured-tables.ts'),
      import('../migrate/check-casts.ts'),
      import('../plan/loaded-casts.ts'),
    ])
  const { variables } = (await project()).environment
  const sink = parseSinkConfig(resolveProviders({ ...file.config, name: file.name }, variables))
  {
    await using connection = await connectMariadb(source, { signal, where: source.name })
    checkCasts(casts, await readCapturedTables(connection, source))
  }
  const errors = contradictedCasts(casts, await readLoadedTables(sink, signal), file.database)
  if (errors.length > 0) throw new CdcErrors(errors)
}
