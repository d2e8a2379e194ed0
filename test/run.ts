// npm run test:pure | test:db | test:scenarios | test:connect | test, or:
// node_modules/.bin/node test/run.ts pure|db|scenarios|connect|all [part of a file's path …]
// Runs the tests of one kind, or the checks and all of them, and ends with the line `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, chmodSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { finished } from 'node:stream/promises'

type Kind = 'pure' | 'db' | 'scenarios' | 'connect'

interface Tally {
  passed: number
  failed: number
}

const repository = resolve(import.meta.dirname, '..')
/** Of the tests on the real Kafka Connect `all` runs those that show it as a whole; all of them take a quarter of an hour. */
const connectInAll = ['test/connect/']
const kinds: readonly Kind[] = ['pure', 'db', 'scenarios', 'connect']
/** The longest that one file may take. */
const limits: Readonly<Record<Kind, number>> = { pure: 120_000, db: 180_000, scenarios: 300_000, connect: 420_000 }

function filesOf(kind: Kind, filters: readonly string[]): readonly string[] {
  return readdirSync(join(repository, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .filter((name) => {
      if (name.startsWith('scenarios/')) return kind === 'scenarios'
      if (name.endsWith('.connect.test.ts')) return kind === 'connect'
      return kind === (name.endsWith('.db.test.ts') ? 'db' : 'pure')
    })
    .filter((name) => filters.length === 0 || filters.some((filter) => join('test', name).includes(filter)))
    .sort()
    .map((name) => join(repository, 'test', name))
}

/** Failures are counted where they happen: a test whose own subtest failed is not counted once more. */
async function runKind(kind: Kind, filters: readonly string[], tally: Tally): Promise<void> {
  const files = filesOf(kind, filters)
  if (files.length === 0) return
  process.stdout.write(`\n== ${kind}: ${files.length} files\n`)
  const tests = run({
    files: [...files],
    // Pure tests share one process, which saves starting Node for each file. Database tests and scenarios start
    // servers: one file after the other keeps the load of a small machine, and so the times, foreseeable.
    // `forceExit`: a loop that a failed test left behind must not hold up the run.
    ...(kind === 'pure' ? { isolation: 'none' as const } : { concurrency: kind === 'db' ? 2 : 1, forceExit: true }),
    timeout: limits[kind],
  })
  tests.on('test:pass', (event) => {
    if (event.details.type !== 'suite' && event.skip === undefined && event.todo === undefined && !isFile(event.name))
      tally.passed++
  })
  tests.on('test:fail', (event) => {
    const { error } = event.details
    const onlySubtests = 'failureType' in error && error.failureType === 'subtestsFailed'
    if (!onlySubtests && event.todo === undefined) tally.failed++
  })
  const output = tests.compose(spec)
  output.pipe(process.stdout, { end: false })
  await finished(output)
}

function isFile(name: string): boolean {
  return name.endsWith('.test.ts') && existsSync(resolve(repository, name))
}

/** Compiler, linter, formatter, architecture: one check, passed or failed. */
function runChecks(tally: Tally): void {
  process.stdout.write('\n== npm run check\n')
  const { status } = spawnSync('npm', ['run', '-s', 'check'], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status === 0) tally.passed++
  else tally.failed++
  process.stdout.write(status === 0 ? '✔ npm run check\n' : '✖ npm run check\n')
}

const [wanted = '', ...filters] = process.argv.slice(2)
const chosen = wanted === 'all' ? kinds : kinds.filter((kind) => kind === wanted)
if (chosen.length === 0) {
  process.stderr.write('node test/run.ts pure|db|scenarios|connect|all [part of a path …]\n')
  process.exit(64)
}

// Everything that tests leave behind lies in one folder, which goes away with the run however a test file ended.
const root = mkdtempSync(join(tmpdir(), 'cdc-test-'))
chmodSync(root, 0o755)
process.env['CDC_TEST_ROOT'] = root
process.on('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

const started = Date.now()
const tally: Tally = { passed: 0, failed: 0 }
if (wanted === 'all' && filters.length === 0) runChecks(tally)
for (const kind of chosen) {
  const whole = wanted === 'all' && kind === 'connect' && filters.length === 0
  await runKind(kind, whole ? connectInAll : filters, tally)
}
if (tally.passed + tally.failed === 0) {
  process.stdout.write(`no test matches ${filters.map((filter) => relative('.', filter)).join(' ')}\n`)
  tally.failed++
}
process.stdout.write(
  `\n${Math.round((Date.now() - started) / 1000)} s\n${tally.passed} passed, ${tally.failed} failed\n`,
)
process.exit(tally.failed === 0 ? 0 : 1)
