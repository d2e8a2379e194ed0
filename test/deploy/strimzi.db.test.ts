import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { makeProject } from '../harness/project.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import { startPostgres } from '../harness/start-postgres.ts'

const resource = z.looseObject({ spec: z.looseObject({ config: z.record(z.string(), z.unknown()) }) })

test('cdc export strimzi looks at the tables, as cdc register does, with references in the place of secrets', async () => {
  await using mariadb = await startMariadb()
  await using postgres = await startPostgres()
  await mariadb.createDatabases('xchange_trading')
  await mariadb.query('CREATE TABLE xchange_trading.t_deal (id INT PRIMARY KEY, confirmed TINYINT(1), open_for TIME)')
  await using project = await makeProject({
    postgres,
    connectors: 'repository',
    databases: [{ name: 'trading', mariadb, schema: 'xchange_trading', tables: ['t_deal'] }],
  })
  const online = await project.cdc(['export', 'strimzi', 'trading'])
  assert.equal(online.code, 0, online.stderr)
  const offline = await project.cdc(['export', 'strimzi', 'trading', '--offline'])
  const source = (text: string): unknown => parseAllDocuments(text).map((each): unknown => each.toJS())[1]
  const [looked, written] = [online, offline].map(({ stdout }) => resource.parse(source(stdout)).spec.config)
  assert.equal(looked?.['database.password'], '${env:TRADING_PASS}')
  assert.equal(looked?.['enable.time.adjuster'], 'false')
  for (const [key, value] of Object.entries(written ?? {})) if (key !== 'converters') assert.equal(looked?.[key], value)
  for (const { stdout } of [online, offline])
    for (const secret of [mariadb.settings.password, postgres.settings.password]) assert.ok(!stdout.includes(secret))
})
