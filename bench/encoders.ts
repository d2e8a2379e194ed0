// How many rows a second the encoders turn into COPY fields: a table of 16 usual columns, one thread, no databases.
// `node bench/encoders.ts`
import type { SourceColumn } from '../src/core/table.ts'
import type { WireColumn } from '../src/core/wire.ts'
import { CopyWriter } from '../src/mapping/copy-writer.ts'
import { mapTable } from '../src/mapping/mapped-table.ts'
import { compileBinlogEncoder, compileResultSetEncoder, type RowEncoder } from '../src/mapping/row-encoder.ts'
import { column, table, wireColumn, wireTable } from '../test/mapping/sample-table.ts'

const text = (length: number): string => 'The quick brown fox jumps over the lazy dog. '.repeat(4).slice(0, length)
const prefixed = (value: string): string => Buffer.of(value.length).toString('hex') + Buffer.from(value).toString('hex')

interface Sample {
  readonly source: Partial<SourceColumn> & Pick<SourceColumn, 'type'>
  readonly wire: Partial<WireColumn> & Pick<WireColumn, 'type'>
  /** Hexadecimal digits of a value in a row image, and in a result row where that differs. */
  readonly image: string
  readonly resultRow?: string
}

const varchar = (length: number, value: string): Sample => ({
  source: { type: 'varchar', length, charset: 'utf8mb4' },
  wire: { type: 15, meta: length * 4 },
  image: length * 4 > 255 ? prefixed(value).replace(/^(..)/, '$100') : prefixed(value),
  resultRow: prefixed(value),
})

const samples: readonly Sample[] = [
  { source: { type: 'bigint' }, wire: { type: 8 }, image: '0102030400000000' },
  { source: { type: 'int' }, wire: { type: 3 }, image: '01020304' },
  { source: { type: 'int', unsigned: true }, wire: { type: 3 }, image: 'ffffffff' },
  { source: { type: 'smallint' }, wire: { type: 2 }, image: '0102' },
  { source: { type: 'tinyint', length: 1 }, wire: { type: 1 }, image: '01' },
  varchar(40, text(12)),
  varchar(255, text(57)),
  {
    source: { type: 'text', charset: 'utf8mb4' },
    wire: { type: 252, meta: 2 },
    image: `7800${Buffer.from(text(120)).toString('hex')}`,
    resultRow: prefixed(text(120)),
  },
  {
    source: { type: 'decimal', precision: 12, scale: 2 },
    wire: { type: 246, meta: 0x0c02 },
    image: '80000004d20a',
    resultRow: prefixed('1234.10'),
  },
  {
    source: { type: 'decimal', precision: 20, scale: 6 },
    wire: { type: 246, meta: 0x1406 },
    image: '800000000004d20186a0',
    resultRow: prefixed('1234.100000'),
  },
  {
    source: { type: 'datetime', fraction: 6 },
    wire: { type: 18, meta: 6 },
    image: '99b8ac600101e240',
    resultRow: '0bea070b1606000140e20100',
  },
  { source: { type: 'timestamp' }, wire: { type: 17 }, image: '6b0284e1', resultRow: '07ea070b16060001' },
  { source: { type: 'date' }, wire: { type: 10 }, image: '76d50f', resultRow: '04ea070b16' },
  { source: { type: 'double' }, wire: { type: 5, meta: 8 }, image: '9a9999999999b93f' },
  {
    source: { type: 'enum', members: ['new', 'paid', 'sent'], charset: 'utf8mb4' },
    wire: { type: 247, meta: 1 },
    image: '02',
    resultRow: prefixed('paid'),
  },
  {
    source: { type: 'varchar', length: 20, charset: 'latin1' },
    wire: { type: 15, meta: 20 },
    image: prefixed(text(10)),
  },
]

const columns = samples.map(({ source }, i) => column({ name: `c${i}`, ...source }))
const mapped = mapTable(table(columns), { schema: 's', name: 't', quoteIdentifiers: false, choices: {} })
const losses = columns.map(() => ({ zeroDates: 0, nulCharacters: 0 }))
const wire = wireTable(samples.map((sample) => wireColumn(sample.wire)))

function measure(name: string, encoder: RowEncoder, row: Buffer): void {
  const rowsPerBuffer = 20_000
  const source = Buffer.concat(Array.from({ length: rowsPerBuffer }, () => row))
  const out = new CopyWriter()
  const offsets = new Int32Array(columns.length + 1)
  const pass = (): void => {
    out.reset()
    for (let at = 0; at < source.length;) at = encoder.encode(source, at, out, offsets)
  }
  for (let warmUp = 0; warmUp < 10; warmUp++) pass()
  const passes = 50
  const started = process.hrtime.bigint()
  for (let i = 0; i < passes; i++) pass()
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  const rows = Math.round((passes * rowsPerBuffer) / seconds)
  const megabytes = Math.round((rows * row.length) / 1e6)
  console.log(`${name}: ${rows.toLocaleString('en')} rows/s of ${columns.length} columns (${megabytes} MB/s in)`)
}

const image = samples.map((sample) => sample.image).join('')
const resultRow = samples.map((sample) => sample.resultRow ?? sample.image).join('')
measure('row images ', compileBinlogEncoder(mapped, wire, losses), Buffer.from(`0000${image}`, 'hex'))
measure('result rows', compileResultSetEncoder(mapped, losses), Buffer.from(`00000000${resultRow}`, 'hex'))
