import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { openStateDirectory } from '../../src/worker/state-directory.ts'
import { lockStateDirectory } from '../../src/worker/worker-lock.ts'

async function folder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'cdc-lock-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

const locker = `
  import { lockStateDirectory } from ${JSON.stringify(join(import.meta.dirname, '../../src/worker/worker-lock.ts'))}
  const held = lockStateDirectory(process.argv[1])
  console.log('held')
  setInterval(() => held, 1000)
`

test('a second worker is refused, names the first, and gets in when that was killed', async () => {
  await using state = await folder()
  const child = spawn(process.execPath, ['--input-type=module', '-e', locker, state.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(child.stdout, 'data')
    assert.throws(
      () => lockStateDirectory(state.path),
      (error) =>
        error instanceof CdcError && error.code === 'CDC-W01' && error.what.includes(`process id ${child.pid} `),
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    using again = lockStateDirectory(state.path)
    assert.equal((await readFile(join(state.path, 'worker.pid'), 'utf8')).trim(), String(process.pid))
    assert.ok(again)
  } finally {
    child.kill('SIGKILL')
  }
})

test('a pid that lives again means nothing', async () => {
  await using state = await folder()
  await writeFile(join(state.path, 'worker.pid'), `${process.pid}\n`)
  using lock = lockStateDirectory(state.path)
  assert.ok(lock)
})

test('within one process the lock is as exclusive, and free after its end', async () => {
  await using state = await folder()
  {
    using lock = lockStateDirectory(state.path)
    assert.ok(lock)
    assert.throws(() => lockStateDirectory(state.path), { code: 'CDC-W01' })
  }
  using again = lockStateDirectory(state.path)
  assert.ok(again)
})

test('the state directory is for its owner only, also when it was there with another mode', async () => {
  await using state = await folder()
  const root = join(state.path, 'a', 'b')
  const directory = await openStateDirectory(root)
  for (const path of Object.values(directory)) assert.equal((await stat(path)).mode & 0o777, 0o700)
})
