import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import { formatGtid, parsePosition, type Gtid } from '../../src/core/gtid.ts'
import { openBinlogStream } from '../../src/mariadb/binlog-stream.ts'
import { eventTypes, readEventType } from '../../src/mariadb/events/header.ts'
import { readTableMapName } from '../../src/mariadb/events/table-map.ts'
import { parseQuery } from '../../src/mariadb/events/query.ts'
import { GroupFilter, type GroupTarget } from '../../src/source/group-filter.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb({ settings: { binlog_alter_two_phase: 'ON' } })
  await server.createDatabases('shop', 'foreign')
  await server.query(`CREATE TABLE shop.t (id INT PRIMARY KEY); CREATE TABLE shop.m (id INT PRIMARY KEY) ENGINE=MyISAM;
    CREATE TABLE \`foreign\`.t (id INT PRIMARY KEY); CREATE TABLE \`foreign\`.m (id INT PRIMARY KEY) ENGINE=MyISAM`)
})
after(async () => await server[Symbol.asyncDispose]())

/** What a relay would be given, in words: `[…]` a kept group, `-` one that was passed over. */
class Recorder implements GroupTarget {
  readonly groups: string[] = []
  readonly gtids: string[] = []
  #events: string[] = []

  setFormat(): void {}

  append(event: Buffer): void {
    const type = readEventType(event, 0)
    const end = event.length - 4
    if (type === eventTypes.tableMap) {
      const { database, table } = readTableMapName(event, 0, end)
      this.#events.push(`map ${database}.${table}`)
    } else if (type === eventTypes.query || type === eventTypes.queryCompressed) {
      this.#events.push(parseQuery(event, 0, end).sql.replaceAll(/\s+/g, ' ').slice(0, 60))
    } else {
      const name = Object.entries(eventTypes).find(([, number]) => number === type)?.[0] ?? String(type)
      this.#events.push(name.replace('RowsV1', ''))
    }
  }

