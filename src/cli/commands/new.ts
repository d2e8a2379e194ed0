import type { Command } from 'commander'
import { newDatabase } from '../../config/new-database.ts'
import { displayPath } from '../../config/environment.ts'
import { examples } from '../arguments.ts'
import type { CommandContext } from '../context.ts'

interface Options {
  readonly schema?: string
  readonly topicPrefix?: string
  readonly targetSchema?: string
}

export function define(command: Command, context: CommandContext): void {
  command
    .argument('<database>', 'what you want to call it: it names the files and, in capitals, the variables')
    .option('--schema <name>', 'its name on the MariaDB server (default: the same)')
    .option('--topic-prefix <prefix>', "(default: the schema's name)")
    .option('--target-schema <name>', 'the PostgreSQL schema (default: mp_cdc)')
    .addHelpText('after', examples('cdc new billing --schema xchange_billing'))
    .action((database: string, options: Options) => writeNew(context, database, options))
}

async function writeNew(context: CommandContext, database: string, options: Options): Promise<void> {
  const project = await context.project()
  const { created, toFillIn } = newDatabase(project, database, {
    schema: options.schema,
    topicPrefix: options.topicPrefix,
    targetSchema: options.targetSchema,
  })
  const files = created.map(displayPath)
  const { envPath } = project.environment
  context.output.result({ database, created: files, toFillIn, envFile: displayPath(envPath) }, () =>
    [...files.map((file) => `wrote ${file}`), `added its variables to ${displayPath(envPath)}`].join('\n'),
  )
  if (toFillIn.length > 0)
    context.output.next(`fill in ${toFillIn.join(', ')} in ${displayPath(envPath)}, then: cdc up ${database}`)
  else context.output.next(`cdc up ${database}`)
}
