// Row images and result rows by their bytes; what real servers send is tested in mapping.db.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdcError, type ErrorCode } from '../../src/core/errors.ts'
import type { SourceColumn } from '../../src/core/table.ts'
import type { WireColumn } from '../../src/core/wire.ts'
import type { Losses } from '../../src/mapping/column-type.ts'
import { CopyWriter } from '../../src/mapping/copy-writer.ts'
import { mapTable, type MappedTable } from '../../src/mapping/mapped-table.ts'
import { compileBinlogEncoder, compileResultSetEncoder, type RowEncoder } from '../../src/mapping/row-encoder.ts'
import { column, table, wireColumn, wireTable } from './sample-table.ts'

interface Encoded {
  /** Hexadecimal digits of each field; null: NULL. */
  readonly fields: readonly (string | null)[]
  readonly losses: readonly Losses[]
}

interface Options {
  readonly choices?: Readonly<Record<string, string>>
  readonly key?: readonly string[]
}

function mapColumns(columns: readonly SourceColumn[], { choices = {}, key = [] }: Options): MappedTable {
  return mapTable(table(columns, key), { schema: 's', name: 't', quoteIdentifiers: false, choices })
}

const noLosses = (mapped: MappedTable): Losses[] => mapped.columns.map(() => ({ zeroDates: 0, nulCharacters: 0 }))

function run(mapped: MappedTable, losses: readonly Losses[], encoder: RowEncoder, row: string): Encoded {
  // Too small at first, so that it has to grow.
  const out = new CopyWriter(4)
  const offsets = new Int32Array(mapped.columns.length + 1)
  const source = Buffer.from(row.replaceAll(/[ |]/g, ''), 'hex')
  assert.equal(encoder.encode(source, 0, out, offsets), source.length)
  assert.equal(out.buffer.readInt16BE(0), mapped.columns.length)
  assert.equal(offsets[mapped.columns.length], out.position)
  const fields = mapped.columns.map((_, i) => {
    const at = offsets[i] ?? 0
    const length = out.buffer.readInt32BE(at)
    const end = at + 4 + Math.max(length, 0)
    assert.equal(offsets[i + 1], end)
    return length < 0 ? null : out.buffer.toString('hex', at + 4, end)
  })
  return { fields, losses }
}

/** One column, one value in a row image. */
function image(
  source: Partial<SourceColumn>,
  wire: Partial<WireColumn>,
  value: string,
  options: Options = {},
): Encoded {
  const mapped = mapColumns([column({ name: 'c', type: 'int', ...source })], options)
  const losses = noLosses(mapped)
  const encoder = compileBinlogEncoder(mapped, wireTable([wireColumn({ type: 3, ...wire })]), losses)
  return run(mapped, losses, encoder, `fe ${value}`)
}

/** One column, one value in a result row. */
function resultRow(source: Partial<SourceColumn>, value: string, options: Options = {}): Encoded {
  const mapped = mapColumns([column({ name: 'c', type: 'int', ...source })], options)
  const losses = noLosses(mapped)
  return run(mapped, losses, compileResultSetEncoder(mapped, losses), `00 00 ${value}`)
}

const int8 = (value: bigint): string => BigInt.asUintN(64, value).toString(16).padStart(16, '0')
const interval = (micros: bigint): string => int8(micros) + '0'.repeat(16)
const micros = (iso: string): bigint => BigInt(Date.parse(iso) - Date.parse('2000-01-01T00:00:00Z')) * 1000n
const hex = (text: string): string => Buffer.from(text).toString('hex')
const failsWith = (code: ErrorCode) => (error: unknown) => error instanceof CdcError && error.code === code

test('TIME: offset, magnitude and fraction', () => {
  const time = (fraction: number, value: string): string | null =>
    image({ type: 'time', fraction }, { type: 19, meta: fraction }, value, { choices: { c: 'interval' } }).fields[0] ??
    null
  assert.equal(time(0, 'b46efb'), interval(3_020_399_000_000n))
  assert.equal(time(2, '7fffffff'), interval(-10_000n))
  assert.equal(time(6, '4b9105fe1dc0'), interval(-3_020_398_123_456n))
  assert.equal(time(0, '800000'), interval(0n))
})

