// pgloader with its default settings, as a peer of the bulk load: apt-get install pgloader.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import type { PostgresServer } from '../test/harness/start-postgres.ts'

export function hasPgloader(): boolean {
  return spawnSync('pgloader', ['--version']).status === 0
}

/**
 * Copies a whole database into the PostgreSQL schema of its name. `settings`: what stands behind WITH, for instance
 * `prefetch rows = 10000`. @throws Error with what it said
 */
export async function pgloader(
  source: MariadbServer,
  target: PostgresServer,
  { database, settings }: { readonly database: string; readonly settings?: string },
): Promise<void> {
  const { host, port, user, password } = source.admin
  const folder = mkdtempSync(join(tmpdir(), 'pgloader-'))
  try {
    const file = join(folder, 'bench.load')
    const from = `mysql://${user}:${password}@${host}:${port}/${database}`
    const withClause = settings === undefined ? '' : `WITH ${settings}`
    writeFileSync(file, `LOAD DATABASE FROM ${from} INTO ${target.databaseUrl} ${withClause};\n`)
    // Without stdin: when its heap is full, it would wait there for somebody who debugs it.
    const child = spawn('pgloader', [file], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += String(chunk)))
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    // It ends with 0 also after a FATAL one.
    if (code !== 0 || /FATAL|ERROR/.test(said)) throw new Error(`pgloader: ${said.slice(0, 1500)}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
