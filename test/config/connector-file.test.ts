import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listConnectorFiles, loadConnectorFile } from '../../src/config/connector-file.ts'
import { formatEnvLine } from '../../src/config/env-file.ts'
import { errorsOf, passwords, temporaryProject, thrownBy } from './temporary-project.ts'

const sourcePath = 'connectors/sources/mariadb/trading.json'

const loadErrors = (content: string, env = ''): readonly string[] => {
  using project = temporaryProject({ [sourcePath]: content, '.env': env })
  return errorsOf(() => loadConnectorFile(project.load(), 'source', 'trading'), project.directory)
}

test('a file is read with comments, numbers and booleans as texts, and knows its lines', () => {
  using project = temporaryProject({
    [sourcePath]:
      '// head\n{\n  "name": "mariadb-trading-connector",\n  "config": {\n    "tasks.max": 1, // one\n    "include.query": false,\n    "database.hostname": "${TRADING_HOST}",\n    "nothing": null\n  }\n}\n',
    '.env': 'TRADING_HOST=db\n',
  })
  const file = loadConnectorFile(project.load(), 'source', 'trading')
  assert.equal(file.name, 'mariadb-trading-connector')
  assert.deepEqual(file.config, { 'tasks.max': '1', 'include.query': 'false', 'database.hostname': 'db' })
  assert.equal(file.where('database.hostname'), `${project.directory}/${sourcePath}:7:5`)
  assert.equal(file.where('name'), `${project.directory}/${sourcePath}:3:3`)
  assert.equal(file.where('absent'), `${project.directory}/${sourcePath}:1:1`)
})

test('broken JSON is an error at its place', () => {
  assert.deepEqual(loadErrors('{\n  "name": "x"\n  "config": {}\n}\n'), [`CDC-C04 ${sourcePath}:3:3: comma expected`])
  assert.deepEqual(loadErrors('{ "name": "x", "config": { "a": "1", } }'), [
    `CDC-C04 ${sourcePath}:1:38: property name expected (is there a comma too many before?)`,
    `CDC-C04 ${sourcePath}:1:38: value expected`,
  ])
  assert.deepEqual(loadErrors('[]'), [`CDC-C04 ${sourcePath}:1:1: a JSON object is expected`])
  assert.deepEqual(loadErrors('{\n"name": "x", "config": {\n"a": "1",\n  "a": "2" } }'), [
    `CDC-C04 ${sourcePath}:4:3: "a" stands there twice`,
  ])
})

test('undefined and empty variables are errors with file and line, and with the line for .env', () => {
  const content =
    '{ "name": "x", "config": {\n  "database.hostname": "${TRADING_HOST}",\n  "database.user": "${TRADING_USER}"\n} }'
  assert.deepEqual(loadErrors(content, 'TRADING_USER=\n'), [
    `CDC-C03 ${sourcePath}:2:3: database.hostname: TRADING_HOST is not defined`,
    `CDC-C03 ${sourcePath}:3:3: database.user: TRADING_USER is defined but empty`,
  ])
  using project = temporaryProject({ [sourcePath]: content })
  const [error] = thrownBy(() => loadConnectorFile(project.load(), 'source', 'trading'))
  assert.equal(error?.fix, `add to ${project.directory}/.env:\nTRADING_HOST=…`)
})

test('what does not belong beside name and config, or is missing, is said', () => {
  assert.deepEqual(loadErrors('{ "name": "x",\n "topic.prefix": "y", "config": {} }'), [
    `CDC-C05 ${sourcePath}:2:2: "topic.prefix" is not known here`,
  ])
  assert.deepEqual(loadErrors('{ "name": "x" }'), [`CDC-C07 ${sourcePath}:1:1: "config" with the options is missing`])
  assert.deepEqual(loadErrors('{ "config": {} }'), [`CDC-C07 ${sourcePath}:1:1: "name" is missing`])
  assert.deepEqual(loadErrors('{ "name": "x", "config": { "name": "y" } }'), [
    `CDC-C06 ${sourcePath}:1:28: the name within "config" is another one than x`,
  ])
  assert.deepEqual(loadErrors('{ "name": "x", "config": { "a": ["b"], "c": {} } }'), [
    `CDC-C06 ${sourcePath}:1:33: "a" must be a text, not an array`,
    `CDC-C06 ${sourcePath}:1:45: "c" must be a text, not an object`,
  ])
})

test('a database without a file is an error that names those there are', () => {
  using project = temporaryProject({ [sourcePath]: '{}', 'connectors/sinks/postgres/finance.json': '{}' })
  const [error] = thrownBy(() => loadConnectorFile(project.load(), 'source', 'tradng'))
  assert.equal(error?.code, 'CDC-C08')
  assert.equal(error?.fix, 'did you mean trading?')
  assert.equal(thrownBy(() => loadConnectorFile(project.load(), 'source', '../../../etc/passwd'))[0]?.code, 'CDC-C08')
  assert.deepEqual(
    listConnectorFiles(project.load()).map(({ kind, database }) => `${kind} ${database}`),
    ['source trading', 'sink finance'],
  )
})

test('every password arrives as it stands in .env', () => {
  const content = '{ "name": "x", "config": { "database.password": "${P}" } }'
  using project = temporaryProject({ [sourcePath]: content })
  for (const password of passwords(300)) {
    project.write('.env', formatEnvLine('P', password))
    assert.equal(loadConnectorFile(project.load(), 'source', 'trading').config['database.password'], password)
  }
})
