import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CdcError } from '../../src/core/errors.ts'
import type { MariadbSettings } from '../../src/core/mariadb-settings.ts'
import { connectMariadb } from '../../src/mariadb/connection.ts'
import { startMariadb, type MariadbServer } from '../harness/start-mariadb.ts'
import { makeTlsFiles } from '../harness/tls-files.ts'

const where = 'mariadb-shop-connector'
const tls = makeTlsFiles({ host: '127.0.0.1' })
let server: MariadbServer

before(async () => {
  server = await startMariadb({ tls })
})
after(async () => await server[Symbol.asyncDispose]())

function withTls(mode: MariadbSettings['ssl']['mode'], ca?: string): MariadbSettings {
  return { ...server.settings, ssl: { mode, ca } }
}

async function failure(settings: MariadbSettings): Promise<CdcError> {
  try {
    await using connection = await connectMariadb(settings, { where })
    return assert.fail(`connected as ${connection.threadId}`)
  } catch (thrown) {
    assert.ok(thrown instanceof CdcError, String(thrown))
    return thrown
  }
}

async function cipher(settings: MariadbSettings): Promise<string> {
  await using connection = await connectMariadb(settings, { where })
  const [row] = await connection.query<{ Value: string }>("SHOW STATUS LIKE 'Ssl_cipher'")
  return row?.Value ?? ''
}

test('values arrive without loss', async () => {
  await using connection = await connectMariadb(server.settings, { where })
  const [row] = await connection.query(
    "SELECT 18446744073709551615 AS big, 12345678901234567890.5 AS exact, DATE'2024-02-29' AS day, 'é€😀' AS text, x'00ff' AS raw, @@time_zone AS zone, CAST(? AS CHAR) AS given",
    ["it's"],
  )
  assert.deepEqual(row, {
    ...{ big: '18446744073709551615', exact: '12345678901234567890.5', day: '2024-02-29', text: 'é€😀' },
    ...{ raw: Buffer.from([0, 255]), zone: '+00:00', given: "it's" },
  })
  assert.match(connection.serverVersion, /^1\d\.\d+\.\d+-MariaDB/)
})

test('a wrong password is M02, and says what to change', async () => {
  const error = await failure({ ...server.settings, password: 'wrong' })
  assert.equal(error.code, 'CDC-M02')
  assert.match(error.fix, /ALTER USER 'cdc'@'%' IDENTIFIED BY/)
  assert.doesNotMatch(JSON.stringify(error), /wrong"/)
})

test('nobody listening, no such host and no answer are M01', async () => {
  assert.equal((await failure({ ...server.settings, port: 1 })).code, 'CDC-M01')
  assert.equal((await failure({ ...server.settings, host: 'no-such-host.invalid' })).code, 'CDC-M01')
})

test('a missing privilege is M03 with its GRANT', async () => {
  await server.query("CREATE USER poor@'%' IDENTIFIED BY 'p'")
  await server.query('CREATE DATABASE shop; CREATE TABLE shop.t (id INT)')
  await using connection = await connectMariadb({ ...server.settings, user: 'poor', password: 'p' }, { where })
  await assert.rejects(
    connection.query('SELECT * FROM shop.t'),
    (error) =>
      error instanceof CdcError && error.code === 'CDC-M03' && /^GRANT SELECT ON `shop`.`t` TO 'poor'@/.test(error.fix),
  )
})

test('ed25519 logins work, with text of any kind as password', async () => {
  await server.query("INSTALL SONAME 'auth_ed25519'")
  const passwords = ['s3cret', 'pässwörd €', 'long '.repeat(20)]
  for (const [i, password] of passwords.entries()) {
    await server.query(`CREATE USER ed${i}@'%' IDENTIFIED VIA ed25519 USING PASSWORD(?)`, [password])
    await using connection = await connectMariadb({ ...server.settings, user: `ed${i}`, password }, { where })
    assert.deepEqual(await connection.query('SELECT CURRENT_USER() AS u'), [{ u: `ed${i}@%` }])
  }
  assert.equal((await failure({ ...server.settings, user: 'ed0', password: 'other' })).code, 'CDC-M02')
})

test('every TLS mode encrypts and checks what it says', async () => {
  assert.equal(await cipher(withTls('disable')), '')
  assert.notEqual(await cipher(withTls('trust')), '')
  assert.notEqual(await cipher(withTls('verify-ca', tls.caText)), '')
  assert.notEqual(await cipher(withTls('verify-full', tls.caText)), '')
  // The same server by a name that the certificate does not have.
  const byName = { ...withTls('verify-full', tls.caText), host: 'localhost' }
  const wrongName = await failure(byName)
  assert.equal(wrongName.code, 'CDC-M15')
  assert.match(wrongName.fix, /database\.hostname/)
  assert.notEqual(await cipher({ ...byName, ssl: { mode: 'verify-ca', ca: tls.caText } }), '')
  const strangers = makeTlsFiles()
  assert.equal((await failure(withTls('verify-ca', strangers.caText))).code, 'CDC-M15')
  assert.equal((await failure(withTls('verify-full'))).code, 'CDC-M15')
})

test('another address than that of the certificate is refused, although nobody gave a name', async () => {
  const elsewhere = makeTlsFiles({ host: '127.0.0.2' })
  await using other = await startMariadb({ tls: elsewhere })
  const wrong = await failure({ ...other.settings, ssl: { mode: 'verify-full', ca: elsewhere.caText } })
  assert.equal(wrong.code, 'CDC-M15')
  assert.match(wrong.why ?? '', /127\.0\.0\.1/)
})

test('TLS that was asked for is never given up, and TLS that is demanded is explained', async () => {
  await using plain = await startMariadb()
  const error = await failure({ ...plain.settings, ssl: { mode: 'trust', ca: undefined } })
  assert.equal(error.code, 'CDC-M15')
  assert.match(error.what, /does not offer TLS/)
  await server.query('SET GLOBAL require_secure_transport = ON')
  const refused = await failure(server.settings)
  await connectMariadb({ ...server.admin, ssl: { mode: 'trust', ca: undefined } }, { where }).then(
    async (connection) => {
      await connection.query('SET GLOBAL require_secure_transport = OFF')
      await connection[Symbol.asyncDispose]()
    },
  )
  // The server itself calls this a wrong login.
  assert.equal(refused.code, 'CDC-M02')
  assert.match(refused.fix, /database\.ssl\.mode/)
})

test('an expired certificate is named', async () => {
  const expired = makeTlsFiles({ host: '127.0.0.1', days: 0 })
  await using old = await startMariadb({ tls: expired })
  const error = await failure({ ...old.settings, ssl: { mode: 'verify-full', ca: expired.caText } })
  assert.deepEqual([error.code, error.fix], ['CDC-M15', 'renew the certificate of the server'])
})

test('abort ends a query and the connection', async () => {
  const stop = new AbortController()
  const connection = await connectMariadb(server.settings, { where, signal: stop.signal })
  const slow = connection.query('SELECT SLEEP(60)')
  stop.abort(new Error('stopped'))
  await assert.rejects(slow, /stopped/)
  await assert.rejects(connectMariadb(server.settings, { where, signal: stop.signal }), /stopped/)
})
