// Hard values of every type, read from a real MariaDB both ways (binary-protocol rows and the binary log), copied into a
// real PostgreSQL, then compared: what PostgreSQL prints, the canonical texts, and the row hashes of both servers.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { must } from '../../src/core/assert.ts'
import type { SourceTable } from '../../src/core/table.ts'
import type { Losses } from '../../src/mapping/column-type.ts'
import { copyHeader, copyTrailer, CopyWriter } from '../../src/mapping/copy-writer.ts'
import { createTableSql } from '../../src/mapping/ddl.ts'
import { mapTable, type MappedTable } from '../../src/mapping/mapped-table.ts'
import { compileBinlogEncoder, compileResultSetEncoder, type RowEncoder } from '../../src/mapping/row-encoder.ts'
import { mariadbColumnText, mariadbRowHash, postgresColumnText, postgresRowHash } from '../../src/mapping/row-text.ts'
import { readTables } from '../../src/mariadb/catalog.ts'
import { connectMariadb } from '../../src/mariadb/connection.ts'
import { streamRows } from '../../src/mariadb/row-stream.ts'
import { connectPostgres } from '../../src/postgres/connection.ts'
import { copyIn } from '../../src/postgres/copy-in.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { startPostgres, type PostgresServer } from '../harness/start-postgres.ts'
import { readBinlogRows } from './binlog-rows.ts'
import { hardColumns } from './hard-values.ts'

let mariadb: MariadbServer
let postgres: PostgresServer
const tables = new Map<string, SourceTable>()
const streamed = new Map<string, Buffer>()

const nameOf = (index: number): string => `t${index}`
const wideRows = 20

before(async () => {
  ;[mariadb, postgres] = await Promise.all([startMariadb(), startPostgres()])
  await mariadb.createDatabases('hard')
  const statements = ["SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00', NAMES utf8mb4", 'USE hard']
  for (const [index, { type, values }] of hardColumns.entries()) {
    statements.push(`CREATE TABLE ${nameOf(index)} (id INT PRIMARY KEY, v ${type.replace(/^json$/, 'json')})`)
    for (const [id, value] of values.entries()) {
      // An invalid ENUM member is stored as index 0 only with a warning.
      statements.push(`INSERT IGNORE INTO ${nameOf(index)} VALUES (${id}, ${value})`)
    }
    statements.push(`INSERT INTO ${nameOf(index)} VALUES (-1, NULL)`)
  }
  // A wide table, for the null bits: row r has NULLs where bit r of the column's number says so.
  const wide = hardColumns.filter(({ values }) => values.join('').length < 2000).slice(0, 60)
  statements.push(`CREATE TABLE wide (id INT PRIMARY KEY, ${wide.map(({ type }, i) => `c${i} ${type}`).join(', ')})`)
  for (let row = 0; row < wideRows; row++) {
    const values = wide.map(({ values: all }, i) =>
      (i * 7 + row) % 5 === 0 ? 'NULL' : must(all[(i + row) % all.length], 'value'),
    )
    statements.push(`INSERT IGNORE INTO wide VALUES (${row}, ${values.join(', ')})`)
  }
  statements.push(
    'CREATE TABLE hidden (id INT PRIMARY KEY, t TEXT, UNIQUE (t))',
    "INSERT INTO hidden VALUES (1, 'x'), (2, NULL)",
  )
  await mariadb.query(statements.join(';\n'))
  await mariadb.query('FLUSH BINARY LOGS')

  await using connection = await connectMariadb(mariadb.admin, { where: 'test' })
  for (const table of await readTables(connection, 'hard')) tables.set(table.table, table)
})

