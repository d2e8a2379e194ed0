import assert from 'node:assert/strict'
import { mkdirSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadEnvironment } from '../../src/config/environment.ts'
import { findProject } from '../../src/config/project.ts'
import { errorsOf, temporaryProject, thrownBy } from './temporary-project.ts'

test('the project is here, above, or where -C says', () => {
  using project = temporaryProject()
  const deep = join(project.directory, 'a/b')
  mkdirSync(deep, { recursive: true })
  assert.equal(findProject(project.directory).directory, project.directory)
  assert.equal(findProject(deep).directory, project.directory)
  assert.equal(findProject('/', project.directory).directory, project.directory)
  assert.equal(findProject(deep, '../..').directory, project.directory)
})

test('without connectors/ there is no project', () => {
  using project = temporaryProject()
  const above = realpathSync(tmpdir())
  assert.deepEqual(
    errorsOf(() => findProject(above)),
    [`CDC-C02 ${above}: no connectors/ here or in any directory above`],
  )
  const inside = join(project.directory, 'connectors')
  assert.deepEqual(
    errorsOf(() => findProject(project.directory, inside)),
    [`CDC-C02 ${inside}: no connectors/ in this directory`],
  )
})

test('the process environment wins over .env, and an empty setting is none', () => {
  using project = temporaryProject({ '.env': 'A=file\nB=file\nDEBEZIUM_URL=http://h:1/\nCDC_REST_USER=u\nNO_COLOR=\n' })
  const environment = loadEnvironment(project.directory, {
    A: 'process',
    CDC_REST_PASSWORD: 'p',
    TERM: 'dumb',
    CDC_HOME: '',
  })
  assert.deepEqual({ A: environment.variables['A'], B: environment.variables['B'] }, { A: 'process', B: 'file' })
  assert.deepEqual(environment.settings, {
    home: undefined,
    workerUrl: 'http://h:1',
    listen: undefined,
    credentials: { user: 'u', password: 'p' },
    noColor: true,
    logLevel: undefined,
    failpoint: undefined,
  })
  assert.equal(loadEnvironment(join(project.directory, 'none'), {}).settings.workerUrl, 'http://127.0.0.1:8083')
})

test('a broken .env and a DEBEZIUM_URL that is none are errors', () => {
  using project = temporaryProject({ '.env': 'A=1\noops\n' })
  assert.deepEqual(
    errorsOf(() => loadEnvironment(project.directory, {}), project.directory),
    ['CDC-C10 .env:2: this is not NAME=value'],
  )
  const [error] = thrownBy(() => loadEnvironment('/nowhere', { DEBEZIUM_URL: 'user:secret@host' }))
  assert.equal(error?.code, 'CDC-C06')
  assert.equal(JSON.stringify(error).includes('secret'), false)
})
