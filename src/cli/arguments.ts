// Arguments and options that several commands share.
import { Argument, InvalidArgumentError } from 'commander'
import { parseDuration } from './quantities.ts'

export const kindArgument = (): Argument =>
  new Argument('<kind>', 'which of the two connectors').choices(['source', 'sink'])

export const databaseArgument = (flags: '<database>' | '[database]' = '<database>'): Argument =>
  new Argument(flags, "a connector file's name without .json, for example trading")

export const connectorArgument = (): Argument => new Argument('<name>', 'a connector, as `cdc connectors` lists it')

/** For commander: a duration such as 90s or 5m, in milliseconds. */
export function durationValue(text: string): number {
  const value = parseDuration(text)
  if (value === undefined) throw new InvalidArgumentError('Write for example 90s, 5m or 1h.')
  return value
}

/** For commander: a whole number from 1. */
export function countValue(text: string): number {
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It is not a whole number from 1.')
  return value
}

/** For commander: names with commas between them, at least one: an empty variable of a script must not mean "nothing". */
export function listValue(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) throw new InvalidArgumentError('It names nothing.')
  return names
}

/** `Examples:` with a line each, for the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
