import { Command, Option } from 'commander'
import { commandTable } from './command-table.ts'
import type { CommandContext } from './context.ts'
import type { OutputFormat } from './output.ts'
import { packageVersion } from './package-version.ts'

/** The options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly directory?: string
  readonly output: OutputFormat
  readonly color: boolean
  readonly verbose: number
  readonly input: boolean
}

const description = `Keeps a PostgreSQL schema equal to any number of MariaDB databases.

Examples:
  cdc worker                       run the embedded worker in this terminal
  cdc up trading                   from nothing to a running pipeline
  cdc status --watch               see how far behind each pipeline is
  cdc verify trading               prove that both sides hold the same rows`

/** The commands with their names and summaries; what each one takes is defined when it is loaded. */
export function createProgram(): Command {
  const program = new Command('cdc')
    .description(description)
    .usage('[options] <command>')
    .version(packageVersion(), '-V, --version', 'print the version')
    .option('-C, --directory <dir>', 'the project: a directory that has connectors/')
    .addOption(new Option('-o, --output <format>', 'human or json').choices(['human', 'json']).default('human'))
    .option('--no-color', 'no colours (also NO_COLOR=1)')
    .option('-v, --verbose', 'say more; -vv says most', (_: string, before: number) => before + 1, 0)
    .option('--no-input', 'never ask anything')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, sortOptions: false })
    .exitOverride()
    // Messages about wrong use are printed with all other errors, in one place.
    .configureOutput({ writeErr: () => {} })
  for (const { name, summary, group } of commandTable) {
    program.command(name).description(summary).helpGroup(group)
  }
  return program
}

/**
 * Reads the global options and the command's name ahead of the real parse, which needs that command loaded. Prints
 * nothing: what is wrong comes up again in the real parse.
 */
export function peek(args: readonly string[]): { named: string | undefined; globals: GlobalOptions } {
  const program = createProgram().configureOutput({ writeOut: () => {}, writeErr: () => {} })
  let named: string | undefined
  try {
    const [name] = program.parseOptions([...args]).operands
    named = program.commands.find((command) => command.name() === name)?.name()
  } catch {
    // --version, or a bad value.
  }
  return { named, globals: program.opts<GlobalOptions>() }
}

/** Loads a command's file, which fills in its arguments, options and action. */
export async function defineCommand(command: Command, context: CommandContext): Promise<void> {
  const entry = commandTable.find(({ name }) => name === command.name())
  const module = await entry?.load()
  module?.define(command, context)
}
