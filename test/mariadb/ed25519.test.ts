import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { signEd25519 } from '../../src/mariadb/ed25519.ts'

test('the signature is valid for the public key that MariaDB stores for the password', () => {
  // ed25519_password('secret'), from the documentation of MariaDB's plugin.
  const stored = Buffer.from('ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY=', 'base64')
  const prefix = Buffer.from('302a300506032b6570032100', 'hex')
  const key = createPublicKey({ key: Buffer.concat([prefix, stored]), format: 'der', type: 'spki' })
  for (let i = 0; i < 5; i++) {
    const challenge = Buffer.alloc(32, i)
    assert.ok(verify(null, challenge, key, signEd25519('secret', challenge)))
    assert.ok(!verify(null, challenge, key, signEd25519('other', challenge)))
  }
})
