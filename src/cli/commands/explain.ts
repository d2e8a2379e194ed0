import type { Command } from 'commander'
import { describeOptions } from '../../config/validate.ts'
import type { ConfigKeyInfo } from '../../config/validate.ts'
import { CdcError, errorKinds } from '../../core/errors.ts'
import type { ErrorCode } from '../../core/errors.ts'
import { nearestNames } from '../../lib/suggestion.ts'
import { examples } from '../arguments.ts'
import type { CommandContext } from '../context.ts'

const retryWords = {
  never: 'it stays failed until somebody acts',
  later: 'it is tried again slowly: somebody has to act',
  'by-itself': 'it is tried again until it works',
} as const

export function define(command: Command, { output }: CommandContext): void {
  command
    .argument('<code-or-option>', 'for example CDC-M04 or snapshot.mode')
    .addHelpText('after', examples('cdc explain CDC-M04', 'cdc explain database.server.id'))
    .action((word: string) => {
      const code = findCode(word)
      if (code !== undefined) {
        const { meaning, retry, exit, fix } = errorKinds[code]
        output.result({ code, meaning, retry, exitCode: exit, fix }, () =>
          [`${code}: ${meaning}`, `  fix: ${fix}`, `  retry: ${retryWords[retry]}`, `  exit code: ${exit}`].join('\n'),
        )
        return
      }
      const options = findOptions(word)
      if (options.length === 0) throw unknownWord(word)
      output.result({ options }, () => options.map(formatOption).join('\n\n'))
    })
}

interface FoundOption extends Omit<ConfigKeyInfo, 'order' | 'dependents' | 'width'> {
  readonly connector: 'source' | 'sink'
}

function findCode(word: string): ErrorCode | undefined {
  const wanted = word.toUpperCase().replace(/^(?=[A-Z]\d\d$)/, 'CDC-')
  return (Object.keys(errorKinds) as ErrorCode[]).find((code) => code === wanted)
}

/** An option of the same name may exist for sources and for sinks. */
function findOptions(word: string): readonly FoundOption[] {
  return (['source', 'sink'] as const).flatMap((connector) =>
    describeOptions(connector)
      .filter(({ name }) => name === word)
      .map(({ order: _order, dependents: _dependents, width: _width, ...option }) => ({ connector, ...option })),
  )
}

function formatOption(option: FoundOption): string {
  const facts = [
    option.type.toLowerCase(),
    option.required ? 'required' : `default ${option.default_value ?? 'none'}`,
    `${option.importance.toLowerCase()} importance`,
  ]
  return `${option.name}  (${option.connector}; ${facts.join(', ')})\n  ${option.documentation}`
}

function unknownWord(word: string): CdcError {
  const names = [
    ...Object.keys(errorKinds),
    ...['source', 'sink'].flatMap((kind) =>
      describeOptions(kind === 'source' ? 'source' : 'sink').map(({ name }) => name),
    ),
  ]
  const near = nearestNames(word, new Set(names))
  return new CdcError('CDC-C01', {
    where: 'cdc explain',
    what: `"${word}" is neither an error code nor a connector option`,
    why: near.length > 0 ? `did you mean ${near.join(' or ')}?` : undefined,
    fix: near[0] === undefined ? 'cdc explain CDC-M04' : `cdc explain ${near[0]}`,
  })
}
