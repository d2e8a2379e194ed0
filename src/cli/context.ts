import type { Command } from 'commander'
import type { ConnectClient } from '../connect/client.ts'
import type { Project } from '../config/project.ts'
import type { Runtime } from '../connect/runtime.ts'
import type { Logger } from '../lib/logger.ts'
import type { Output } from './output.ts'

/** What every command is given. What costs time to load or to look up is made when it is first asked for. */
export interface CommandContext {
  readonly output: Output
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** 0, 1 (-v) or 2 (-vv). */
  readonly verbosity: number
  /** @throws CdcError CDC-C02 outside a project */
  readonly project: () => Promise<Project>
  /** The Connect REST API that DEBEZIUM_URL names. */
  readonly client: () => Promise<ConnectClient>
  /** Which runtime answers there. */
  readonly runtime: () => Promise<Runtime>
  readonly logger: () => Promise<Logger>
  /** The whole command tree with every option, for completion and the reference. */
  readonly wholeProgram: () => Promise<Command>
}

/** A command's own file exports `define`: its arguments, options, examples and action. */
export interface CommandModule {
  define(command: Command, context: CommandContext): void
}