  endGroup(gtid: Gtid): void {
    this.groups.push(this.#events.join(' | '))
    this.gtids.push(formatGtid(gtid))
    this.#events = []
  }

  skipGroup(gtid: Gtid): void {
    assert.deepEqual(this.#events, [], 'a group that is passed over leaves nothing')
    this.groups.push('-')
    this.gtids.push(formatGtid(gtid))
  }
}

/** Runs the SQL on one connection and returns what became of its groups. */
async function groupsOf(
  sql: string,
  captures: (database: string) => boolean = (name) => name === 'shop',
): Promise<Recorder> {
  const from = parsePosition(await server.gtidPosition())
  const connection = await server.connect()
  await connection.query(sql)
  await connection.end()
  const until = await server.gtidPosition()
  const target = new Recorder()
  const filter = new GroupFilter({ where: 'test', target, capturesDatabase: captures })
  if (until === [...from.values()].map(formatGtid).join(',')) return target
  const { signal } = new AbortController()
  const options = { settings: server.settings, serverId: 5001, from, heartbeatMs: 5000, signal, where: 'test' }
  await using stream = await openBinlogStream(options)
  for await (const batch of stream.events()) {
    for (const event of batch) filter.take(event, stream.checksum)
    if (target.gtids.at(-1) === until) return target
  }
  return target
}

test('a transaction is kept with the rows of captured databases alone', async () => {
  const { groups } = await groupsOf(
    'BEGIN; INSERT INTO `foreign`.t VALUES (1); INSERT INTO shop.t VALUES (1); UPDATE `foreign`.t SET id = 2; DELETE FROM shop.t; COMMIT',
  )
  assert.deepEqual(groups, ['gtid | map shop.t | write | map shop.t | delete | xid'])
})

test('a transaction of other databases is passed over, and its position counts', async () => {
  const { groups, gtids } = await groupsOf(
    'INSERT INTO `foreign`.t VALUES (10); INSERT INTO `foreign`.m VALUES (1); INSERT INTO shop.t VALUES (10)',
  )
  assert.deepEqual(groups, ['-', '-', 'gtid | map shop.t | write | xid'])
  assert.equal(new Set(gtids).size, 3)
})

test('savepoints before the first captured row are held back for it', async () => {
  const { groups } = await groupsOf(
    'BEGIN; INSERT INTO `foreign`.t VALUES (20); SAVEPOINT a; INSERT INTO shop.t VALUES (20); SAVEPOINT b; INSERT INTO shop.m VALUES (20); INSERT INTO shop.t VALUES (21); ROLLBACK TO b; COMMIT',
  )
  const kept = groups.filter((group) => group !== '-')
  assert.ok(
    kept.some((group) => /^gtid \| .*SAVEPOINT `?a`? .*map shop\.t/.test(group)),
    groups.join('\n'),
  )
  assert.ok(
    kept.some((group) => /ROLLBACK TO `?b`?/i.test(group)),
    groups.join('\n'),
  )
})

test('non-transactional groups end at COMMIT', async () => {
  const { groups } = await groupsOf('INSERT INTO shop.m VALUES (30)')
  assert.deepEqual(groups, ['gtid | map shop.m | write | COMMIT'])
})

test('DDL is kept when it names a captured database, wherever it was said', async () => {
  const { groups } =
    await groupsOf(`CREATE TABLE shop.a (id INT); CREATE TABLE \`foreign\`.a (id INT); USE shop; CREATE TABLE b (id INT);
    USE \`foreign\`; ALTER TABLE shop.a ADD COLUMN c INT; RENAME TABLE a TO shop.c; DROP TABLE shop.b, shop.c; CREATE TABLE d AS SELECT 1 AS x;
    CREATE TABLE shop.e AS SELECT 1 AS x; TRUNCATE shop.e; DROP TABLE shop.e`)
  assert.deepEqual(
    groups.map((group) =>
      group
        .replace(/^gtid \| /, '')
        .replace(/ \/\*.*/, '')
        .slice(0, 34),
    ),
    [
      ...['CREATE TABLE shop.a (id INT)', '-', 'CREATE TABLE b (id INT)'],
      // The start of a two-phase ALTER, and its end.
      ...['ALTER TABLE shop.a ADD COLUMN c IN', 'ALTER TABLE shop.a ADD COLUMN c IN', 'RENAME TABLE a TO shop.c'],
      ...['DROP TABLE `shop`.`b`,`shop`.`c`', '-', 'CREATE TABLE `shop`.`e` ( `x` int('],
      ...['TRUNCATE shop.e', 'DROP TABLE `shop`.`e`'],
    ],
  )
})

test('passwords and other statements without rows never reach the relay', async () => {
  const { groups } =
    await groupsOf(`USE shop; CREATE USER u@'%' IDENTIFIED BY 'geheim'; SET PASSWORD FOR u@'%' = PASSWORD('geheim');
    GRANT SELECT ON shop.* TO u@'%'; CREATE VIEW v AS SELECT 1; CREATE PROCEDURE p() SELECT 1; DROP USER u@'%'; ANALYZE TABLE t; FLUSH PRIVILEGES`)
  assert.ok(groups.length >= 7)
  assert.deepEqual(new Set(groups), new Set(['-']))
})

test('changes logged as statements are kept for the sink to refuse, without what precedes them', async () => {
  const { groups } =
    await groupsOf(`SET binlog_format = 'STATEMENT'; CREATE TABLE shop.auto (id INT AUTO_INCREMENT PRIMARY KEY, r DOUBLE);
    SET @x = 5; INSERT INTO shop.auto (r) VALUES (RAND() + @x); INSERT INTO \`foreign\`.t VALUES (70); DROP TABLE shop.auto`)
  assert.deepEqual(groups.slice(1, 3), ['gtid | INSERT INTO shop.auto (r) VALUES (RAND() + @x) | xid', '-'])
})

test('XA: the captured rows, and always what was prepared and decided', async () => {
  const { groups } =
    await groupsOf(`XA START 'a'; INSERT INTO shop.t VALUES (80); XA END 'a'; XA PREPARE 'a'; XA COMMIT 'a';
    XA START 'b'; INSERT INTO \`foreign\`.t VALUES (80); XA END 'b'; XA PREPARE 'b'; XA ROLLBACK 'b'`)
  const word = (group: string | undefined): string => (group ?? '').replaceAll(/ X'.*?(?= \||$)/g, '')
  assert.deepEqual(groups.map(word), [
    'gtid | map shop.t | write | XA END | xaPrepare',
    'gtid | XA COMMIT',
    // Without its rows: whoever sees the decision must be able to tell that there is nothing to decide.
    'gtid | XA END | xaPrepare',
    'gtid | XA ROLLBACK',
  ])
})

test('compressed events are filtered alike', async () => {
  await server.query('SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10')
  const { groups } = await groupsOf(
    "CREATE TABLE shop.long (t TEXT); INSERT INTO shop.long VALUES (REPEAT('x', 5000)); INSERT INTO `foreign`.t VALUES (90); DROP TABLE shop.long",
  )
  await server.query('SET GLOBAL log_bin_compress = OFF')
  assert.deepEqual(groups.slice(1, 3), ['gtid | map shop.long | writeRowsCompressed | xid', '-'])
})

test('sequence numbers that go back are refused, as positions could not tell them apart', async () => {
  await server.query('SET GLOBAL gtid_strict_mode = OFF')
  await assert.rejects(
    groupsOf(
      'SET gtid_domain_id = 3, gtid_seq_no = 100; INSERT INTO shop.t VALUES (100); SET gtid_seq_no = 50; INSERT INTO shop.t VALUES (101); SET gtid_domain_id = 0; INSERT INTO shop.t VALUES (102)',
    ),
    (error) => error instanceof CdcError && error.code === 'CDC-M11' && /gtid_strict_mode/.test(error.fix),
  )
})