test('DATETIME: a real one, a partial one, the first year', () => {
  const datetime = (fraction: number, value: string): Encoded =>
    image({ type: 'datetime', fraction }, { type: 18, meta: fraction }, value)
  assert.equal(datetime(0, 'fef3ff7efb').fields[0], int8(micros('9999-12-31T23:59:59Z')))
  assert.equal(datetime(2, '800382000 00c').fields[0], int8(micros('0001-01-01T00:00:00.120Z')))
  const partial = datetime(0, '999838f7aa')
  assert.equal(partial.fields[0], null)
  assert.equal(partial.losses[0]?.zeroDates, 1)
})

test('TIMESTAMP: unsigned seconds reach to 2106, all zero is no date', () => {
  const timestamp = (fraction: number, value: string): Encoded =>
    image({ type: 'timestamp', fraction }, { type: 17, meta: fraction }, value)
  assert.equal(timestamp(0, '6b0284e1').fields[0], int8(micros('2026-11-22T06:00:01Z')))
  assert.equal(timestamp(6, 'ffffffff0f423f').fields[0], int8(micros('2106-02-07T06:28:15Z') + 999_999n))
  assert.equal(timestamp(0, '00000000').losses[0]?.zeroDates, 1)
  assert.equal(timestamp(3, '00000000 1388').fields[0], int8(micros('1970-01-01T00:00:00.500Z')))
})

test('temporal columns of the old format, without fraction', () => {
  const old = (type: string, wire: number, value: string): string | null =>
    image({ type }, { type: wire }, value, { choices: type === 'time' ? { c: 'interval' } : {} }).fields[0] ?? null
  assert.equal(old('datetime', 12, 'e1aefb686d120000'), int8(micros('2026-11-22T06:00:01Z')))
  assert.equal(old('timestamp', 7, 'e184026b'), int8(micros('2026-11-22T06:00:01Z')))
  assert.equal(old('time', 11, '590a80'), interval(-3_020_399_000_000n))
  assert.equal(old('datetime', 12, '0000000000000000'), null)
  for (const [type, wire] of [
    ['datetime', 12],
    ['timestamp', 7],
    ['time', 11],
  ] as const) {
    assert.throws(() => image({ type, fraction: 3 }, { type: wire }, '00'), failsWith('CDC-D02'))
  }
})

test('DATE: 2026-11-22 and what is no date', () => {
  assert.equal(image({ type: 'date' }, { type: 10 }, '76d50f').fields[0], '0000265e')
  assert.equal(image({ type: 'date' }, { type: 10 }, '000000').losses[0]?.zeroDates, 1)
  assert.equal(resultRow({ type: 'date' }, '00').losses[0]?.zeroDates, 1)
  assert.equal(resultRow({ type: 'date' }, '04 ea07 0b 16').fields[0], '0000265e')
})

test('a zero date in a key stops', () => {
  const key = { key: ['c'] }
  const source = { type: 'date', nullable: false }
  assert.throws(() => image(source, { type: 10, nullable: false }, '000000', key), failsWith('CDC-T03'))
  assert.throws(() => resultRow(source, '00', key), failsWith('CDC-T03'))
})

test('DECIMAL: groups of nine digits, both signs', () => {
  const decimal = (precision: number, scale: number, value: string): string | null =>
    image({ type: 'decimal', precision, scale }, { type: 246, meta: (precision << 8) | scale }, value).fields[0] ?? null
  // 1234567890.1234 and its negative, the examples in MySQL's description of the format.
  assert.equal(decimal(14, 4, '810dfb38d204d2'), '0004 0002 0000 0004 000c 0d80 1ed2 04d2'.replaceAll(' ', ''))
  assert.equal(decimal(14, 4, '7ef204c72dfb2d'), '0004 0002 4000 0004 000c 0d80 1ed2 04d2'.replaceAll(' ', ''))
  assert.equal(decimal(10, 2, '8000000000'), '0000000000000002')
  assert.equal(decimal(10, 2, '800000010a'), '0002000000000002000103e8')
})

test('DECIMAL in result rows', () => {
  const decimal = (text: string, scale: number): string | null =>
    resultRow({ type: 'decimal', precision: 20, scale }, Buffer.of(text.length).toString('hex') + hex(text))
      .fields[0] ?? null
  assert.equal(decimal('1234567890.1234', 4), '0004000200000004000c0d801ed204d2')
  assert.equal(decimal('-1234567890.1234', 4), '0004000240000004000c0d801ed204d2')
  assert.equal(decimal('0.00', 2), '0000000000000002')
  assert.equal(decimal('0000010.5', 1), '0002000000000001000a1388')
  assert.equal(decimal('12345', 0), '000200010000000000010929')
})

