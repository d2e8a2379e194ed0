// Comparing while changes go on, with a target that is behind: what a sink is like that cannot be made to stop.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { verify, type VerifyOptions } from '../../src/verify/verify.ts'
import type { VerifyResult } from '../../src/verify/verify-report.ts'
import { startBothServers } from '../harness/both-servers.ts'
import { configs, load, type Configs } from '../migrate/configs.ts'

const { mariadb, postgres } = await startBothServers()

async function loaded(database: string): Promise<Configs> {
  await mariadb.createDatabases(database)
  await postgres.query('DROP SCHEMA IF EXISTS mp_cdc CASCADE; DROP SCHEMA IF EXISTS cdc CASCADE')
  await mariadb.query(`CREATE TABLE ${database}.t (id INT PRIMARY KEY, v INT NOT NULL);
    INSERT INTO ${database}.t SELECT seq, seq FROM mysql.seq_1_to_5000`)
  const between = configs(mariadb, postgres, database)
  await load(between)
  return between
}

async function check(between: Configs, settle: VerifyOptions['settle'], timeoutMs = 60_000): Promise<VerifyResult> {
  const signal = new AbortController().signal
  return await verify({ ...between, signal, log: createLogger('silent'), timeoutMs, settle })
}

/** Applies what the source had when it was asked, and only that. */
async function applyAll(database: string): Promise<void> {
  const rows = await mariadb.query(`SELECT id, v FROM ${database}.t WHERE v < 0`)
  const values = rows.map(({ id, v }) => `(${String(id)}, ${String(v)})`).join(', ')
  if (values !== '') {
    await postgres.query(`INSERT INTO mp_cdc.t (id, v) VALUES ${values} ON CONFLICT (id) DO UPDATE SET v = excluded.v`)
  }
  const kept = await mariadb.query(`SELECT id FROM ${database}.t WHERE id > 4990`)
  const ids = kept.map(({ id }) => String(id)).join(', ')
  await postgres.query(`DELETE FROM mp_cdc.t WHERE id > 4990 AND id NOT IN (${ids})`)
}

test('rows that are only late are equal; rows that stay another way are named', async () => {
  const between = await loaded('late')
  await mariadb.query(`UPDATE late.t SET v = -v WHERE id IN (1, 2, 3000); DELETE FROM late.t WHERE id = 4999;
    INSERT INTO late.t VALUES (9001, -1)`)
  const late = await check(between, () => applyAll('late'))
  assert.deepEqual([late.equal, late.tables[0]?.sourceRows], [true, 5000])

  await postgres.query(`UPDATE mp_cdc.t SET v = 7 WHERE id = 10; DELETE FROM mp_cdc.t WHERE id = 11;
    INSERT INTO mp_cdc.t VALUES (-7, 1)`)
  await mariadb.query('UPDATE late.t SET v = -v WHERE id BETWEEN 100 AND 120')
  const wrong = await check(between, () => applyAll('late'))
  assert.deepEqual(wrong.tables[0]?.differences.map(({ kind, key }) => `${kind} ${key}`).sort(), [
    'different id=10',
    'extra id=-7',
    'missing id=11',
  ])
})

test('a row that changes each time it is looked at is not called different', async () => {
  const between = await loaded('restless')
  let round = 0
  // The target comes to what the source had before this call, and the source has moved on by then.
  const settle = async (): Promise<void> => {
    await applyAll('restless')
    await mariadb.query(`UPDATE restless.t SET v = ${-1000 - round++} WHERE id = 5`)
  }
  await assert.rejects(
    check(between, settle, 1000),
    (thrown: unknown) =>
      thrown instanceof CdcError && thrown.code === 'CDC-V02' && /kept changing|changed each time/.test(thrown.what),
  )
  const calm = await check(between, () => applyAll('restless'))
  assert.equal(calm.equal, true)
})