after(async () => {
  await mariadb[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

function mapped(name: string, target: string): MappedTable {
  const choices: Record<string, string> = {}
  const choice = hardColumns[Number(name.slice(1))]?.choice
  if (choice !== undefined) choices['v'] = choice
  if (name === 'wide') {
    for (const column of must(tables.get(name), name).columns) {
      if (column.type === 'time') choices[column.name] = 'interval'
      if (column.type === 'tinyint') choices[column.name] = 'smallint'
    }
  }
  const options = { schema: 'mp_cdc', name: target, quoteIdentifiers: false, choices }
  return mapTable(must(tables.get(name), name), options)
}

const noLosses = (table: MappedTable): Losses[] => table.columns.map(() => ({ zeroDates: 0, nulCharacters: 0 }))

async function load(name: string): Promise<{ table: MappedTable; losses: Losses[] }> {
  const table = mapped(name, `${name}_load`)
  const losses = noLosses(table)
  const encoder = compileResultSetEncoder(table, losses)
  const out = new CopyWriter(16)
  const offsets = new Int32Array(table.columns.length + 1)
  const columns = table.columns.map(({ source }) => `\`${source.name}\``).join(', ')
  await using connection = await connectMariadb(mariadb.admin, { where: 'test' })
  for await (const batch of streamRows(connection, `SELECT ${columns} FROM hard.${name} ORDER BY id`)) {
    for (let row = 0; row < batch.count; row++) {
      const end = encoder.encode(batch.buffer, must(batch.starts[row], 'start'), out, offsets)
      assert.equal(end, batch.ends[row], `${name}: the encoder must read a row to its end`)
      assert.equal(offsets[table.columns.length], out.position)
    }
  }
  await copy(table, out.buffer.subarray(0, out.position))
  return { table, losses }
}

async function copy(table: MappedTable, rows: Buffer): Promise<void> {
  await using connection = await connectPostgres(postgres.settings, { applicationName: 'test', where: 'test' })
  await connection.query(createTableSql(table))
  const sql = `COPY mp_cdc.${table.name} FROM STDIN (FORMAT binary)`
  await copyIn(connection, sql, [Buffer.concat([copyHeader, rows, copyTrailer])])
}

async function stream(name: string): Promise<MappedTable> {
  if (streamed.size === 0) readStream()
  const table = mapped(name, `${name}_stream`)
  await copy(table, must(streamed.get(name), `row events of ${name}`))
  return table
}

/** Encodes the row events of all tables. */
function readStream(): void {
  const outs = new Map<string, CopyWriter>()
  const encoders = new Map<string, RowEncoder>()
  for (const { wire, rows } of readBinlogRows(mariadb.directory)) {
    if (wire.database !== 'hard') continue
    assert.equal(rows.kind, 'insert')
    const table = mapped(wire.table, wire.table)
    const encoder = encoders.get(wire.table) ?? compileBinlogEncoder(table, wire, noLosses(table))
    encoders.set(wire.table, encoder)
    const out = outs.get(wire.table) ?? new CopyWriter(16)
    outs.set(wire.table, out)
    const offsets = new Int32Array(table.columns.length + 1)
    let at = rows.rowsStart
    while (at < rows.rowsEnd) at = encoder.encode(rows.buffer, at, out, offsets)
    assert.equal(at, rows.rowsEnd, `${wire.table}: the encoder must read the images to their end`)
  }
  for (const [name, out] of outs) streamed.set(name, out.buffer.subarray(0, out.position))
}

async function compare(name: string, table: MappedTable): Promise<void> {
  const ours = table.columns.map((column, i) => `${mariadbColumnText(column)} AS t${i}`)
  const theirs = table.columns.map((column, i) => `${postgresColumnText(column)} AS t${i}`)
  await using connection = await connectMariadb(mariadb.admin, { where: 'test' })
  const source = await connection.query<Record<string, unknown>>(
    `SELECT ${ours.join(', ')}, ${mariadbRowHash(table)} AS hash FROM hard.${name} ORDER BY id`,
  )
  const target = await postgres.query(
    `SELECT ${theirs.join(', ')}, ${postgresRowHash(table)} AS hash FROM mp_cdc.${table.name} ORDER BY id`,
  )
  assert.ok(source.length > 1)
  assert.deepEqual(
    target.map((row) => ({ ...row })),
    source.map((row) => ({ ...row })),
  )
  assert.ok(source.every((row) => /^[0-9a-f]{32}$/.test(String(row['hash']))))
  assert.equal(new Set(source.map((row) => row['hash'])).size, source.length, 'different rows have different hashes')
}

for (const [index, { type, texts, choice }] of hardColumns.entries()) {
  const name = nameOf(index)
  describe(`${type.length > 60 ? `${type.slice(0, 60)}…` : type}${choice === undefined ? '' : ` as ${choice}`}`, () => {
    const printed = async (table: MappedTable): Promise<void> => {
      const isDouble = table.columns[1]?.source.type === 'double'
      const text = table.columns[1]?.postgresType === 'inet' ? 'host(v)' : 'v::text'
      const rows = await postgres.query<{ v: string | null }>(
        `SELECT ${text} AS v FROM mp_cdc.${table.name} ORDER BY id`,
      )
      const found = rows.map(({ v }) => (isDouble && v !== null ? String(Number(v)) : v))
      assert.deepEqual(found, [null, ...texts])
    }
    test('by the bulk load', async () => {
      const { table, losses } = await load(name)
      await printed(table)
      await compare(name, table)
      const missing = texts.filter((text) => text === null).length
      assert.equal(losses[1]?.zeroDates, missing)
    })
    test('by the binary log', async () => {
      const table = await stream(name)
      await printed(table)
      await compare(name, table)
    })
  })
}

describe('a wide table with NULLs', () => {
  test('by the bulk load', async () => compare('wide', (await load('wide')).table))
  test('by the binary log', async () => compare('wide', await stream('wide')))
})

test('the hidden hash column of a UNIQUE over a text is skipped', async () => compare('hidden', await stream('hidden')))

test('the probes find what the default types cannot hold, and only that', async () => {
  await using connection = await connectMariadb(mariadb.admin, { where: 'test' })
  let probed = 0
  for (const [index, { choice }] of hardColumns.entries()) {
    const { source, type } = must(mapped(nameOf(index), 'x').columns[1], 'column')
    const misfits = type.misfits?.(source, undefined)
    if (misfits === undefined || type.roomier === undefined) continue
    const rows = await connection.query(`SELECT 1 FROM hard.${nameOf(index)} WHERE ${misfits('`v`')} LIMIT 1`)
    assert.equal(rows.length === 1, choice === type.roomier, nameOf(index))
    probed++
  }
  assert.ok(probed > 5)
})
