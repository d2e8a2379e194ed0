import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { wrapCommand } from './server-user.ts'

export const repository = resolve(import.meta.dirname, '..', '..')
export const cdcProgram = resolve(repository, 'bin', 'cdc')

export interface RunOptions {
  readonly cwd: string
  /** Beyond PATH, HOME and the like: the variables of whoever runs the tests do not reach the program. */
  readonly env?: Readonly<Record<string, string>>
  /** For stdin, which is empty otherwise. */
  readonly input?: string
  readonly timeoutMs?: number
}

export interface RunResult {
  /** null: ended by a signal. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `bin/cdc` to its end. @throws Error when it takes longer than `timeoutMs` (60 s). */
export async function runCdc(args: readonly string[], options: RunOptions): Promise<RunResult> {
  return await runProgram(cdcProgram, args, options)
}

/** Runs a target of the repository's Makefile in a project directory, as a user would. */
export async function runMake(target: string, variables: readonly string[], options: RunOptions): Promise<RunResult> {
  return await runProgram('make', ['-s', '-f', resolve(repository, 'Makefile'), target, ...variables], options)
}

/** A clean environment: what a program needs to run at all, and `extra`. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TZ'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), ...extra }
}

export async function runProgram(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const wrapped = wrapCommand(command, args, undefined)
  const child = spawn(wrapped.command, wrapped.args, {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    stdio: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined).end(options.input ?? '')
  const { promise, resolve: settle, reject } = Promise.withResolvers<RunResult>()
  const limit = options.timeoutMs ?? 60_000
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    reject(new Error(`${command} ${args.join(' ')} took longer than ${limit} ms\n${stdout}\n${stderr}`))
  }, limit)
  child.once('error', reject)
  child.once('close', (code, signal) => settle({ code, signal, stdout, stderr }))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}
