// What connectors/casts.json means for a connector that is about to be registered.
import { castsOption } from '../config/casts.ts'
import type { Casts } from '../config/casts.ts'
import { listConnectorFiles, loadConnectorFile } from '../config/connector-file.ts'
import type { ConnectorFile, ConnectorKind } from '../config/connector-file.ts'
import { resolveProviders } from '../config/providers.ts'
import { parseSinkConfig } from '../config/sink-config.ts'
import type { SinkConfig } from '../config/sink-config.ts'
import { parseSourceConfig } from '../config/source-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { SourceTable } from '../core/table.ts'
import type { MariadbConnection } from '../mariadb/connection.ts'
import type { DebeziumColumns } from '../plan/debezium-columns.ts'
import type { CommandContext } from './context.ts'
import { castsOf, readCasts } from './pipeline-casts.ts'

export interface Confirmation {
  /** The name that --confirm gave. */
  readonly confirmed: string | undefined
  /** What the user ran. */
  readonly command: string
}

/**
 * The file as it is to be sent. A sink of the embedded runtime takes its casts with it, so that its worker needs no file; a
 * source on Kafka Connect gets the converters by which Debezium's sink writes the columns that the load makes.
 * @throws CdcErrors CDC-T09 to CDC-T12: casts that mean no column, are impossible, disagree, or are not those of the load;
 * CDC-T13: columns that Debezium's connectors cannot keep equal, unless the connector's name is confirmed
 */
export async function withCasts(
  context: CommandContext,
  file: ConnectorFile,
  confirmation: Confirmation,
): Promise<ConnectorFile> {
  if ((await context.runtime()) === 'connect') return await forDebezium(context, file, confirmation)
  const all = readCasts(await context.project())
  if (file.kind !== 'sink' || all.all.length === 0) return file
  const both = await bothConfigs(context, file)
  if (both === undefined) return file
  const { source, sink } = both
  const casts = castsOf(all, source)
  if (casts.all.length === 0) return file
  if (file.config['column.casts'] !== undefined) {
    throw new CdcError('CDC-C06', {
      where: file.where('column.casts'),
      what: 'there are casts here and in connectors/casts.json',
      fix: 'move them into connectors/casts.json',
    })
  }
  await askSource(context, { source, casts }, async () => {
    const { contradictedCasts, readLoadedTables } = await import('../plan/loaded-casts.ts')
    throwAll(contradictedCasts(casts, await readLoadedTables(sink, context.signal), file.database))
  })
  return { ...file, config: { ...file.config, 'column.casts': castsOption(casts.all) } }
}

async function forDebezium(
  context: CommandContext,
  file: ConnectorFile,
  confirmation: Confirmation,
): Promise<ConnectorFile> {
  const { signal } = context
  const all = readCasts(await context.project())
  const both = await bothConfigs(context, file)
  // What nobody copies into PostgreSQL may be of any type.
  if (both === undefined) return file
  const { source } = both
  const sink = { ...both.sink, casts: castsOf(all, source) }
  const [
    { checkDebeziumColumns },
    { unreadDefinitions },
    { readLoadedTables },
    columns,
    { castsForDebezium },
    { withDdlFilter },
  ] = await Promise.all([
    import('../plan/debezium-columns.ts'),
    import('../plan/unread-definitions.ts'),
    import('../plan/loaded-casts.ts'),
    import('../plan/debezium-tables.ts'),
    import('../plan/casts-for-debezium.ts'),
    import('../plan/ddl-filter.ts'),
  ])
  const loaded = await readLoadedTables(sink, signal)
  if (file.kind === 'source') {
    return await askSource(context, { source, casts: sink.casts }, async (tables, connection) => {
      const planned = await columns.plannedTables(connection, tables, { source, sink, loaded })
      const config = withDdlFilter(castsForDebezium(file.config, planned))
      const unknown = tables.filter((table) => !planned.some((one) => one.source === table))
      const listed = [
        ...planned.map(columns.asDebeziumTable),
        ...unknown.map((table) => ({ source: table, types: {} })),
      ]
      const { errors, notes } = checkDebeziumColumns(listed, config, file.database)
      const unread = await unreadDefinitions(connection, source)
      tell(context, file, { errors: [...errors, ...unread], notes }, confirmation)
      return { ...file, config }
    })
  }
  const running = await (await context.client()).info(source.name)
  if (running === undefined) return file
  await askSource(context, { source, casts: sink.casts }, async (tables) => {
    const targets = await columns.targetTables(tables, { source, sink, loaded }, signal)
    tell(context, file, checkDebeziumColumns(targets, running.config, file.database), confirmation)
  })
  return file
}

/** @throws CdcErrors what Debezium cannot do, unless that is confirmed */
function tell(
  { output }: CommandContext,
  file: ConnectorFile,
  { errors, notes }: DebeziumColumns,
  { confirmed, command }: Confirmation,
): void {
  for (const note of notes) output.note(note)
  if (confirmed !== file.name) {
    throwAll(
      errors.map((error) => {
        const { code, where, what, why } = error
        const fix = `${error.fix}\nor, if it is meant: ${command} --confirm=${file.name}`
        return new CdcError(code, { where, what, why, fix })
      }),
    )
  }
  for (const { code, where, what } of errors) output.note(`${where}: ${code} was confirmed: ${what}`)
}

function throwAll(errors: readonly CdcError[]): void {
  if (errors.length > 0) throw new CdcErrors(errors)
}

/** Reads the captured tables, holds the casts against them, and does the work. */
async function askSource<T>(
  { signal }: CommandContext,
  { source, casts }: { source: SourceConfig; casts: Casts },
  work: (tables: readonly SourceTable[], connection: MariadbConnection) => Promise<T>,
): Promise<T> {
  const [{ connectMariadb }, { readCapturedTables }, { checkCasts }] = await Promise.all([
    import('../mariadb/connection.ts'),
    import('../mariadb/captured-tables.ts'),
    import('../migrate/check-casts.ts'),
  ])
  await using connection = await connectMariadb(source, { signal, where: source.name })
  const tables = await readCapturedTables(connection, source)
  checkCasts(casts, tables)
  return await work(tables, connection)
}

/** The configuration that is registered, and that of its other end; undefined: there is no file of that. */
async function bothConfigs(
  { project, runtime }: CommandContext,
  file: ConnectorFile,
): Promise<{ source: SourceConfig; sink: SinkConfig } | undefined> {
  const found = await project()
  const there = listConnectorFiles(found).filter(({ database }) => database === file.database)
  if (there.length < 2) return undefined
  const asked = await runtime()
  const read = (kind: ConnectorKind): ConnectorFile =>
    file.kind === kind ? file : loadConnectorFile(found, kind, file.database)
  const options = ({ where }: ConnectorFile) => ({ where, runtime: asked })
  const raw = ({ config, name }: ConnectorFile) => resolveProviders({ ...config, name }, found.environment.variables)
  const [source, sink] = [read('source'), read('sink')]
  return { source: parseSourceConfig(raw(source), options(source)), sink: parseSinkConfig(raw(sink), options(sink)) }
}
