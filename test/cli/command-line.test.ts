// cdc as a process: what it prints where, and its exit codes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandTable } from '../../src/cli/command-table.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { createOutput } from '../../src/cli/output.ts'
import { createProgram, defineCommand } from '../../src/cli/program.ts'
import { freePort } from '../harness/free-port.ts'
import { cdcProgram, cleanEnvironment, runCdc, runMake } from '../harness/run-process.ts'
import type { RunResult } from '../harness/run-process.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { startScriptedServer } from '../connect/scripted-server.ts'
import type { ScriptedAnswer } from '../connect/scripted-server.ts'

const outside = temporaryFolder('nowhere')
const project = temporaryFolder('project')
mkdirSync(join(project, 'connectors/sources/mariadb'), { recursive: true })
mkdirSync(join(project, 'connectors/sinks/postgres'), { recursive: true })
writeFileSync(
  join(project, 'connectors/sources/mariadb/trading.json'),
  JSON.stringify(
    { name: 'mariadb-trading-connector', config: { 'database.password': '${TRADING_PASS}' } },
    undefined,
    2,
  ),
)
process.on('exit', () => {
  for (const directory of [outside, project]) rmSync(directory, { recursive: true, force: true })
})

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> =>
  runCdc(args, { cwd: project, env })

test('help goes to stdout and is no error, with and without a command', async () => {
  for (const args of [[], ['--help'], ['help'], ['migrate', '--help'], ['help', 'migrate']]) {
    const { code, stdout, stderr } = await runCdc(args, { cwd: outside })
    assert.equal(code, 0, args.join())
    assert.match(stdout, /^Usage: cdc /)
    assert.match(stdout, /Examples:\n/)
    assert.equal(stderr, '')
  }
})

test('every command defines itself, with a description for every option and argument', async () => {
  const unused = (): never => assert.fail('defining a command must not do anything')
  const output = createOutput({ stdout: { write: unused }, stderr: { write: unused }, format: 'human', colours: false })
  const context: CommandContext = {
    ...{ output, signal: new AbortController().signal, verbosity: 0, project: unused },
    ...{ client: unused, runtime: unused, logger: unused, wholeProgram: unused },
  }
  const program = createProgram()
  assert.equal(program.commands.length, commandTable.length)
  for (const command of program.commands) {
    await defineCommand(command, context)
    const subcommands = command.commands.length > 0 ? command.commands : [command]
    for (const defined of subcommands) {
      assert.match(defined.helpInformation(), new RegExp(`^Usage: cdc .*${defined.name()}`))
      for (const { flags, description, hidden } of defined.options) assert.ok(hidden || description !== '', flags)
      for (const argument of defined.registeredArguments) assert.notEqual(argument.description, '', argument.name())
    }
  }
})

for (const [args, pattern] of [
  [['conectors'], /unknown command 'conectors'\n {2}why: did you mean connectors\?/],
  [['migrate', '--max-worker', '2'], /unknown option '--max-worker'\n {2}why: did you mean --max-workers\?/],
  [['register', 'sorce', 'trading'], /'sorce' is invalid/],
  [['register', 'source'], /missing required argument 'database'/],
  [['connectors', 'extra'], /too many arguments/],
  [['wait', 'trading', '--timeout', 'soon'], /Write for example 90s/],
  [['migrate'], /no database is named/],
  [['offsets'], /say what to do/],
  [['explain', 'CDC-Z99'], /neither an error code nor/],
  [['-o', 'xml', 'connectors'], /Allowed choices are human, json/],
] as const) {
  test(`wrong use exits with 64: cdc ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await run(args)
    assert.equal(code, 64, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, /^error\[CDC-C01\] cdc/)
    assert.match(stderr, pattern)
    assert.match(stderr, /\n {2}fix: /)
  })
}

test('outside a project the error says how to name one', async () => {
  const { code, stderr } = await runCdc(['connectors'], { cwd: outside })
  assert.equal(code, 78)
  assert.match(stderr, /^error\[CDC-C02\]/)
  const named = await runCdc(['-C', join(outside, 'gone'), 'connectors'], { cwd: outside })
  assert.match(named.stderr, /^error\[CDC-C02\] .*gone/)
})

test('a dead worker is named with the command that starts one', async () => {
  const { code, stdout, stderr } = await run(['connectors'], { DEBEZIUM_URL: `http://127.0.0.1:${await freePort()}` })
  assert.equal(code, 69)
  assert.equal(stdout, '')
  assert.match(stderr, /^error\[CDC-W03\] http:\/\/127\.0\.0\.1:\d+: no worker answers\n.*\n {2}fix: cdc worker\n$/)
})

