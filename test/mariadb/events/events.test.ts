import assert from 'node:assert/strict'
import { deflateSync } from 'node:zlib'
import { test } from 'node:test'
import { CdcError } from '../../../src/core/errors.ts'
import { formatGtid, formatPosition, parsePosition } from '../../../src/core/gtid.ts'
import { checksumMatches, writeChecksum } from '../../../src/mariadb/events/checksum.ts'
import { buildFormatDescription, parseFormatDescription } from '../../../src/mariadb/events/format-description.ts'
import { buildGtidList, parseGtidList } from '../../../src/mariadb/events/gtid-list.ts'
import { parseGtidEvent } from '../../../src/mariadb/events/gtid.ts'
import { eventEnd, eventTypes, readEventLength, readEventType } from '../../../src/mariadb/events/header.ts'
import { parseHeartbeat } from '../../../src/mariadb/events/heartbeat.ts'
import { parseIncident } from '../../../src/mariadb/events/incident.ts'
import { parseQuery } from '../../../src/mariadb/events/query.ts'
import { parseRotate } from '../../../src/mariadb/events/rotate.ts'
import { parseRows } from '../../../src/mariadb/events/rows.ts'
import { parseStartEncryption } from '../../../src/mariadb/events/start-encryption.ts'
import { parseTableMap, readTableMapName, tableMapFingerprint } from '../../../src/mariadb/events/table-map.ts'
import { parseXaPrepare } from '../../../src/mariadb/events/xa-prepare.ts'
import { parseXid } from '../../../src/mariadb/events/xid.ts'
import { makeEvent } from './make-event.ts'
import { captured, capturedNames } from './captured-events.ts'
import type { CapturedName } from './captured-events.ts'

/** Every parser by the type that it reads; what a damaged event is given to. */
const parsers: Readonly<Record<number, (buffer: Buffer, start: number, end: number) => unknown>> = {
  [eventTypes.query]: parseQuery,
  [eventTypes.queryCompressed]: parseQuery,
  [eventTypes.rotate]: parseRotate,
  [eventTypes.formatDescription]: parseFormatDescription,
  [eventTypes.xid]: parseXid,
  [eventTypes.tableMap]: parseTableMap,
  [eventTypes.writeRowsV1]: parseRows,
  [eventTypes.updateRowsV1]: parseRows,
  [eventTypes.deleteRowsV1]: parseRows,
  [eventTypes.writeRowsCompressed]: parseRows,
  [eventTypes.updateRowsCompressed]: parseRows,
  [eventTypes.deleteRowsCompressed]: parseRows,
  [eventTypes.xaPrepare]: parseXaPrepare,
  [eventTypes.gtid]: parseGtidEvent,
  [eventTypes.gtidList]: parseGtidList,
}

const parse = <T>(name: CapturedName, parser: (buffer: Buffer, start: number, end: number) => T): T => {
  const { event, end } = captured(name)
  return parser(event, 0, end)
}
const ofBody = (type: number, hex: string): Buffer => makeEvent(type, Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))
const gtidOfBody = (hex: string): ReturnType<typeof parseGtidEvent> => {
  const event = ofBody(eventTypes.gtid, hex)
  return parseGtidEvent(event, 0, event.length - 4)
}

test('every captured event has the length and the checksum that it says', () => {
  for (const name of capturedNames) {
    const { event } = captured(name)
    assert.equal(eventEnd(event, 0, event.length), event.length, name)
    assert.equal(checksumMatches(event, 0, event.length), true, name)
    event.writeUInt8((event[20] ?? 0) ^ 1, 20)
    assert.equal(checksumMatches(event, 0, event.length), false, name)
  }
})

test('a format description in use has the checksum of one that is not', () => {
  const { event } = captured('formatDescription')
  const closed = Buffer.from(event)
  closed.writeUInt16LE(closed.readUInt16LE(17) & ~1, 17)
  writeChecksum(closed)
  closed.writeUInt16LE(closed.readUInt16LE(17) | 1, 17)
  assert.equal(checksumMatches(closed, 0, closed.length), true)
})

