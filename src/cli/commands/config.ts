import type { Command } from 'commander'
import { checkProject } from '../../config/check-project.ts'
import { listConnectorFiles, loadConnectorFile } from '../../config/connector-file.ts'
import type { ConnectorFile } from '../../config/connector-file.ts'
import { displayPath } from '../../config/environment.ts'
import { parseSinkConfig } from '../../config/sink-config.ts'
import { parseSourceConfig } from '../../config/source-config.ts'
import { CdcError, CdcErrors } from '../../core/errors.ts'
import { examples } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { collecting } from '../collecting.ts'
import { readCasts } from '../pipeline-casts.ts'
import { formatNotice } from '../pipeline-files.ts'
import { countOf } from '../quantities.ts'

export function define(command: Command, context: CommandContext): void {
  command.addHelpText('after', examples('cdc config check'))
  command
    .command('check')
    .description('read .env, every connector file and casts.json; show every mistake')
    .action(() => checkAll(context))
}

async function checkAll(context: CommandContext): Promise<void> {
  const { output } = context
  const project = await context.project()
  const names = listConnectorFiles(project)
  if (names.length === 0) {
    throw new CdcError('CDC-C09', {
      where: displayPath(project.directory),
      what: 'there are no connector files',
      fix: 'cdc new <database>',
    })
  }
  const errors: CdcError[] = []
  const notices: string[] = []
  const files: ConnectorFile[] = []
  for (const { kind, database } of names) {
    const file = collecting(errors, () => loadConnectorFile(project, kind, database))
    if (file === undefined) continue
    files.push(file)
    // The files are checked as they are written: what one runtime cannot do is said when it is registered there.
    const options = { where: (key: string) => file.where(key), runtime: 'connect' } as const
    const raw = { ...file.config, name: file.name }
    const parsed = collecting(errors, () =>
      kind === 'source' ? parseSourceConfig(raw, options) : parseSinkConfig(raw, options),
    )
    for (const notice of parsed?.notices ?? []) notices.push(formatNotice(file, notice))
  }
  errors.push(...checkProject(files))
  const casts = collecting(errors, () => readCasts(project))
  for (const notice of notices) output.note(notice)
  if (errors.length > 0) throw new CdcErrors(errors)
  const shown = names.map(({ kind, database, path }) => ({ kind, database, path: displayPath(path) }))
  const count = casts?.all.length ?? 0
  const lines = count === 0 ? '' : `, and so ${count === 1 ? 'is' : 'are'} ${countOf(count, 'cast')}`
  output.result({ files: shown, casts: count, notices }, () => `${shown.length} connector files are good${lines}`)
}
