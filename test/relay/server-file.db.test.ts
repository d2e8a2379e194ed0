// What a real server logs goes through a relay; MariaDB's own tool must read the relay's files.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatPosition } from '../../src/core/gtid.ts'
import { parseGtidEvent } from '../../src/mariadb/events/gtid.ts'
import { checksumBytes, eventEnd, eventTypes, readEventType } from '../../src/mariadb/events/header.ts'
import { GroupState } from '../../src/relay/group-state.ts'
import type { Relay } from '../../src/relay/relay.ts'
import { startMariadb } from '../harness/start-mariadb.ts'
import { gtidsFrom, open, relayDirectory } from './relay-directory.ts'

/** Puts the groups of a binary log file into a relay. */
async function copyGroups(file: string, relay: Relay): Promise<number> {
  const log = readFileSync(file)
  const state = new GroupState()
  let groups = 0
  let gtid
  for (let at = 4; at < log.length;) {
    const end = eventEnd(log, at, log.length)
    const event = log.subarray(at, end)
    const type = readEventType(log, at)
    if (type === eventTypes.formatDescription) relay.setFormat(event)
    if (type === eventTypes.gtid) ({ gtid } = parseGtidEvent(log, at, end - checksumBytes))
    if (gtid !== undefined) {
      state.take(log, at, end)
      relay.append(event)
      if (state.isWhole) {
        relay.endGroup(gtid)
        gtid = undefined
        groups++
        await relay.flush()
      }
    }
    at = end
  }
  return groups
}

test('mariadb-binlog reads the files and shows the groups', async () => {
  await using server = await startMariadb()
  await server.query(`CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, v LONGTEXT) ENGINE=InnoDB;
    CREATE TABLE m (id INT) ENGINE=MyISAM;
    INSERT INTO t SELECT seq, REPEAT('x', seq) FROM seq_1_to_500; INSERT INTO m VALUES (1);
    START TRANSACTION; INSERT INTO t VALUES (1000, 'a'); SAVEPOINT s; INSERT INTO m VALUES (2);
    INSERT INTO t VALUES (1001, 'b'); ROLLBACK TO s; INSERT INTO t VALUES (1002, 'c'); COMMIT;
    XA START 'x'; DELETE FROM t WHERE id < 100; XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x';
    SET GLOBAL log_bin_compress = 1; UPDATE t SET v = CONCAT(v, 'y'); ALTER TABLE t ADD c INT; DROP TABLE m`)
  const position = await server.gtidPosition()
  const [status] = await server.query<{ File: string }>('SHOW MASTER STATUS')
  const binlog = join(server.directory, status?.File ?? '')
  using directory = relayDirectory()
  {
    await using relay = await open(directory.path, { fileBytes: 20_000 })
    await relay.begin(new Map())
    const groups = await copyGroups(binlog, relay)
    assert.ok(groups > 8)
    assert.equal(formatPosition(relay.position), position)
  }
  await using relay = await open(directory.path)
  assert.equal(formatPosition(relay.position), position)
  const files = readdirSync(directory.path)
    .sort()
    .map((name) => join(directory.path, name))
  assert.ok(files.length > 2)
  const show = (paths: readonly string[]): string =>
    execFileSync('mariadb-binlog', ['--no-defaults', '-v', ...paths], { encoding: 'utf8', maxBuffer: 1 << 28 })
  const ownText = show(files)
  const gtids = [...ownText.matchAll(/\tGTID (\d+-\d+-\d+)/g)].map((found) => found[1])
  assert.deepEqual(gtids, await gtidsFrom(relay, 'earliest'))
  const changes = (text: string): readonly string[] =>
    text.split('\n').filter((line) => /^###|^(CREATE|ALTER|DROP|SAVE|ROLLBACK TO|XA)/i.test(line))
  assert.deepEqual(changes(ownText), changes(show([binlog])))
})