test('damaged events give CDC-M10 or CDC-M11, or values, and never anything else', () => {
  const attempt = (event: Buffer, end: number, what: string): void => {
    try {
      parsers[readEventType(event, 0)]?.(event, 0, end)
    } catch (error) {
      const known = error instanceof CdcError && (error.code === 'CDC-M10' || error.code === 'CDC-M11')
      assert.ok(known, `${what}: ${String(error)}`)
    }
  }
  let random = 12_345
  const next = (below: number): number => (random = (random * 1_103_515_245 + 12_345) & 0x7fff_ffff) % below
  for (const name of capturedNames) {
    const { event, end } = captured(name)
    for (let cut = 0; cut < end; cut++) attempt(event, cut, `${name} cut at ${cut}`)
    for (let cut = 5; cut < end; cut++) attempt(event.subarray(0, cut), cut, `${name} short ${cut}`)
    for (let at = 19; at < end; at++) {
      for (const value of [0, 0xff, 0xfe, 0xfc, next(256)]) {
        const garbled = Buffer.from(event)
        garbled[at] = value
        attempt(garbled, end, `${name} ${value} at ${at}`)
      }
    }
  }
})

test('an event that does not fit has no end', () => {
  const { event } = captured('xid')
  assert.throws(() => eventEnd(event, 0, event.length - 1), { code: 'CDC-M10' })
  assert.throws(() => eventEnd(event.subarray(0, 10), 0, 10), { code: 'CDC-M10' })
  event.writeUInt32LE(3, 9)
  assert.throws(() => eventEnd(event, 0, event.length), { code: 'CDC-M10' })
})

test('GTID: transaction, group commit, XA, two-phase ALTER', () => {
  const plain = gtidOfBody('0300000000000000 00000000 0c 000000000000')
  assert.equal(formatGtid(plain.gtid), '0-9-3')
  assert.deepEqual([plain.standalone, plain.transactional, plain.allowParallel, plain.ddl], [false, true, true, false])
  assert.equal(plain.commitId, null)
  const grouped = gtidOfBody('6b1c000000000000 00000000 0e 2325000000000000')
  assert.deepEqual([grouped.gtid.sequence, grouped.commitId], [7275n, 9507n])
  const xa = gtidOfBody('3f00000000000000 00000000 4c 07000000 03 02 786131 6271 01 ff')
  assert.deepEqual([xa.preparedXa, xa.completedXa, xa.xid], [true, false, "X'786131',X'6271',7"])
  const alter = gtidOfBody('7700000000000000 00000000 29 04 7600000000000000')
  assert.deepEqual([alter.commitAlter, alter.startSequence, alter.standalone, alter.ddl], [true, 118n, true, true])
})

test('GTID: as a server writes them', () => {
  const { gtid, transactional, standalone } = parse('gtid', parseGtidEvent)
  assert.deepEqual([formatGtid(gtid), transactional, standalone], ['0-7-3', true, false])
  assert.equal(parse('gtidXaPrepare', parseGtidEvent).xid, "X'786131',X'6271',2147483647")
  const commit = parse('gtidXaCommit', parseGtidEvent)
  assert.deepEqual([commit.completedXa, commit.standalone], [true, true])
  assert.equal(parse('gtidStartAlter', parseGtidEvent).startAlter, true)
  const alter = parse('gtidCommitAlter', parseGtidEvent)
  assert.equal(alter.startSequence, alter.gtid.sequence - 1n)
})

test('GTID list: read, and written as the server writes it', () => {
  const list = parse('gtidList', parseGtidList)
  assert.equal(formatPosition(list.position), '0-7-12')
  assert.equal(parse('gtidListEmpty', parseGtidList).position.size, 0)
  for (const name of ['gtidList', 'gtidListEmpty'] as const) {
    const { event, end } = captured(name)
    const { position } = parseGtidList(event, 0, end)
    const timestamp = event.readUInt32LE(0)
    const built = buildGtidList(position, {
      timestamp,
      serverId: 7,
      nextPosition: event.readUInt32LE(13),
      checksum: true,
    })
    assert.deepEqual(built, event)
  }
  const several = parsePosition('0-1-5,7-2-18446744073709551615')
  const built = buildGtidList(several, { timestamp: 0, serverId: 1, checksum: false })
  assert.equal(formatPosition(parseGtidList(built, 0, built.length).position), '0-1-5,7-2-18446744073709551615')
})

