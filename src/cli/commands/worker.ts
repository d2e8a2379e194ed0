import type { Command } from 'commander'
import { examples } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { listenAddress } from '../listen-address.ts'
import { packageVersion } from '../package-version.ts'

export function define(command: Command, context: CommandContext): void {
  command
    .option(
      '--listen <host:port>',
      'where its REST API answers (default: CDC_LISTEN, else DEBEZIUM_URL, else 127.0.0.1:8083)',
    )
    .addHelpText('after', examples('cdc worker', 'cdc worker --listen 127.0.0.1:18083'))
    .action((options: { listen?: string }) => work(context, options.listen))
}

async function work(context: CommandContext, wanted: string | undefined): Promise<void> {
  const project = await context.project()
  const { settings } = project.environment
  const listen = listenAddress(wanted, settings)
  const [{ runWorker }, { createLogger }, { displayPath }] = await Promise.all([
    import('../../worker/run-worker.ts'),
    import('../../lib/logger.ts'),
    import('../../config/environment.ts'),
  ])
  await runWorker({
    stateDirectory: project.stateDirectory,
    listen,
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
    log: createLogger(logLevel(context.verbosity, settings.logLevel)),
    signal: context.signal,
    version: packageVersion(),
    onReady: (url) =>
      context.output.message(`the worker answers at ${url}, its state is in ${displayPath(project.stateDirectory)}`),
  })
}

function logLevel(verbosity: number, configured: string | undefined): 'info' | 'debug' | 'trace' | 'warn' | 'error' {
  if (verbosity > 0) return verbosity === 1 ? 'debug' : 'trace'
  const known = (['trace', 'debug', 'info', 'warn', 'error'] as const).find((level) => level === configured)
  return known ?? 'info'
}
