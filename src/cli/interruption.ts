/** Why the process was asked to stop. */
export class Interrupted extends Error {
  readonly signalName: 'SIGINT' | 'SIGTERM'

  constructor(signalName: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signalName}`)
    this.name = 'Interrupted'
    this.signalName = signalName
  }

  /** What a shell expects of a process that ended by that signal. */
  get exitCode(): number {
    return this.signalName === 'SIGINT' ? 130 : 143
  }
}

/** Aborts at the first Ctrl-C or SIGTERM, so that work ends in order; the second one ends the process at once. */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      const interrupted = new Interrupted(name)
      if (controller.signal.aborted) process.exit(interrupted.exitCode)
      controller.abort(interrupted)
    })
  }
  return controller.signal
}