test('COMPRESSED columns: by zlib, as they are, empty', () => {
  const text = (value: string): string | null =>
    image({ type: 'text', charset: 'utf8mb4' }, { type: 140, meta: 2 }, value).fields[0] ?? null
  const packed = '8a02584bcecf2d284a2d2e56c84d55481e658fb2a9c40600'
  const length = Buffer.of(packed.length / 2, 0).toString('hex')
  assert.equal(text(length + packed), hex('compress me '.repeat(50)))
  assert.equal(text('0600 00 73686f7274'), hex('short'))
  assert.equal(text('0000'), '')
  const varchar = image(
    { type: 'varchar', charset: 'utf8mb4', length: 10, columnType: 'varchar(10)' },
    { type: 141, meta: 41 },
    '06 00 73686f7274',
  )
  assert.equal(varchar.fields[0], hex('short'))
})

test('texts in other character sets become UTF-8', () => {
  const text = (charset: string, value: string): string =>
    Buffer.from(
      image({ type: 'tinytext', charset }, { type: 252, meta: 1 }, Buffer.of(value.length / 2).toString('hex') + value)
        .fields[0] ?? '',
      'hex',
    ).toString()
  assert.equal(text('latin1', 'e980ff'), 'é€ÿ')
  assert.equal(text('gbk', 'd6d0cec4'), '中文')
  assert.equal(text('sjis', '93fa967b8cea'), '日本語')
  assert.equal(text('utf16', '00e9d83dde00'), 'é😀')
  assert.equal(text('utf16le', 'e9003dd800de'), 'é😀')
  assert.equal(text('utf32', '000000e90001f600'), 'é😀')
  assert.equal(text('koi8r', 'f0d2c9d7c5d4'), 'Привет')
  assert.equal(text('cp1251', 'e6ff'), 'жя')
  assert.throws(() => text('klingon', '00'), failsWith('CDC-T01'))
})

test('NUL characters are removed and counted; in a key they stop', () => {
  const source = { type: 'varchar', charset: 'utf8mb4', length: 5 }
  const removed = image(source, { type: 15, meta: 20 }, '04 61006200')
  assert.deepEqual(removed, { fields: [hex('ab')], losses: [{ zeroDates: 0, nulCharacters: 2 }] })
  const key = { key: ['c'] }
  const inKey = { ...source, nullable: false }
  assert.throws(() => image(inKey, { type: 15, meta: 20, nullable: false }, '04 61006200', key), failsWith('CDC-T03'))
  const long = 'a'.repeat(300) + '\0'
  const longText = image({ type: 'text', charset: 'utf8mb4' }, { type: 252, meta: 2 }, `2d01${hex(long)}`)
  assert.deepEqual(longText, { fields: [hex('a'.repeat(300))], losses: [{ zeroDates: 0, nulCharacters: 1 }] })
})

test('what the row image leaves away is put back', () => {
  assert.equal(image({ type: 'binary', length: 8 }, { type: 254, meta: 8 }, '02 0102').fields[0], '0102000000000000')
  assert.equal(image({ type: 'inet6' }, { type: 254, meta: 16 }, '00').fields[0], `03800010${'0'.repeat(32)}`)
  const uuid = '123e4567e89b12d3a4564266554400'
  assert.equal(image({ type: 'uuid' }, { type: 254, meta: 16 }, `0f${uuid}`).fields[0], `${uuid}00`)
})

test('values that the chosen type cannot hold stop', () => {
  const flag = { type: 'tinyint', length: 1 }
  assert.equal(image(flag, { type: 1 }, '01').fields[0], '01')
  assert.throws(() => image(flag, { type: 1 }, '02'), failsWith('CDC-T02'))
  assert.throws(() => image(flag, { type: 1 }, 'ff'), failsWith('CDC-T02'))
  assert.equal(image(flag, { type: 1 }, 'ff', { choices: { c: 'smallint' } }).fields[0], 'ffff')
  assert.throws(() => image({ type: 'time' }, { type: 19 }, '7fffff'), failsWith('CDC-T02'))
  assert.throws(() => image({ type: 'time' }, { type: 19 }, '818000'), failsWith('CDC-T02'))
})

test('an ENUM value beyond the members stops; number 0 is empty', () => {
  const source = { type: 'enum', members: ['a', 'b'], charset: 'utf8mb4' }
  assert.equal(image(source, { type: 247, meta: 1 }, '02').fields[0], hex('b'))
  assert.equal(image(source, { type: 247, meta: 1 }, '00').fields[0], '')
  assert.throws(() => image(source, { type: 247, meta: 1 }, '03'), failsWith('CDC-D02'))
})

