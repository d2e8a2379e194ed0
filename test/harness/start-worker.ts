import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from './project.ts'
import { cdcProgram, cleanEnvironment } from './run-process.ts'
import { endProcess, startServer } from './server-process.ts'

export interface WorkerHandle extends AsyncDisposable {
  readonly pid: number
  readonly running: boolean
  /** SIGKILL; returns when the process is gone. */
  kill9(): Promise<void>
  /** SIGTERM; returns its exit code (null: it had to be killed). */
  stop(): Promise<number | null>
  /** Everything it has written since the project's first worker. */
  log(): string
}

export interface WorkerOptions {
  readonly args?: readonly string[]
  /** Extra variables, CDC_FAILPOINT for instance. */
  readonly env?: Readonly<Record<string, string>>
  /** false: returns at once; for killing it while it starts. */
  readonly waitUntilReady?: boolean
}

/** Starts `cdc worker` for a project and returns when its REST API answers. */
export async function startWorker(project: TestProject, options: WorkerOptions = {}): Promise<WorkerHandle> {
  const logFile = join(project.directory, 'worker.log')
  const process_ = await startServer({
    name: 'cdc worker',
    command: cdcProgram,
    args: ['worker', ...(options.args ?? [])],
    user: undefined,
    logFile,
    cwd: project.directory,
    env: cleanEnvironment(options.env),
    readyTimeoutMs: 30_000,
    ready: async () => {
      if (options.waitUntilReady === false) return
      const answer = await fetch(project.workerUrl, { signal: AbortSignal.timeout(2000) })
      if (!answer.ok && answer.status !== 401) throw new Error(`GET / answered ${answer.status}`)
    },
  })
  return {
    pid: process_.pid,
    get running() {
      return process_.running
    },
    kill9: async () => await endProcess(process_, 'SIGKILL'),
    async stop() {
      await endProcess(process_, 'SIGTERM')
      return (await process_.exited).code
    },
    log: () => readFileSync(logFile, 'utf8'),
    async [Symbol.asyncDispose]() {
      await endProcess(process_, 'SIGTERM', 10_000)
    },
  }
}
