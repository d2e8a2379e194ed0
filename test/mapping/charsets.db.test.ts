// Every code of every character set of a real server, beside our own tables.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CopyWriter } from '../../src/mapping/copy-writer.ts'
import { textFieldWriter } from '../../src/mapping/charsets/text-field.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { readCodes } from './charset-tables.ts'

let mariadb: MariadbServer

before(async () => {
  mariadb = await startMariadb()
})

after(async () => mariadb[Symbol.asyncDispose]())

const wide: ReadonlySet<string> = new Set(['utf8mb3', 'utf8mb4', 'ucs2', 'utf16', 'utf16le', 'utf32', 'binary'])

test('every character of every character set becomes what MariaDB makes of it', async () => {
  const sets = await mariadb.query<{ Charset: string }>('SHOW CHARACTER SET')
  const names = sets.map(({ Charset }) => Charset).filter((name) => !wide.has(name))
  assert.ok(names.length > 30)
  for (const charset of names) {
    const removed = { count: 0 }
    const write = textFieldWriter(charset, (count) => (removed.count += count))
    assert.ok(write !== undefined, charset)
    const out = new CopyWriter()
    const wrong: string[] = []
    const codes = await readCodes((sql) => mariadb.query(sql), charset)
    assert.ok(codes.length >= 128, charset)
    for (const { code, character } of codes) {
      out.reset()
      write(code, 0, code.length, out)
      const got = out.buffer.toString('utf8', 4, out.position)
      const expected = character === '\0' ? '' : character
      if (got !== expected) wrong.push(`${code.toString('hex')}: ${got} is not ${expected}`)
    }
    assert.deepEqual(wrong.slice(0, 10), [], charset)
    assert.equal(removed.count, 1, `${charset} has one NUL character`)
  }
})
