// What the image's start script refuses before Java is started, and what its files say.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { program } from '../harness/find-servers.ts'
import { cleanEnvironment, repository, runProgram } from '../harness/run-process.ts'
import type { RunResult } from '../harness/run-process.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'

const image = join(repository, 'deploy/connect')
let settings: Record<string, string>

before(() => {
  const folder = temporaryFolder('start')
  for (const name of ['libs', 'secrets']) mkdirSync(join(folder, name))
  settings = {
    KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:9',
    CONNECT_JARS: folder,
    CDC_SECRETS_DIR: join(folder, 'secrets'),
    TMPDIR: folder,
  }
})

async function start(changed: Readonly<Record<string, string>>): Promise<RunResult> {
  return await runProgram(join(image, 'start.sh'), [], {
    cwd: image,
    env: cleanEnvironment({ ...settings, ...changed }),
  })
}

const login = { CDC_REST_USER: 'operator', CDC_REST_PASSWORD: 'x y' }
const refusals: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
  ['no broker', { KAFKA_BOOTSTRAP_SERVERS: '' }, /KAFKA_BOOTSTRAP_SERVERS is not set/],
  ['no jars', { CONNECT_JARS: '/nowhere' }, /no jars in \/nowhere/],
  ['a key without its secret', { CONFLUENT_API_KEY: 'k' }, /not CONFLUENT_API_SECRET/],
  ['a certificate that is not there', { KAFKA_CA_FILE: '/nowhere.pem' }, /\/nowhere\.pem cannot be read/],
  ['others may call without a login', { CDC_LISTEN: '0.0.0.0:8083' }, /Set CDC_REST_USER/],
  ['the same by IPv6', { CDC_LISTEN: '[::]:8083' }, /Set CDC_REST_USER/],
  ['a user without a password', { CDC_REST_USER: 'operator' }, /not CDC_REST_PASSWORD/],
  ['a password that Java would misread', { ...login, CDC_REST_PASSWORD: 'pässword' }, /printable ASCII/],
  ['no folder for secrets', { CDC_SECRETS_DIR: '/nowhere' }, /\/nowhere is no directory/],
]
for (const [what, changed, message] of refusals) {
  test(`start.sh refuses: ${what}`, async () => {
    const { code, stderr } = await start(changed)
    assert.equal(code, 78, stderr)
    assert.match(stderr, message)
  })
}

test('each client of the worker gets the whole login, and no file has a secret', () => {
  const text = readFileSync(join(image, 'confluent.properties'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const own = lines.filter((line) => !/^(producer|consumer|admin)\./.test(line))
  assert.equal(own.length, 4)
  for (const prefix of ['producer.', 'consumer.', 'admin.'])
    assert.deepEqual(
      lines.filter((line) => line.startsWith(prefix)),
      own.map((line) => prefix + line),
    )
  assert.match(text, /username="\$\{env:CONFLUENT_API_KEY\}" password="\$\{env:CONFLUENT_API_SECRET\}";/)
})

test('the environment provider hands out what connectors need, not the login of the REST API', () => {
  const text = readFileSync(join(image, 'worker.properties'), 'utf8')
  const pattern = /^config\.providers\.env\.param\.allowlist\.pattern=(.*)$/m.exec(text)?.[1]
  assert.ok(pattern !== undefined)
  const allowed = new RegExp(`^(?:${pattern})$`)
  for (const name of ['TRADING_PASS', 'LIVE_USER', 'SINK_DB_PASSWORD', 'CONFLUENT_API_SECRET'])
    assert.match(name, allowed)
  for (const name of ['CDC_REST_PASSWORD', 'MARIADB_ROOT_PASSWORD', 'HOME', 'AWS_SECRET_ACCESS_KEY'])
    assert.doesNotMatch(name, allowed)
})

test(
  'the scripts are what shellcheck wants',
  { skip: program('shellcheck') === undefined && 'no shellcheck' },
  async () => {
    const scripts = ['install.sh', 'start.sh', 'health.sh'].map((name) => join(image, name))
    for (const script of scripts) assert.ok(existsSync(script))
    const { code, stdout } = await runProgram('shellcheck', scripts, { cwd: image })
    assert.equal(code, 0, stdout)
  },
)
