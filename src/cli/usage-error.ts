import type { CommanderError } from 'commander'
import { CdcError } from '../core/errors.ts'

/** Commander's message about wrong arguments as an error with a code: its "(Did you mean x?)" becomes the fix. */
export function usageError(error: CommanderError, commandPath: string): CdcError {
  if (error.code === 'commander.help') {
    return new CdcError('CDC-C01', {
      where: `cdc ${commandPath}`,
      what: 'say what to do',
      fix: `cdc ${commandPath} --help`,
    })
  }
  const message = error.message.replace(/^error: /, '')
  const guess = /\n?\(Did you mean (?:one of )?([^?]+)\?\)/.exec(message)
  const what = message
    .replace(guess?.[0] ?? '', '')
    .replace(/\.$/, '')
    .trim()
  const help = `cdc ${commandPath}`.trim()
  return new CdcError('CDC-C01', {
    where: help,
    what,
    why: guess?.[1] === undefined ? undefined : `did you mean ${guess[1]}?`,
    fix: `${help} --help`,
    cause: error,
  })
}
