import type { Command } from 'commander'
import { connectorArgument } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { changeState } from '../target-state.ts'

export function define(command: Command, context: CommandContext): void {
  command.addArgument(connectorArgument()).action((name: string) => changeState(context, name, 'pause'))
}
