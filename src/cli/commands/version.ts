import type { Command } from 'commander'
import { CdcError } from '../../core/errors.ts'
import type { CommandContext } from '../context.ts'
import { packageVersion } from '../package-version.ts'

export function define(command: Command, context: CommandContext): void {
  command.action(() => showVersions(context))
}

/** The worker's version is a courtesy: outside a project, or without a worker, the own one is still the answer. */
async function showVersions(context: CommandContext): Promise<void> {
  const cdc = packageVersion()
  const worker = await workerVersion(context)
  context.output.result({ cdc, node: process.version, worker }, () => {
    const lines = [`cdc    ${cdc}`, `node   ${process.version}`]
    if (worker !== null) lines.push(`worker ${worker.runtime} ${worker.version} at ${worker.url}`)
    return lines.join('\n')
  })
}

async function workerVersion(
  context: CommandContext,
): Promise<{ url: string; runtime: string; version: string } | null> {
  try {
    const client = await context.client()
    const { detectRuntime } = await import('../../connect/runtime.ts')
    const [{ version }, runtime] = await Promise.all([client.root(), detectRuntime(client)])
    return { url: client.url, runtime, version }
  } catch (error) {
    if (error instanceof CdcError) return null
    throw error
  }
}
