import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdcError, CdcErrors } from '../../src/core/errors.ts'
import type { SourceTable } from '../../src/core/table.ts'
import { mapTable } from '../../src/mapping/mapped-table.ts'
import { column, table } from './sample-table.ts'

const map = (
  source: SourceTable,
  options: { name?: string; quoteIdentifiers?: boolean; choices?: Record<string, string> } = {},
) => mapTable(source, { ...{ schema: 's', name: 't', quoteIdentifiers: false, choices: {} }, ...options })

/** The codes and texts of what is thrown. */
function problems(source: SourceTable, options: Parameters<typeof map>[1] = {}): string[] {
  try {
    map(source, options)
  } catch (error) {
    if (error instanceof CdcError) return [error.message]
    if (error instanceof CdcErrors) return error.errors.map(({ message }) => message)
    throw error
  }
  return []
}

test('a table becomes the target types, names in lower case, key in its own order', () => {
  const source = table(
    [
      column({ name: 'Id', type: 'bigint', unsigned: true, nullable: false }),
      column({ name: 'Shop', type: 'int', nullable: false }),
      column({ name: 'Created', type: 'datetime', fraction: 3, nullable: false }),
      column({ name: 'Flag', type: 'tinyint', length: 1, nullable: false }),
    ],
    ['Shop', 'Id'],
  )
  const mapped = map(source, { choices: { Flag: 'smallint' } })
  assert.deepEqual(
    mapped.columns.map(({ name, postgresType, notNull, inKey }) => [name, postgresType, notNull, inKey]),
    [
      ['id', 'numeric(20)', true, true],
      ['shop', 'integer', true, true],
      ['created', 'timestamp(3)', false, false],
      ['flag', 'smallint', true, false],
    ],
  )
  assert.deepEqual(mapped.key, [1, 0])
  assert.equal(map(source, { quoteIdentifiers: true }).columns[0]?.name, 'Id')
})

test('a date in the key is NOT NULL, as a key must be', () => {
  const mapped = map(table([column({ name: 'd', type: 'date', nullable: false })], ['d']))
  assert.equal(mapped.columns[0]?.notNull, true)
})

test('what cannot be mapped is named, everything at once', () => {
  const source = table([
    column({ name: 'place', type: 'geometry' }),
    column({ name: 'xmin', type: 'int' }),
    column({ name: 'a', type: 'int' }),
    column({ name: 'A', type: 'int' }),
    column({ name: 'ü'.repeat(32), type: 'int' }),
  ])
  const found = problems(source, { name: 'n'.repeat(64) })
  assert.deepEqual(
    found.map((message) => message.slice(0, 7)),
    ['CDC-T04', 'CDC-T01', 'CDC-T04', 'CDC-T05', 'CDC-T04'],
  )
  assert.match(found[1] ?? '', /shop\.orders\.place: the type geometry is not supported/)
  assert.match(found[3] ?? '', /"a" and "A"/)
  assert.deepEqual(
    problems(table([column({ name: 'a', type: 'int' }), column({ name: 'A', type: 'int' })]), {
      quoteIdentifiers: true,
    }),
    [],
  )
})
