import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { program } from '../harness/find-servers.ts'
import { cdcProgram, repository, runProgram } from '../harness/run-process.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'

const unit = readFileSync(join(repository, 'deploy/systemd/cdc-worker.service'), 'utf8')

test('the unit comes back by itself, keeps its state, and ends in order', () => {
  for (const line of [
    ...[
      'Restart=always',
      'StartLimitIntervalSec=0',
      'StateDirectory=cdc',
      'Environment=CDC_HOME=/var/lib/cdc NODE_ENV=production',
    ],
    ...['KillSignal=SIGTERM', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'User=cdc', 'CapabilityBoundingSet='],
  ])
    assert.ok(unit.split('\n').includes(line), line)
  assert.match(unit, /^MemoryMax=\d+G$/m)
  assert.match(unit, /^TimeoutStopSec=\d+$/m)
})

test('systemd understands it', { skip: program('systemd-analyze') === undefined && 'no systemd' }, async () => {
  const folder = temporaryFolder('systemd')
  const file = join(folder, 'cdc-worker.service')
  // What is started has to be there for systemd to be content.
  writeFileSync(file, unit.replace('/usr/local/bin/cdc', cdcProgram))
  const { code, stdout, stderr } = await runProgram('systemd-analyze', ['verify', '--man=no', file], { cwd: folder })
  assert.equal(`${stdout}${stderr}`, '')
  assert.equal(code, 0)
})