test('errors are JSON with -o json, wherever it stands', async () => {
  for (const args of [
    ['-o', 'json', 'conectors'],
    ['conectors', '--output=json'],
    ['wait', '-o', 'json'],
  ]) {
    const { code, stdout, stderr } = await run(args)
    assert.equal(code, 64)
    assert.equal(stdout, '')
    const { error } = JSON.parse(stderr) as { error: { code: string } }
    assert.equal(error.code, 'CDC-C01')
  }
})

test('a misspelt database is said before a worker is asked for, and a wrong file with its line', async () => {
  const env = { DEBEZIUM_URL: `http://127.0.0.1:${await freePort()}` }
  const misspelt = await run(['register', 'source', 'tradin'], env)
  assert.equal(misspelt.code, 64)
  assert.match(misspelt.stderr, /^error\[CDC-C08\] tradin: [^]*trading/)
  const undefinedVariable = await run(['register', 'source', 'trading'], env)
  assert.equal(undefinedVariable.code, 78)
  assert.match(undefinedVariable.stderr, /^error\[CDC-C03\] connectors\/sources\/mariadb\/trading\.json:4:\d+: /)
})

const trace = 'error[CDC-M02] mariadb-trading-connector: MariaDB refused the login\n  fix: check user and password'
const status = (name: string, type: string, state: string, task: string): [string, unknown] => [
  name,
  {
    status: {
      ...{ name, type, connector: { state, worker_id: 'w' } },
      tasks: [{ id: 0, state: task, worker_id: 'w', ...(task === 'FAILED' ? { trace } : {}) }],
    },
    info: { name, type, tasks: [], config: {} },
  },
]
const connectors = Object.fromEntries([
  status('postgres-sink-trading', 'sink', 'RUNNING', 'RUNNING'),
  status('mariadb-trading-connector', 'source', 'RUNNING', 'FAILED'),
]) as Record<string, { status: unknown }>

/** A Kafka Connect as far as these commands look. */
function answer({ path }: { path: string }): ScriptedAnswer {
  if (path === '/') return { json: { version: '4.1.1', commit: 'x', kafka_cluster_id: 'k' } }
  if (path.startsWith('/connectors?')) return { json: connectors }
  const known = connectors[/^\/connectors\/([^/]+)\/status$/.exec(path)?.[1] ?? '']
  return known === undefined ? { status: 404, json: { error_code: 404, message: 'no' } } : { json: known.status }
}

test('connectors: the worst first, its error in one line, one call, no colours in a pipe', async () => {
  await using server = await startScriptedServer(answer)
  const { code, stdout } = await run(['connectors'], { DEBEZIUM_URL: server.url, FORCE_COLOR: '1' })
  assert.equal(code, 0)
  assert.equal(server.seen.length, 1)
  const lines = stdout.split('\n')
  assert.match(lines[0] ?? '', /^CONNECTOR +TYPE +STATE +TASKS +ERROR$/)
  assert.match(lines[1] ?? '', /^mariadb-trading-connector +source +FAILED +0\/1 +error\[CDC-M02\] .*login$/)
  assert.match(lines[2] ?? '', /^postgres-sink-trading +sink +OK +1\/1$/)
  assert.doesNotMatch(stdout, /\u001b/)
})

test('connectors -o json is one document', async () => {
  await using server = await startScriptedServer(answer)
  const { stdout, stderr } = await run(['connectors', '-o', 'json'], { DEBEZIUM_URL: server.url })
  const document = JSON.parse(stdout) as { apiVersion: string; connectors: { name: string; state: string }[] }
  assert.equal(document.apiVersion, 'cdc/v1')
  assert.deepEqual(
    document.connectors.map(({ state }) => state),
    ['FAILED', 'OK'],
  )
  assert.equal(stderr, '')
})

test('connector-status shows the whole trace; its exit code tells only when asked', async () => {
  await using server = await startScriptedServer(answer)
  const env = { DEBEZIUM_URL: server.url }
  const shown = await run(['connector-status', 'mariadb-trading-connector'], env)
  assert.equal(shown.code, 0)
  assert.ok(shown.stdout.includes(trace))
  const asked = await run(['connector-status', 'mariadb-trading-connector', '--exit-status'], env)
  assert.equal(asked.code, 4)
  const misspelt = await run(['connector-status', 'mariadb-tradin-connector'], env)
  assert.equal(misspelt.code, 64)
  assert.match(misspelt.stderr, /did you mean mariadb-trading-connector\?/)
})

