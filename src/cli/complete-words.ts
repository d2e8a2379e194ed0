import type { Argument, Command } from 'commander'
import type { CommandContext } from './context.ts'

/** A shell waits for this while somebody types. */
const budgetMs = 200

/** The words that can stand in the place of the last one, of which a beginning may have been typed. */
export async function completeWords(words: readonly string[], context: CommandContext): Promise<readonly string[]> {
  const typed = words.at(-1) ?? ''
  let command = await context.wholeProgram()
  const options = [...command.options]
  let place = 0
  for (let i = 0; i < words.length - 1; i++) {
    const word = words[i] ?? ''
    if (word.startsWith('-')) {
      const option = options.find(({ short, long }) => short === word || long === word)
      if (option?.required === true) {
        i++
        if (i === words.length - 1) return startingWith(option.argChoices ?? [], typed)
      }
      continue
    }
    const next = command.commands.find((candidate) => candidate.name() === word)
    if (next === undefined) place++
    else {
      command = next
      options.push(...next.options)
    }
  }
  if (typed.startsWith('-')) {
    return startingWith(
      options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []),
      typed,
    )
  }
  return startingWith(await operands(command, place, context), typed)
}

async function operands(command: Command, place: number, context: CommandContext): Promise<readonly string[]> {
  if (command.commands.length > 0) return command.commands.map((candidate) => candidate.name())
  const argument: Argument | undefined = command.registeredArguments[place]
  if (argument?.argChoices !== undefined) return argument.argChoices
  try {
    if (command.name() === 'completion') return ['bash', 'zsh', 'fish']
    if (argument?.name() === 'database') {
      const { listDatabases } = await import('./pipeline-files.ts')
      return listDatabases(await context.project())
    }
    if (argument?.name() === 'name') return await connectorNames(context)
    return []
  } catch {
    // Nothing to offer is no reason to disturb somebody who types.
    return []
  }
}

async function connectorNames(context: CommandContext): Promise<readonly string[]> {
  const [{ createConnectClient }, project] = await Promise.all([import('../connect/client.ts'), context.project()])
  const { workerUrl, environment } = project
  const { credentials: ownCredentials } = environment.settings
  const client = createConnectClient({
    url: workerUrl,
    signal: context.signal,
    readTimeoutMs: budgetMs,
    ownCredentials,
  })
  return Object.keys(await client.list()).sort()
}

function startingWith(words: readonly string[], typed: string): readonly string[] {
  return words.filter((word) => word.startsWith(typed))
}
