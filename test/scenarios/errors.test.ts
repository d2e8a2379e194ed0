// What goes wrong in a user's first hour: each mistake has its code, a way out and an exit code, and no stack trace.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePort } from '../harness/free-port.ts'
import { startPipeline } from '../harness/pipeline.ts'
import type { Pipeline } from '../harness/pipeline.ts'
import { cdcProgram, runCdc, runProgram } from '../harness/run-process.ts'
import type { RunResult } from '../harness/run-process.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { waitFor } from '../harness/wait-for.ts'

const sql = `CREATE TABLE T_DEAL (id INT PRIMARY KEY, name VARCHAR(40)); INSERT INTO T_DEAL VALUES (1, 'one'), (2, 'zwei');`

function assertError(result: RunResult, code: string, exit: number, ...words: readonly RegExp[]): void {
  const all = `${result.stdout}\n${result.stderr}`
  assert.match(result.stderr, new RegExp(`error\\[${code}\\] `), all)
  assert.equal(result.code, exit, all)
  assert.match(result.stderr, /^ {2}fix: \S/m, 'a way out is shown')
  assert.doesNotMatch(all, /^\s+at .*\(.*:\d+:\d+\)/m, 'no stack trace')
  for (const word of words) assert.match(result.stderr, word)
}

