import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePosition } from '../../src/core/gtid.ts'
import { dumpError } from '../../src/mariadb/binlog-error.ts'
import { commandError, connectError, grantFor } from '../../src/mariadb/mariadb-error.ts'

const context = { where: 'mariadb-shop-connector', user: 'cdc', address: 'db:3306', sslMode: 'verify-full' }

test('a missing privilege is answered with the GRANT', () => {
  assert.equal(
    grantFor("SELECT command denied to user 'cdc'@'10.0.0.%' for table `shop`.`orders`", { user: 'cdc' }),
    "GRANT SELECT ON `shop`.`orders` TO 'cdc'@'10.0.0.%';",
  )
  assert.equal(
    grantFor('Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation', {
      user: 'cdc',
    }),
    "GRANT REPLICATION SLAVE ON *.* TO 'cdc'@'%';",
  )
  assert.equal(
    grantFor("Access denied for user 'cdc'@'%' to database 'shop'", { user: 'cdc' }),
    "GRANT SELECT ON `shop`.* TO 'cdc'@'%';",
  )
  assert.equal(
    grantFor("SELECT command denied to user 'cdc'@'10.0.0.7' for table `shop`.`orders`", {
      ...{ user: 'cdc', account: 'cdc@10.%' },
    }),
    "GRANT SELECT ON `shop`.`orders` TO 'cdc'@'10.%';",
    'the account, not the machine',
  )
})

test('an error of a command tells whether it may pass', () => {
  const code = (number: number | undefined): string =>
    commandError({ number, code: '', message: 'm' }, context, 'a query failed').code
  assert.deepEqual([1927, 1053, undefined, 1227, 1412, 1064].map(code), [
    ...['CDC-M01', 'CDC-M01', 'CDC-M01', 'CDC-M03', 'CDC-L04', 'CDC-M17'],
  ])
})

test('what the server said comes first: it is all that a table of failures has room for', () => {
  const failure = { number: 1021, code: 'ER_DISK_FULL', message: 'Disk full' }
  const { what, details } = commandError(failure, context, 'a query failed: SELECT 1')
  assert.deepEqual([what, details], ['MariaDB: Disk full (1021)', ['a query failed: SELECT 1']])
})

test('an error of the login tells what to change', () => {
  const failure = (code: string, errno: number, message = 'm'): Error =>
    Object.assign(new Error(message), { code, errno })
  assert.equal(connectError(failure('ER_ACCESS_DENIED_ERROR', 1045), context).code, 'CDC-M02')
  assert.equal(connectError(failure('ECONNREFUSED', -111), context).code, 'CDC-M01')
  assert.equal(connectError(failure('HANDSHAKE_NO_SSL_SUPPORT', 0), context).code, 'CDC-M15')
  assert.equal(connectError(failure('', 3159), context).code, 'CDC-M15')
  const expired = connectError(failure('HANDSHAKE_SSL_ERROR', 0, 'certificate has expired'), context)
  assert.deepEqual([expired.code, expired.fix], ['CDC-M15', 'renew the certificate of the server'])
})

test('the end of the stream is told apart by its text', () => {
  const dump = { ...context, serverId: 7, position: parsePosition('0-1-5') }
  const code = (message: string, number = 1236): string => dumpError({ number, message }, dump).code
  assert.equal(
    code(
      'Could not find GTID state requested by slave in any binlog files. Probably the slave state is too old and required binlog files have been purged.',
    ),
    'CDC-M06',
  )
  assert.equal(
    code("Error: connecting slave requested to start from GTID 0-1-5, which is not in the master's binlog"),
    'CDC-M09',
  )
  assert.equal(code('A slave with the same server_uuid/server_id as this slave has connected to the master'), 'CDC-M07')
  assert.equal(code('x', 4052), 'CDC-M07')
  assert.equal(code('could not find next log'), 'CDC-M01')
  assert.equal(code('Server shutdown in progress', 1053), 'CDC-M01')
  assert.deepEqual(dumpError({ number: 1236, message: 'have been purged' }, dump).details, ['position: 0-1-5'])
})
