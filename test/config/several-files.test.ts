import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkProject } from '../../src/config/check-project.ts'
import { listConnectorFiles, loadConnectorFile } from '../../src/config/connector-file.ts'
import { newDatabase } from '../../src/config/new-database.ts'
import { parseSinkConfig } from '../../src/config/sink-config.ts'
import { parseSourceConfig } from '../../src/config/source-config.ts'
import { errorsOf, temporaryProject } from './temporary-project.ts'
import type { TemporaryProject } from './temporary-project.ts'

const check = (project: TemporaryProject): readonly string[] => {
  const loaded = project.load()
  const files = listConnectorFiles(loaded).map(({ kind, database }) => loadConnectorFile(loaded, kind, database))
  return checkProject(files).map((error) => error.message.replaceAll(`${project.directory}/`, ''))
}
const file = (name: string, config: Readonly<Record<string, string>>): string =>
  JSON.stringify({ name, config }, undefined, 1)

test('what two connectors may not share is an error at the second one', () => {
  using project = temporaryProject({
    'connectors/sources/mariadb/a.json': file('one', { 'database.server.id': '1', 'topic.prefix': 'p' }),
    'connectors/sources/mariadb/b.json': file('two', { 'database.server.id': '1 ', 'topic.prefix': 'p' }),
    'connectors/sinks/postgres/a.json': file('one', { 'topic.prefix': 'p' }),
  })
  assert.deepEqual(check(project), [
    'CDC-C11 connectors/sinks/postgres/a.json:2:2: name one is also that of one (connectors/sources/mariadb/a.json:2:2)',
    'CDC-C11 connectors/sources/mariadb/b.json:4:3: database.server.id 1 is also that of one (connectors/sources/mariadb/a.json:4:3)',
    'CDC-C11 connectors/sources/mariadb/b.json:5:3: topic.prefix p is also that of one (connectors/sources/mariadb/a.json:5:3)',
  ])
})

test('a further database gets two valid files, its own server id, and lines in .env', () => {
  using project = temporaryProject({ '.env': 'A=1', '.env.example': '# example\n' })
  const first = newDatabase(project, 'ninth', { schema: 'xchange_ninth' })
  assert.deepEqual(first.toFillIn, ['NINTH_HOST', 'NINTH_USER', 'NINTH_PASS'])
  const second = newDatabase(project, 'tenth-two', { topicPrefix: 'x.y', targetSchema: 'other' })
  assert.equal(
    [...first.created, ...second.created].every((path) => existsSync(path)),
    true,
  )

  const lines = readFileSync(join(project.directory, '.env'), 'utf8')
  assert.equal(lines.startsWith('A=1\n\n# ninth\nNINTH_HOST=\nNINTH_PORT=3306\nNINTH_USER=\nNINTH_PASS=\n'), true)
  assert.match(
    readFileSync(join(project.directory, '.env.example'), 'utf8'),
    /^TENTH_TWO_TABLE_ALLOWLIST='tenth-two\\\.\.\*'$/m,
  )
  project.write(
    '.env',
    `${lines.replace(/=$/gm, '=x')}SINK_DB_URL=postgresql://h/d\nSINK_DB_USER=u\nSINK_DB_PASSWORD=p\n`,
  )

  assert.deepEqual(check(project), [])
  const loaded = project.load()
  const source = loadConnectorFile(loaded, 'source', 'ninth')
  const parsed = parseSourceConfig({ ...source.config, name: source.name })
  assert.equal(parsed.serverId, 5401)
  assert.equal(parsed.capturesTable('xchange_ninth', 'T'), true)
  const sink = loadConnectorFile(loaded, 'sink', 'tenth-two')
  const target = parseSinkConfig({ ...sink.config, name: sink.name })
  assert.deepEqual(target.targetName('tenth-two', 'T', 'x.y.tenth-two.T'), { schema: 'other', table: 't' })
  assert.equal(target.matchesTopic('x.y.tenth-two.T'), true)
  assert.equal(target.matchesTopic('xzy.tenth-two.T'), false)
})

test('nothing that exists is overwritten', () => {
  using project = temporaryProject({ 'connectors/sinks/postgres/x.json': 'mine', '.env': 'X_HOST=kept\n' })
  assert.deepEqual(
    errorsOf(() => newDatabase(project, 'x'), project.directory),
    ['CDC-C09 connectors/sinks/postgres/x.json: the file is there already'],
  )
  assert.equal(existsSync(join(project.directory, 'connectors/sources/mariadb/x.json')), false)
  assert.equal(readFileSync(join(project.directory, 'connectors/sinks/postgres/x.json'), 'utf8'), 'mine')
  rmSync(join(project.directory, 'connectors/sinks'), { recursive: true })
  assert.deepEqual(newDatabase(project, 'x').toFillIn, ['X_USER', 'X_PASS'])
  assert.equal(readFileSync(join(project.directory, '.env'), 'utf8').match(/X_HOST/g)?.length, 1)
})

test('a .env that is made is for its owner only', () => {
  using project = temporaryProject()
  newDatabase(project, 'x')
  assert.equal(statSync(join(project.directory, '.env')).mode & 0o077, 0)
})

test('names that cannot be files or connectors are refused', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cdc-config-'))
  try {
    mkdirSync(join(directory, 'connectors'))
    for (const name of ['../x', 'A B', '', 'Trading', 'x.json']) {
      assert.match(errorsOf(() => newDatabase({ directory }, name))[0] ?? '', /^CDC-C06/, name)
    }
    assert.match(errorsOf(() => newDatabase({ directory }, 'x', { topicPrefix: 'a b' }))[0] ?? '', /^CDC-C06/)
    writeFileSync(join(directory, 'connectors/sources'), 'a file where a directory belongs')
    assert.match(errorsOf(() => newDatabase({ directory }, 'x'))[0] ?? '', /^CDC-C09/)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