test('GTID list: the last server of a domain counts, flags are no count', () => {
  const entry = (domain: number, server: number, sequence: number): string => {
    const bytes = Buffer.alloc(16)
    bytes.writeUInt32LE(domain)
    bytes.writeUInt32LE(server, 4)
    bytes.writeUInt32LE(sequence, 8)
    return bytes.toString('hex')
  }
  const event = ofBody(eventTypes.gtidList, `02000010${entry(0, 1, 9)}${entry(0, 2, 12)}`)
  const list = parseGtidList(event, 0, event.length - 4)
  assert.equal(formatPosition(list.position), '0-2-12')
  assert.deepEqual([list.entries.length, list.untilReached], [2, true])
})

test('format description: read with and without its checksum counted, and built', () => {
  const { event, end } = captured('formatDescription')
  for (const given of [end, event.length]) {
    const format = parseFormatDescription(event, 0, given)
    assert.equal(format.serverVersion, '10.11.19-MariaDB-0+deb12u1-log')
    assert.ok(format.created > 1_700_000_000)
    assert.equal(format.checksum, true)
  }
  const format = parseFormatDescription(event, 0, end)
  const built = buildFormatDescription({ ...format, checksum: false }, 3)
  assert.deepEqual(parseFormatDescription(built, 0, built.length), { ...format, checksum: false })
  assert.equal(built.length, event.length)
  built.writeUInt8(2, built.length - 5)
  assert.throws(() => parseFormatDescription(built, 0, built.length), { code: 'CDC-M11' })
})

test('rotate, xid, XA prepare, heartbeat, incident, start encryption', () => {
  assert.deepEqual(parse('rotate', parseRotate), { position: 4n, file: 'mysql-bin.000002' })
  assert.equal(parse('xid', parseXid), 16n)
  assert.deepEqual(parse('xaPrepare', parseXaPrepare), { onePhase: false, xid: "X'786131',X'6271',2147483647" })
  const heartbeat = ofBody(eventTypes.heartbeat, Buffer.from('bin.000007').toString('hex'))
  heartbeat.writeUInt32LE(4711, 13)
  assert.deepEqual(parseHeartbeat(heartbeat, 0, heartbeat.length - 4), { file: 'bin.000007', position: 4711n })
  const wide = ofBody(eventTypes.heartbeat, `0000000002000000${Buffer.from('bin.000007').toString('hex')}`)
  assert.deepEqual(parseHeartbeat(wide, 0, wide.length - 4), { file: 'bin.000007', position: 0x2_0000_0000n })
  const incident = ofBody(eventTypes.incident, `0100 05 ${Buffer.from('lost!').toString('hex')}`)
  assert.deepEqual(parseIncident(incident, 0, incident.length - 4), { incident: 1, message: 'lost!' })
  const encryption = ofBody(eventTypes.startEncryption, `01 02000000 ${'00'.repeat(12)}`)
  assert.deepEqual(parseStartEncryption(encryption, 0, encryption.length - 4), { scheme: 1, keyVersion: 2 })
})

test('query: status variables, database, text in the client character set', () => {
  const query = parse('query', parseQuery)
  assert.equal(query.sql, 'create database shop character set utf8mb4')
  assert.deepEqual([query.database, query.errorCode, query.sqlMode], ['shop', 0, 1_411_383_296n])
  assert.deepEqual([query.clientCollation, query.serverCollation, query.databaseCollation], [33, 8, null])
  assert.equal(query.explicitTimestamps, true)
  assert.equal(parse('queryCollationDatabase', parseQuery).databaseCollation, 47)
  assert.equal(parse('queryGbk', parseQuery).sql, 'create table g (a int comment "中文")')
  assert.equal(parse('rollbackTo', parseQuery).sql, "ROLLBACK TO `s'p`")
  assert.match(parse('queryCompressed', parseQuery).sql, /^create table zz2\(a longtext, b int\) comment 'x{400}'$/)
})

test('table map: signedness is a bit per numeric column, first bit highest', () => {
  const { columns, database, table, keyOrdinals } = parse('tableMapNumbers', parseTableMap)
  assert.deepEqual([database, table, columns.length, keyOrdinals], ['shop', 'sign', 19, null])
  const unsigned = columns.filter((column) => column.unsigned === true).map(({ name }) => name)
  assert.deepEqual(unsigned, ['b', 'd', 'f', 'h', 'j', 'm', 'n', 'o', 'q', 's'])
  assert.ok(columns.every((column) => column.unsigned !== null && column.nullable))
})

