// Where cdc begins. Only the command that is run is loaded: `cdc --help` must answer at once.
import { CommanderError } from 'commander'
import { CdcError } from '../core/errors.ts'
import type { CommandContext } from './context.ts'
import { describeFailure } from './failure.ts'
import { Interrupted, abortOnSignals } from './interruption.ts'
import { createOutput } from './output.ts'
import { createProgram, defineCommand, peek } from './program.ts'
import type { GlobalOptions } from './program.ts'
import { usageError } from './usage-error.ts'

const words = process.argv.slice(2)
// `cdc help migrate` is `cdc migrate --help`.
process.exit(await run(words[0] === 'help' ? [...words.slice(1), '--help'] : words))

/** @returns the exit code; everything has been printed */
async function run(args: readonly string[]): Promise<number> {
  endQuietlyWhenNobodyReads()
  const program = createProgram()
  const { named, globals } = peek(args)
  const context = createContext(globals)
  try {
    if (args.length === 0) program.outputHelp()
    else {
      const command = program.commands.find((candidate) => candidate.name() === named)
      if (command !== undefined) await defineCommand(command, context)
      await program.parseAsync([...args], { from: 'user' })
    }
    return context.signal.reason instanceof Interrupted && context.signal.reason.signalName === 'SIGINT' ? 130 : 0
  } catch (error) {
    return fail(error)
  }

  function fail(error: unknown): number {
    if (context.signal.aborted && context.signal.reason instanceof Interrupted && !(error instanceof CdcError)) {
      return context.signal.reason.exitCode
    }
    // Help and --version end the parse in this way.
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const thrown = error instanceof CommanderError ? usageError(error, named ?? '') : error
    const { format, messageStyles } = context.output
    const failure = describeFailure(thrown, { format, styles: messageStyles, verbose: context.verbosity > 0 })
    if (failure.text !== '') process.stderr.write(`${failure.text}\n`)
    return failure.exitCode
  }

  function createContext(options: GlobalOptions): CommandContext {
    const signal = abortOnSignals()
    const format = wantsJson(args) ? 'json' : 'human'
    const output = createOutput({
      stdout: process.stdout,
      stderr: process.stderr,
      format,
      // hasColors knows NO_COLOR and TERM=dumb; one terminal answers for both streams.
      colours: options.color && (process.stdout.isTTY ? process.stdout : process.stderr).hasColors?.(),
    })
    const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
      let made: Promise<T> | undefined
      return () => (made ??= make())
    }
    const project = once(async () => {
      const { findProject } = await import('../config/project.ts')
      return findProject(process.cwd(), options.directory)
    })
    const client = once(async () => {
      const { createConnectClient } = await import('../connect/client.ts')
      const { workerUrl, environment } = await project()
      return createConnectClient({
        ...{ url: workerUrl, signal, onRetry: (message) => output.message(message) },
        ownCredentials: environment.settings.credentials,
      })
    })
    const context: CommandContext = {
      output,
      signal,
      verbosity: options.verbose,
      project,
      client,
      runtime: once(async () => {
        const { detectRuntime } = await import('../connect/runtime.ts')
        return detectRuntime(await client())
      }),
      logger: once(async () => {
        const { createLogger } = await import('../lib/logger.ts')
        return createLogger((['warn', 'info', 'debug'] as const)[Math.min(options.verbose, 2)] ?? 'warn')
      }),
      async wholeProgram() {
        const whole = createProgram()
        for (const command of whole.commands) await defineCommand(command, context)
        return whole
      },
    }
    return context
  }
}

/** Errors are JSON also when the arguments are so wrong that they cannot be parsed. */
function wantsJson(words: readonly string[]): boolean {
  return words.some(
    (word, i) =>
      /^(-ojson|-o=json|--output=json)$/.test(word) || (word === 'json' && /^(-o|--output)$/.test(words[i - 1] ?? '')),
  )
}

/** `cdc connectors | head -1`: the reader has gone, which is no error. */
function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
}
