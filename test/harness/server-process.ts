import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { wrapCommand } from './server-user.ts'
import type { ServerUser } from './server-user.ts'

export interface ServerCommand {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly user: ServerUser | undefined
  /** stdout and stderr are appended to it. */
  readonly logFile: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Throws as long as the server does not answer. */
  ready(): Promise<void>
  readonly readyTimeoutMs?: number
}

/** One run of a server, from its start to its end. */
export interface ServerProcess {
  readonly pid: number
  /** Resolves when the process is gone. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly running: boolean
  kill(signal: NodeJS.Signals): void
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Without a handler of its own the process would die without its exit handlers.
  process.once(signal, () => process.exit(130))
}

/** Starts a server and returns when it answers. @throws Error with the end of its log when it does not. */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const log = openSync(command.logFile, 'a')
  const logStart = readFileSync(command.logFile).length
  const wrapped = wrapCommand(command.command, command.args, command.user)
  const child = spawn(wrapped.command, wrapped.args, {
    stdio: ['ignore', log, log],
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.env === undefined ? {} : { env: command.env }),
  })
  closeSync(log)
  running.add(child)
  const { promise: exited, resolve } = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>()
  let alive = true
  const gone = (code: number | null, signal: NodeJS.Signals | null): void => {
    alive = false
    running.delete(child)
    resolve({ code, signal })
  }
  child.once('exit', gone)
  child.once('error', () => gone(null, null))
  // A server that somebody forgot must not keep the tests from ending.
  child.unref()
  const process_: ServerProcess = {
    pid: child.pid ?? 0,
    exited,
    get running() {
      return alive
    },
    kill: (signal) => void child.kill(signal),
  }
  const logged = (): string => readFileSync(command.logFile).subarray(logStart).toString('utf8').slice(-4000)
  const deadline = Date.now() + (command.readyTimeoutMs ?? 60_000)
  for (;;) {
    if (!alive) throw new ServerStartError(`${command.name} ended while it was starting:\n${logged()}`)
    try {
      await command.ready()
      return process_
    } catch (error) {
      if (Date.now() > deadline) {
        child.kill('SIGKILL')
        throw new ServerStartError(`${command.name} did not answer in time (${String(error)}):\n${logged()}`)
      }
      await sleep(30)
    }
  }
}

/** A server that did not come up; the message has the end of its log. */
export class ServerStartError extends Error {
  get addressInUse(): boolean {
    return /address already in use/i.test(this.message)
  }
}

/** Asks the process to end, and kills it when it has not within `patienceMs`. */
export async function endProcess(server: ServerProcess, signal: NodeJS.Signals, patienceMs = 20_000): Promise<void> {
  if (!server.running) return
  server.kill(signal)
  const timer = setTimeout(() => server.kill('SIGKILL'), patienceMs)
  await server.exited
  clearTimeout(timer)
}