describe('mistakes', () => {
  let pipeline: Pipeline
  before(async () => {
    pipeline = await startPipeline({ sql, tables: ['T_DEAL'] })
  })
  after(async () => await pipeline[Symbol.asyncDispose]())

  const source = (): string => pipeline.project.connectorPath('source', 'trading')
  /** Runs with another text in the source's file, which is put back afterwards. */
  const withSource = async (change: (text: string) => string, args: readonly string[]): Promise<RunResult> => {
    const original = readFileSync(source(), 'utf8')
    writeFileSync(source(), change(original))
    try {
      return await pipeline.project.cdc(args)
    } finally {
      writeFileSync(source(), original)
    }
  }
  const withEnv = async (
    changes: Readonly<Record<string, string | null>>,
    args: readonly string[],
  ): Promise<RunResult> => {
    const kept = Object.fromEntries(Object.keys(changes).map((name) => [name, pipeline.project.env(name) ?? null]))
    pipeline.project.setEnv(changes)
    try {
      return await pipeline.project.cdc(args)
    } finally {
      pipeline.project.setEnv(kept)
    }
  }
  const registerSource = ['register', 'source', 'trading']

  test('no project', async () => {
    assertError(await runCdc(['connectors'], { cwd: temporaryFolder('empty') }), 'CDC-C02', 78)
  })

  test('an unknown command and an unknown option', async () => {
    assertError(await pipeline.project.cdc(['registr', 'source', 'trading']), 'CDC-C01', 64, /register/)
    assertError(await pipeline.project.cdc(['connectors', '--frobnicate']), 'CDC-C01', 64)
    assertError(await pipeline.project.cdc(['register', 'source']), 'CDC-C01', 64)
  })

  test('an empty list of tables is not a list that holds', async () => {
    for (const command of ['verify', 'migrate']) {
      assertError(await pipeline.project.cdc([command, 'trading', '--tables', ' ,']), 'CDC-C01', 64)
    }
  })

  test('an unknown database offers the near one', async () => {
    assertError(await pipeline.project.cdc(['register', 'source', 'tradin']), 'CDC-C08', 64, /trading/)
  })

  test('an undefined variable is named with file and line', async () => {
    const result = await withEnv({ TRADING_PASS: null }, registerSource)
    assertError(result, 'CDC-C03', 78, /TRADING_PASS/, /connectors\/sources\/mariadb\/trading\.json:\d+/)
  })

  test('a file that is not JSON is named with its line', async () => {
    const result = await withSource((text) => text.replace('"tasks.max"', '"tasks.max'), registerSource)
    assertError(result, 'CDC-C04', 78, /connectors\/sources\/mariadb\/trading\.json:\d+/)
  })

  test('an unknown key offers the near one', async () => {
    const result = await withSource(
      (text) => text.replace('"table.include.list"', '"table.includ.list"'),
      registerSource,
    )
    assertError(result, 'CDC-C05', 78, /table\.include\.list/)
  })

  test('a value that is not accepted', async () => {
    const result = await withSource((text) => text.replace('"no_data"', '"nodata"'), registerSource)
    assertError(result, 'CDC-C06', 78, /snapshot\.mode/)
  })

  test('a required key that is missing', async () => {
    const result = await withSource((text) => text.replace(/^.*"topic\.prefix".*\n/m, ''), registerSource)
    assertError(result, 'CDC-C07', 78, /topic\.prefix/)
  })

  test('no worker answers', async () => {
    const result = await withEnv({ DEBEZIUM_URL: `http://127.0.0.1:${await freePort()}` }, ['connectors'])
    assertError(result, 'CDC-W03', 69, /cdc worker/)
  })

  test('a second worker for the same state', async () => {
    const result = await withEnv({ DEBEZIUM_URL: `http://127.0.0.1:${await freePort()}` }, ['worker'])
    assertError(result, 'CDC-W01', 69)
  })

  test('a worker on an address that is taken', async () => {
    const port = await freePort()
    const server = createServer().listen(port, '127.0.0.1')
    try {
      const home = temporaryFolder('other-state')
      assertError(
        await withEnv({ DEBEZIUM_URL: `http://127.0.0.1:${port}`, CDC_HOME: home }, ['worker']),
        'CDC-W05',
        69,
      )
    } finally {
      server.close()
    }
  })

  test('a worker would listen to the network without a password', async () => {
    const result = await withEnv({ CDC_HOME: temporaryFolder('other-state') }, [
      'worker',
      '--listen',
      `0.0.0.0:${await freePort()}`,
    ])
    assertError(result, 'CDC-W02', 78)
  })

  test('an unknown connector', async () => {
    assertError(await pipeline.project.cdc(['connector-status', 'mariadb-tradin-connector']), 'CDC-C08', 64)
  })

  test('errors come as JSON with -o json', async () => {
    const result = await pipeline.project.cdc(['register', 'source', 'tradin', '-o', 'json'])
    assert.equal(result.code, 64)
    const answer = JSON.parse(result.stderr) as { error: { code: string; fix: string } }
    assert.equal(answer.error.code, 'CDC-C08')
    assert.ok(answer.error.fix.length > 0)
  })

  test('no node 24: bin/cdc says so itself', async () => {
    const folder = temporaryFolder('no-node')
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/cdc'), readFileSync(cdcProgram), { mode: 0o755 })
    for (const tool of ['dirname', 'readlink', 'sh'])
      writeFileSync(join(folder, 'bin', tool), `#!/bin/sh\nexec /usr/bin/${tool} "$@"\n`, { mode: 0o755 })
    const result = await runProgram('env', ['-i', `PATH=${join(folder, 'bin')}`, '/bin/sh', join(folder, 'bin/cdc')], {
      cwd: folder,
    })
    assert.equal(result.code, 69)
    assert.match(result.stderr, /error\[CDC-C00\]/)
    rmSync(folder, { recursive: true })
  })
})

