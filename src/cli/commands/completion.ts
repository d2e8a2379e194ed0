import { Argument, Option } from 'commander'
import type { Command } from 'commander'
import { examples } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { completeWords } from '../complete-words.ts'

const shells = ['bash', 'zsh', 'fish'] as const

/** Each script asks cdc itself for the words: `cdc completion --words -- <words so far>`. */
const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `_cdc() {
  local words
  words=$(cdc completion --words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _cdc cdc`,
  zsh: `#compdef cdc
_cdc() {
  local -a found
  found=("\${(@f)$(cdc completion --words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _cdc cdc`,
  fish: `complete -c cdc -f -a '(cdc completion --words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
}

export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(new Argument('[words...]', 'the shell: bash, zsh or fish'))
    .addOption(new Option('--words', 'print what can follow the words').hideHelp())
    .addHelpText(
      'after',
      examples(
        'source <(cdc completion bash)                      # in ~/.bashrc',
        'source <(cdc completion zsh)                       # in ~/.zshrc',
        'cdc completion fish > ~/.config/fish/completions/cdc.fish',
      ),
    )
    .action(async (words: readonly string[], options: { words?: true }) => {
      if (options.words === true) {
        const found = await completeWords(words, context)
        if (found.length > 0) context.output.item({ words: found }, () => found.join('\n'))
        return
      }
      const shell = shells.find((name) => name === words[0])
      if (shell === undefined || words.length > 1) {
        command.error(`error: name one shell: ${shells.join(', ')}`, { exitCode: 64 })
      } else context.output.result({ shell, script: scripts[shell] }, () => scripts[shell])
    })
}