test('status --exit-status is 4 when something failed', async () => {
  await using server = await startScriptedServer(answer)
  const { code, stdout } = await run(['status', '--exit-status'], { DEBEZIUM_URL: server.url })
  assert.equal(code, 4)
  assert.match(stdout, /FAILED/)
})

test('what cannot be undone needs the name once more', async () => {
  await using server = await startScriptedServer(answer)
  const { code, stderr } = await run(['offsets', 'reset', 'postgres-sink-trading'], { DEBEZIUM_URL: server.url })
  assert.equal(code, 64)
  assert.match(stderr, /fix: cdc offsets reset postgres-sink-trading --confirm=postgres-sink-trading/)
  assert.ok(server.seen.every(({ method }) => method === 'GET'))
})

test('cdc new writes files that can be loaded once .env is filled in; a load wants its source to stream', async () => {
  const cwd = join(outside, 'fresh')
  mkdirSync(join(cwd, 'connectors'), { recursive: true })
  const made = await runCdc(['new', 'billing', '--schema', 'xchange_billing', '-o', 'json'], { cwd })
  assert.equal(made.code, 0, made.stderr)
  const { created, toFillIn } = JSON.parse(made.stdout) as { created: string[]; toFillIn: string[] }
  assert.equal(created.length, 2)
  await using server = await startScriptedServer(answer)
  const env: Record<string, string> = {
    DEBEZIUM_URL: server.url,
    ...Object.fromEntries(toFillIn.map((name) => [name, '1'])),
  }
  Object.assign(env, { SINK_DB_URL: 'jdbc:postgresql://127.0.0.1/x', SINK_DB_USER: 'u', SINK_DB_PASSWORD: 'p' })
  Object.assign(env, { KAFKA_BOOTSTRAP_SERVERS: 'k', CONFLUENT_API_KEY: 'k', CONFLUENT_API_SECRET: 's' })
  const { code, stderr } = await runCdc(['migrate', 'billing'], { cwd, env })
  assert.equal(code, 69, stderr)
  assert.match(stderr, /error\[CDC-L03\] mariadb-billing-connector: .*\n.*\n {2}fix: cdc register source billing\n$/)
})

test('a reader that goes away is no error', () => {
  const { stderr, status: code } = spawnSync('bash', ['-c', `set -o pipefail; '${cdcProgram}' --help | head -1`], {
    ...{ cwd: outside, env: cleanEnvironment(), encoding: 'utf8' },
  })
  assert.equal(stderr, '')
  assert.equal(code, 0)
})

test('completion offers commands, options, choices and databases', async () => {
  const words = async (...typed: readonly string[]): Promise<string[]> => {
    const { stdout } = await run(['completion', '--words', '--', ...typed])
    return stdout.trim().split('\n')
  }
  assert.deepEqual(await words('re'), ['register', 'restart', 'resume'])
  assert.deepEqual(await words('register', ''), ['source', 'sink'])
  assert.deepEqual(await words('register', 'source', ''), ['trading'])
  assert.deepEqual(await words('wait', 'trading', '--for', ''), ['running', 'caught-up'])
  assert.ok((await words('migrate', '--m')).includes('--max-workers'))
  for (const shell of ['bash', 'zsh', 'fish'])
    assert.match((await run(['completion', shell])).stdout, /completion --words/)
})

test('make alone lists the targets; connector-status wants C', async () => {
  const help = await runMake('help', [], { cwd: project })
  assert.match(help.stdout, /register-<database>-source/)
  assert.match(help.stdout, /sources: trading\n/)
  const { code, stderr } = await runMake('connector-status', [], { cwd: project })
  assert.equal(code, 2)
  assert.match(stderr, /^error\[CDC-C01\] make connector-status: .*\n {2}fix: .*\nmake: \*\*\* [^\n]*\n$/)
})

test('make for an unknown database shows one error block and one line of its own', async () => {
  for (const verb of ['register', 'restart', 'unregister']) {
    const { code, stderr } = await runMake(`${verb}-tradin-source`, [], { cwd: project })
    assert.equal(code, 2)
    assert.match(stderr, /^error\[CDC-C08\] tradin: [^]*trading[^]*\nmake: \*\*\* [^\n]*\n$/)
    assert.equal(stderr.match(/^error/gm)?.length, 1)
  }
})