describe('servers that do not do what they should', () => {
  let pipeline: Pipeline
  before(async () => {
    pipeline = await startPipeline({ sql, tables: ['T_DEAL'] })
  })
  after(async () => await pipeline[Symbol.asyncDispose]())

  interface Mistake {
    readonly kind: 'source' | 'sink'
    readonly code: string
    readonly words?: readonly RegExp[]
    make(): Promise<unknown> | void
    mend(): Promise<unknown> | void
  }

  /** Registering either says what is wrong, or the connector goes on trying and `cdc status` says why. */
  const assertRefused = async ({ kind, code, words = [], make, mend }: Mistake): Promise<void> => {
    const name = kind === 'source' ? 'mariadb-trading-connector' : 'postgres-sink-trading'
    await make()
    try {
      const result = await pipeline.project.cdc(['register', kind, 'trading', '--timeout', '20s'])
      let seen = `${result.stdout}\n${result.stderr}`
      if (seen.includes(code)) assert.notEqual(result.code, 0)
      else {
        seen = await waitFor(
          async () => {
            const status = await pipeline.project.cdc(['status'])
            if (status.stdout.includes(code)) return status.stdout
            throw new Error(`${seen}\n${status.stdout}\n${status.stderr}`)
          },
          { what: `${name} to show ${code}`, timeoutMs: 10_000, everyMs: 250 },
        )
      }
      for (const word of words) assert.match(seen, word)
      assert.doesNotMatch(seen, /wrong-secret/, 'no password in any output')
      assert.doesNotMatch(seen, new RegExp(pipeline.mariadb.settings.password), 'no password in any output')
    } finally {
      await mend()
      await pipeline.project.cdc(['unregister', kind, 'trading'])
    }
  }
  const withLine = (name: string, value: () => string): Pick<Mistake, 'make' | 'mend'> => {
    let kept = ''
    return {
      make() {
        kept = pipeline.project.env(name) ?? ''
        pipeline.project.setEnv({ [name]: value() })
      },
      mend: () => pipeline.project.setEnv({ [name]: kept }),
    }
  }
  let unusedPort = 0
  before(async () => {
    unusedPort = await freePort()
  })

  test('MariaDB: wrong password', async () => {
    await assertRefused({ kind: 'source', code: 'CDC-M02', ...withLine('TRADING_PASS', () => 'wrong-secret-7') })
  })

  test('MariaDB: nobody answers', async () => {
    await assertRefused({ kind: 'source', code: 'CDC-M01', ...withLine('TRADING_PORT', () => String(unusedPort)) })
  })

  test('MariaDB: binlog_format', async () => {
    await assertRefused({
      ...{ kind: 'source', code: 'CDC-M04', words: [/binlog_format/] },
      make: async () => await pipeline.mariadb.query("SET GLOBAL binlog_format = 'MIXED'"),
      mend: async () => await pipeline.mariadb.query("SET GLOBAL binlog_format = 'ROW'"),
    })
  })

  test('MariaDB: a privilege is missing', async () => {
    await assertRefused({
      ...{ kind: 'source', code: 'CDC-M03', words: [/GRANT .*REPLICATION SLAVE/] },
      make: async () => await pipeline.mariadb.query("REVOKE REPLICATION SLAVE ON *.* FROM 'cdc'@'%'"),
      mend: async () => await pipeline.mariadb.query("GRANT REPLICATION SLAVE ON *.* TO 'cdc'@'%'"),
    })
  })

  test('a sink without a source runs and waits for one', async () => {
    await pipeline.cdc('register', 'sink', 'trading')
    await pipeline.cdc('unregister', 'sink', 'trading')
    await pipeline.cdc('register', 'source', 'trading')
  })

  test('PostgreSQL: wrong password', async () => {
    await assertRefused({ kind: 'sink', code: 'CDC-P02', ...withLine('SINK_DB_PASSWORD', () => 'wrong-secret-8') })
  })

  test('PostgreSQL: nobody answers', async () => {
    const url = (): string => `jdbc:postgresql://127.0.0.1:${unusedPort}/warehouse`
    await assertRefused({ kind: 'sink', code: 'CDC-P01', ...withLine('SINK_DB_URL', url) })
  })

  test('after all these mistakes it works', async () => {
    await pipeline.cdc('up', 'trading')
    await pipeline.source("INSERT INTO T_DEAL VALUES (3, 'trois')")
    await pipeline.equal('T_DEAL')
  })

  test('a table that is not there, loaded', async () => {
    assertError(
      await pipeline.project.cdc(['migrate', '--database', 'trading', '--tables', 'T_DEEL']),
      'CDC-L01',
      64,
      /T_DEAL/,
    )
  })
})