test('table map: text columns behind a geometry, compressed, enum, set, bit, decimal, key with prefix', () => {
  const { columns, keyOrdinals } = parse('tableMapTexts', parseTableMap)
  const shape = columns.map(({ name, type, meta, collation, nullable }) => [name, type, meta, collation, nullable])
  assert.deepEqual(shape, [
    ['a', 15, 80, 45, false],
    ['b', 15, 200, 45, false],
    ['c', 255, 4, 63, true],
    ['x', 254, 1020, 45, true],
    ['f', 247, 1, 8, true],
    ['s', 248, 1, 45, true],
    ['v', 141, 41, 45, true],
    ['bt', 16, 259, null, true],
    ['d', 246, (65 << 8) | 38, null, true],
  ])
  assert.deepEqual(columns[4]?.members, [Buffer.from('a'), Buffer.from([0xdf])])
  assert.deepEqual(columns[5]?.members, [Buffer.from('x'), Buffer.from('y')])
  assert.deepEqual(keyOrdinals, [0, 1])
})

test('table map: a character set per column', () => {
  const { columns } = parse('tableMapCharsets', parseTableMap)
  assert.deepEqual(
    columns.map(({ collation }) => collation),
    [8, 45, 28],
  )
})

/** A table map whose columns have these types, with optional metadata. */
function tableMap(types: readonly number[], meta: string, metadata: string): Buffer {
  const text = (name: string): string =>
    `${name.length.toString(16).padStart(2, '0')}${Buffer.from(name).toString('hex')}00`
  const count = types.length.toString(16).padStart(2, '0')
  const nullable = '00'.repeat((types.length + 7) >> 3)
  const metaLength = (meta.length / 2).toString(16).padStart(2, '0')
  const hex = `010000000000 0100 ${text('d')} ${text('t')} ${count} ${Buffer.from(types).toString('hex')}`
  return ofBody(eventTypes.tableMap, `${hex} ${metaLength} ${meta} ${nullable} ${metadata}`)
}

test('table map: the vectors of signedness, character sets and key prefixes', () => {
  const numbers = [1, 1, 2, 2, 9, 9, 3, 3, 8, 8, 4, 5, 4, 5, 13, 1, 13, 5, 8]
  const signs = tableMap(numbers, '0408040808', '0103554ea0')
  assert.deepEqual(
    parseTableMap(signs, 0, signs.length - 4).columns.map(({ unsigned }) => unsigned),
    [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1].map((bit) => bit === 1),
  )
  const texts = Array.from({ length: 15 }, () => 15)
  const collations = '081c0d36383c2307fc2f04fc0008fc0309fc000b330b3f'
  const charsets = tableMap(texts, 'ff00'.repeat(15), `03${(collations.length / 2).toString(16)}${collations}`)
  assert.deepEqual(
    parseTableMap(charsets, 0, charsets.length - 4).columns.map(({ collation }) => collation),
    [8, 28, 13, 54, 56, 60, 35, 7, 1071, 2048, 2307, 2816, 51, 11, 63],
  )
  const key = tableMap([3, 15], '5000', '0904 00000114')
  assert.deepEqual(parseTableMap(key, 0, key.length - 4).keyOrdinals, [0, 1])
})

test('table map: default charset with exceptions, for texts and for enums', () => {
  // varchar, int, geometry, enum, set, varchar
  const event = tableMap(
    [15, 3, 255, 254, 254, 15],
    '1000 04 f701 f801 2000'.replaceAll(' ', ''),
    '02 03 2d 01 3f  0a 03 08 01 21',
  )
  const { columns } = parseTableMap(event, 0, event.length - 4)
  assert.deepEqual(
    columns.map(({ collation }) => collation),
    [45, null, 63, 8, 33, 45],
  )
})

test('table map: without optional metadata nothing is claimed; unknown metadata is passed over', () => {
  const event = tableMap([3, 254], 'ceff', '')
  const { columns, keyOrdinals } = parseTableMap(event, 0, event.length - 4)
  assert.deepEqual(columns[0], {
    ...{ type: 3, meta: 0, nullable: false, unsigned: null, collation: null, name: null, members: null },
  })
  assert.deepEqual([columns[1]?.type, columns[1]?.meta, keyOrdinals], [254, 1023, null])
  const unknown = tableMap([3], '', 'c8 02 ffff 0101 80')
  assert.equal(parseTableMap(unknown, 0, unknown.length - 4).columns[0]?.unsigned, true)
})

