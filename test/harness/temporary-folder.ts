import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// One folder a process (or a whole test run, when the runner made it and says so in CDC_TEST_ROOT).
// It must be traversable: servers run as other users when we are root.
let root: string | undefined

/** The folder of this run; removed when the process (or the run) ends. */
export function temporaryRoot(): string {
  if (root !== undefined) return root
  const given = process.env['CDC_TEST_ROOT']
  if (given !== undefined && given !== '') {
    root = given
    mkdirSync(root, { recursive: true, mode: 0o755 })
    return root
  }
  const made = mkdtempSync(join(tmpdir(), 'cdc-test-'))
  chmodSync(made, 0o755)
  process.on('exit', () => rmSync(made, { recursive: true, force: true, maxRetries: 3 }))
  root = made
  return made
}

/** A new empty folder below the root. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(temporaryRoot(), `${name}-`))
  chmodSync(folder, 0o755)
  return folder
}
