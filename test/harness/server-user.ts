import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'

/** Whom a server runs as: servers refuse root, so as root we take the account of its package. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** undefined: we are no root, the server runs as ourselves. */
export function serverUser(name: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const account = accounts.find(([user]) => user === name) ?? accounts.find(([user]) => user === 'nobody')
  if (account === undefined) throw new Error(`neither the account ${name} nor nobody is in /etc/passwd`)
  return { uid: Number(account[2]), gid: Number(account[3]) }
}

/**
 * The command wrapped so that it runs as that user and gets `signal` from the kernel when this process dies, however
 * it dies. Where setpriv is missing (it is part of util-linux) only the exit handler of server-process.ts is left.
 */
export function wrapCommand(
  command: string,
  args: readonly string[],
  user: ServerUser | undefined,
): { command: string; args: readonly string[] } {
  if (!hasSetpriv()) {
    if (user !== undefined) throw new Error('setpriv was not found; install it: apt-get install -y util-linux')
    return { command, args }
  }
  const as = user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  return { command: 'setpriv', args: [...as, '--pdeathsig', 'KILL', '--', command, ...args] }
}

let setprivFound: boolean | undefined

function hasSetpriv(): boolean {
  if (setprivFound === undefined) {
    try {
      execFileSync('setpriv', ['--version'], { stdio: 'ignore' })
      setprivFound = true
    } catch {
      setprivFound = false
    }
  }
  return setprivFound
}