test('table map: an unknown column type is named', () => {
  const event = tableMap([3, 200], '', '')
  assert.throws(() => parseTableMap(event, 0, event.length - 4), { code: 'CDC-M11', where: 'd.t' })
})

test('table map: name and fingerprint without the rest', () => {
  const { event, end } = captured('tableMapTexts')
  assert.deepEqual(readTableMapName(event, 0, end), { database: 'shop', table: 'pre' })
  const other = Buffer.from(event)
  other.writeUInt8(99, 19)
  assert.equal(tableMapFingerprint(event, 0, end), tableMapFingerprint(other, 0, end))
  assert.equal(parseTableMap(event, 0, end).fingerprint, tableMapFingerprint(event, 0, end))
})

test('rows: kinds, present columns, images', () => {
  const insert = parse('writeRows', parseRows)
  assert.deepEqual([insert.kind, insert.columnCount, insert.complete, insert.flags], ['insert', 9, true, 1])
  const image = (rows: typeof insert): string => rows.buffer.toString('hex', rows.rowsStart, rows.rowsEnd)
  assert.equal(image(insert), 'fcff01780179')
  const update = parse('updateRows', parseRows)
  assert.deepEqual([update.kind, image(update)], ['update', 'fcff01780179fcff0178017a'])
  assert.equal(parse('deleteRows', parseRows).kind, 'delete')
})

test('rows: a column that is absent makes them incomplete, padding bits do not', () => {
  const rows = (type: number, hex: string): ReturnType<typeof parseRows> => {
    const event = ofBody(type, hex)
    return parseRows(event, 0, event.length - 4)
  }
  assert.equal(rows(eventTypes.writeRowsV1, '010000000000 0100 03 07 f8').complete, true)
  assert.equal(rows(eventTypes.writeRowsV1, '010000000000 0100 03 fe f8').complete, false)
  const changed = rows(eventTypes.updateRowsV1, '010000000000 0100 09 ffff fffe f8')
  assert.equal(changed.complete, true)
  assert.deepEqual(changed.changedColumns, Buffer.from('fffe', 'hex'))
  assert.equal(rows(eventTypes.updateRowsV1, '010000000000 0100 09 ffff ffff f8').changedColumns, null)
  assert.equal(rows(eventTypes.updateRowsV1, '010000000000 0100 09 fffe ffff f8').complete, false)
  assert.equal(rows(eventTypes.updateRowsV1, '010000000000 0100 09 ff01 ffff f8').complete, true)
  const second = rows(eventTypes.deleteRowsV2, '010000000000 0100 0400 aabb 01 ff f8')
  assert.deepEqual([second.kind, second.rowsEnd - second.rowsStart, second.complete], ['delete', 1, true])
})

test('rows: compressed ones are inflated', () => {
  const insert = parse('writeRowsCompressed', parseRows)
  const text = insert.buffer.toString('latin1', insert.rowsStart, insert.rowsEnd)
  assert.equal(insert.complete, true)
  assert.ok(text.includes('compress'.repeat(200)) && text.includes('q'.repeat(300)))
  assert.equal(parse('updateRowsCompressed', parseRows).kind, 'update')
  assert.equal(parse('deleteRowsCompressed', parseRows).kind, 'delete')
})

test('rows: a compressed length that is not true is damage, not memory', () => {
  const data = deflateSync(Buffer.alloc(5_000_000)).toString('hex')
  for (const head of ['8400000010', '84ffffffff', '8110', '9110', '80', '0110']) {
    const event = ofBody(eventTypes.writeRowsCompressed, `010000000000 0100 01 ff ${head} ${data}`)
    assert.throws(() => parseRows(event, 0, event.length - 4), { code: 'CDC-M10' })
  }
})

test('an event is read where it stands', () => {
  const { event, end } = captured('tableMapTexts')
  const shifted = Buffer.concat([Buffer.alloc(100, 0xff), event, Buffer.alloc(50, 0xff)])
  assert.deepEqual(parseTableMap(shifted, 100, 100 + end), parseTableMap(event, 0, end))
  assert.equal(readEventLength(shifted, 100), event.length)
})
