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

/** Copies a whole database into the PostgreSQL schema of its name. @throws Error with what it said */
export async function pgloader(source: MariadbServer, target: PostgresServer, database: string): Promise<void> {
  const { host, port, user, password } = source.admin
  const folder = mkdtempSync(join(tmpdir(), 'pgloader-'))
  try {
    const file = join(folder, 'bench.load')
    const from = `mysql://${user}:${password}@${host}:${port}/${database}`
    writeFileSync(file, `LOAD DATABASE FROM ${from} INTO ${target.databaseUrl} ;\n`)
    const child = spawn('pgloader', [file], { cwd: folder })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += String(chunk)))
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    // It ends with 0 also after a FATAL one.
    if (code !== 0 || /FATAL|ERROR/.test(said)) throw new Error(`pgloader: ${said.slice(-1500)}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
