import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadWorkerId } from '../../src/worker/worker-id.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'

test('the id stays with its directory, also when that is moved; a copy gets its own and forgets sessions', async () => {
  const root = temporaryFolder('worker-id')
  const first = join(root, 'first')
  mkdirSync(join(first, 'server-ids'), { recursive: true })
  const id = await loadWorkerId(first)
  mkdirSync(join(first, 'server-ids'), { recursive: true })
  assert.equal(await loadWorkerId(first), id)
  assert.ok(existsSync(join(first, 'server-ids')))

  const copy = join(root, 'copy')
  cpSync(first, copy, { recursive: true, preserveTimestamps: true })
  assert.notEqual(await loadWorkerId(copy), id)
  assert.ok(!existsSync(join(copy, 'server-ids')))

  renameSync(first, join(root, 'moved'))
  assert.equal(await loadWorkerId(join(root, 'moved')), id)
})