test('NULL bits: over all wire columns in row images, behind two others in result rows', () => {
  const columns = Array.from({ length: 9 }, (_, i) => column({ name: `c${i}`, type: 'tinyint' }))
  const mapped = mapColumns(columns, {})
  const wires = columns.map(({ name }) => wireColumn({ type: 1, name }))
  const values = '01 02 03 04 05 06 07'
  const expected = [null, ...[1, 2, 3, 4, 5, 6, 7].map((value) => `000${value}`), null]
  const binlog = compileBinlogEncoder(mapped, wireTable(wires), noLosses(mapped))
  assert.deepEqual(run(mapped, noLosses(mapped), binlog, `01 ff ${values}`).fields, expected)
  const result = compileResultSetEncoder(mapped, noLosses(mapped))
  assert.deepEqual(run(mapped, noLosses(mapped), result, `00 04 04 ${values}`).fields, expected)
})

test('a wire table of another shape is refused, and the difference named', () => {
  const source = column({ name: 'c', type: 'varchar', length: 10, charset: 'utf8mb4' })
  const good = { type: 15, meta: 40, name: 'c', collation: 45 }
  const mapped = mapColumns([source], {})
  const compile = (...wires: readonly Partial<WireColumn>[]) => {
    const all = wires.map((wire) => wireColumn({ ...good, ...wire }))
    return () => compileBinlogEncoder(mapped, wireTable(all), noLosses(mapped))
  }
  assert.doesNotThrow(compile({}))
  const differences: readonly (readonly [readonly Partial<WireColumn>[], RegExp])[] = [
    [[], /0 columns, 1 are known/],
    [[{}, {}], /2 columns, 1 are known/],
    [[{ type: 3 }], /wire type 3/],
    [[{ meta: 80 }], /type parameter 80, not 40/],
    [[{ nullable: false }], /NOT NULL/],
    [[{ name: 'd' }], /under the name "d"/],
    [[{ collation: 8 }], /latin1, not utf8mb4/],
    [[{ collation: 9999 }], /unknown collation number 9999/],
  ]
  for (const [wires, message] of differences) {
    assert.throws(
      compile(...wires),
      (error) => failsWith('CDC-D02')(error) && message.test(String(error)),
      String(message),
    )
  }
  const number = column({ name: 'c', type: 'int' })
  const unsigned = wireTable([wireColumn({ type: 3, unsigned: true })])
  const mappedNumber = mapColumns([number], {})
  assert.throws(() => compileBinlogEncoder(mappedNumber, unsigned, noLosses(mappedNumber)), /unsigned/)
  const members = { type: 'enum', members: ['a', 'b'], charset: 'utf8mb4' }
  const others = [Buffer.from('a'), Buffer.from('c')]
  assert.throws(() => image(members, { type: 247, meta: 1, members: others }, '01'), /member 'c' in place of 'b'/)
})

test('an after image of what changed (FULL_NODUP) takes the rest from the row before', () => {
  const columns = ['a', 'b', 'c', 'd'].map((name) => column({ name, type: 'int', nullable: true }))
  const mapped = mapColumns(columns, {})
  const wire = wireTable(columns.map(() => wireColumn({ type: 3, nullable: true })))
  const encoder = compileBinlogEncoder(mapped, wire, noLosses(mapped))
  // a and d changed, to NULL and to 9; b is NULL and c is 7 since before.
  const source = Buffer.from('f2 01000000 07000000 08000000 | fd 09000000 | aa'.replaceAll(/[ |]/g, ''), 'hex')
  const before = { writer: new CopyWriter(4), offsets: new Int32Array(5) }
  const after = { writer: new CopyWriter(4), offsets: new Int32Array(5) }
  const at = encoder.encode(source, 0, before.writer, before.offsets)
  const image = {
    source,
    at,
    changed: Buffer.from('f9', 'hex'),
    before: { buffer: before.writer.buffer, offsets: before.offsets },
  }
  assert.equal(encoder.encodeChanged(image, after.writer, after.offsets), source.length - 1)
  const tuple = after.writer.buffer.toString('hex', 0, after.writer.position)
  assert.equal(tuple, '0004 ffffffff ffffffff 00000004 00000007 00000004 00000009'.replaceAll(' ', ''))
  assert.deepEqual([...after.offsets], [2, 6, 10, 18, 26])
})
